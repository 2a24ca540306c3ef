// SentencePiece-like BPE on vocabularies small enough to merge by hand.
#include <gtest/gtest.h>

#include "cpp/text/vocab.hpp"
#include "text/stream_decoder.hpp"

namespace onehead {
namespace {

// Characters a b c d and the space, with merges of the given scores.
Vocab letters(const std::vector<VocabToken>& more) {
  Vocab vocab = llama_vocab();
  for (const char* piece : {"▁", "a", "b", "c", "d"})
    vocab.tokens.push_back({piece, kNormal, -100});
  vocab.tokens.insert(vocab.tokens.end(), more.begin(), more.end());
  vocab.add_space_prefix = false;
  return vocab;
}

std::string split(const Vocab& vocab, std::string_view text, bool parse_special = false) {
  const Tokenizer tokenizer = tokenizer_of(vocab);
  return pieces(tokenizer, encode(tokenizer, text, parse_special));
}

TEST(SentencePiece, BestScoreFirst) {
  EXPECT_EQ(split(letters({{"ab", kNormal, -2}, {"bc", kNormal, -1}}), "abc"), "a|bc");
  EXPECT_EQ(split(letters({{"ab", kNormal, -1}, {"bc", kNormal, -2}}), "abc"), "ab|c");
  EXPECT_EQ(split(letters({{"ab", kNormal, -3}, {"bc", kNormal, -2}, {"abc", kNormal, -1}}), "abc"),
            "abc");
}

TEST(SentencePiece, EqualScoresFromTheLeft) {
  EXPECT_EQ(split(letters({{"aa", kNormal, -1}}), "aaaaa"), "aa|aa|a");
  EXPECT_EQ(split(letters({{"ab", kNormal, -1}, {"bc", kNormal, -1}}), "abcbc"), "ab|c|bc");
}

// "abcd" cannot be reached by merges of two pieces, so it is not used.
TEST(SentencePiece, OnlyByMerges) {
  EXPECT_EQ(split(letters({{"abcd", kNormal, 0}}), "abcd"), "a|b|c|d");
}

TEST(SentencePiece, SpacePrefix) {
  Vocab vocab = letters({{"▁a", kNormal, -1}});
  EXPECT_EQ(split(vocab, "a a"), "a|▁a");
  vocab.add_space_prefix = true;
  EXPECT_EQ(split(vocab, "a a"), "▁a|▁a");
  EXPECT_EQ(split(vocab, " a"), "▁|▁a");
  EXPECT_EQ(split(vocab, " "), "▁|▁");
  EXPECT_EQ(split(vocab, ""), "");
  EXPECT_EQ(split(vocab, "</s>a b</s>", true), "</s>|▁a|▁|b|</s>");
}

TEST(SentencePiece, BytesForWhatIsMissing) {
  const Vocab vocab = letters({});
  EXPECT_EQ(split(vocab, "aé\n"), "a|<0xC3>|<0xA9>|<0x0A>");
  EXPECT_EQ(split(vocab, "a\xFFz"), "a|<0xFF>|<0x7A>");
  EXPECT_EQ(split(vocab, "a▁b c"), "a|▁|b|▁|c") << "a space sign in the text is a space";
}

// A character is as long as its first byte says, and spaces have become space signs by then.
TEST(SentencePiece, BytesThatAreNoUtf8) {
  const Vocab vocab = letters({});
  EXPECT_EQ(split(vocab,
                  "\xE2"
                  "b c"),
            "<0xE2>|<0x62>|<0xE2>|<0x96>|<0x81>|c");
  EXPECT_EQ(split(vocab,
                  "\x80"
                  "a\xC3"
                  "b\xF0"),
            "<0x80>|a|<0xC3>|<0x62>|<0xF0>");
}

// "</s>" and its like end a generation and are no text, whatever their type in the file.
TEST(SentencePiece, KnownEnds) {
  const Tokenizer tokenizer = tokenizer_of(
      letters({{"<end_of_turn>", kUserDefined}, {"<|im_end|>"}, {"<em>", kUserDefined}}));
  for (const char* piece : {"<end_of_turn>", "<|im_end|>", "</s>"}) {
    EXPECT_TRUE(tokenizer.is_end(tokenizer.find(piece))) << piece;
    EXPECT_TRUE(tokenizer.is_control(tokenizer.find(piece))) << piece;
    EXPECT_GT(encode(tokenizer, piece).size(), 1u) << piece;
    EXPECT_EQ(encode(tokenizer, piece, true).size(), 1u) << piece;
  }
  EXPECT_FALSE(tokenizer.is_end(tokenizer.find("<em>")));
}

TEST(SentencePiece, UnknownWhereThereAreNoBytes) {
  Vocab vocab;
  vocab.tokens = {{"<unk>", kUnknown}, {"▁", kNormal, 0}, {"a", kNormal, 0}};
  vocab.unknown = 0;
  EXPECT_EQ(split(vocab, "aéa"), "▁|a|<unk>|a");
  vocab.unknown.reset();
  vocab.tokens[0].type = kNormal;
  std::vector<int32_t> ids = {7};
  const Status status = tokenizer_of(vocab).encode("a é", {.add_bos = false}, ids);
  EXPECT_EQ(status.code, ErrorCode::kUnsupportedModel);
  EXPECT_NE(status.message.find("byte 195"), std::string::npos) << status.message;
  EXPECT_EQ(ids, std::vector<int32_t>{7}) << "a failure leaves the ids as they were";
}

// The text of a control or byte token never becomes that token, even where merges lead to it.
TEST(SentencePiece, TextNeverBecomesControl) {
  const std::vector<VocabToken> steps = {
      {"<s", kNormal, 0}, {"/s", kNormal, 0}, {"/s>", kNormal, 0}, {"<0x4", kNormal, 0},
      {"<", kNormal, -9}, {"s", kNormal, -9}, {">", kNormal, -9},  {"/", kNormal, -9}};
  const Vocab vocab = letters(steps);
  EXPECT_EQ(split(vocab, "<s>"), "<s|>");
  EXPECT_EQ(split(vocab, "</s>"), "<|/s>");
  EXPECT_EQ(split(vocab, "<s>a</s>", true), "<s>|a|</s>");
  EXPECT_EQ(tokenizer_of(vocab).decode(encode(tokenizer_of(vocab), "<0x41>")), "<0x41>");
}

TEST(SentencePiece, UserDefinedAlwaysAndLongestFirst) {
  Vocab vocab =
      letters({{"<a>", kUserDefined, 0}, {"<a><a>", kUserDefined, 0}, {"<a", kControl, 0}});
  EXPECT_EQ(split(vocab, "b<a>b"), "b|<a>|b");
  EXPECT_EQ(split(vocab, "<a><a><a>"), "<a><a>|<a>");
  EXPECT_EQ(split(vocab, "<a<a>"), "<0x3C>|a|<a>");
  EXPECT_EQ(split(vocab, "<a<a>", true), "<a|<a>");
  vocab.add_space_prefix = true;  // each fragment of text gets its own
  EXPECT_EQ(split(vocab, "b<a>b"), "▁|b|<a>|▁|b");
  const Tokenizer tokenizer = tokenizer_of(vocab);
  EXPECT_EQ(tokenizer.decode(encode(tokenizer, "b<a> b")), "b<a> b");
  // The space that such a piece begins with is text.
  const Tokenizer spaced = tokenizer_of(llama_vocab({{" a", kUserDefined, 0}}));
  EXPECT_EQ(spaced.decode(encode(spaced, " a a")), " a a");
}

TEST(SentencePiece, Bos) {
  Vocab vocab = letters({});
  const auto ids = [](const Tokenizer& tokenizer, std::optional<bool> bos) {
    std::vector<int32_t> out;
    EXPECT_TRUE(tokenizer.encode("", {.add_bos = bos}, out).ok());
    return out;
  };
  EXPECT_EQ(ids(tokenizer_of(vocab), {}), std::vector<int32_t>{1});
  EXPECT_EQ(ids(tokenizer_of(vocab), false), std::vector<int32_t>{});
  vocab.add_bos = false;
  EXPECT_EQ(ids(tokenizer_of(vocab), {}), std::vector<int32_t>{});
  EXPECT_EQ(ids(tokenizer_of(vocab), true), std::vector<int32_t>{1});
}

TEST(SentencePiece, ControlTokensAreNoText) {
  Vocab vocab = letters({{"<|end|>", kControl, 0}, {"[unused]", kUnused, 0}});
  const auto end = static_cast<uint32_t>(vocab.tokens.size() - 2);
  vocab.eot = end;
  const Tokenizer tokenizer = tokenizer_of(vocab);
  for (uint32_t id : {0u, 1u, 2u, end, end + 1, end + 2, UINT32_MAX}) {
    std::string text;
    tokenizer.append_bytes(static_cast<int32_t>(id), text);
    EXPECT_EQ(text, "") << id;
  }
  EXPECT_TRUE(tokenizer.is_control(1) && tokenizer.is_control(static_cast<int32_t>(end + 1)));
  EXPECT_FALSE(tokenizer.is_control(0) || tokenizer.is_control(-1) || tokenizer.is_control(100));
  EXPECT_TRUE(tokenizer.is_end(2) && tokenizer.is_end(static_cast<int32_t>(end)));
  EXPECT_FALSE(tokenizer.is_end(1) || tokenizer.is_end(-1));
  EXPECT_EQ(tokenizer.piece(-1), "");
  EXPECT_EQ(tokenizer.find("b"), 261);
  EXPECT_EQ(tokenizer.find("nothing"), -1);
}

// After "<es>" the model begins a text: its first space is not part of it, those that follow are.
TEST(SentencePiece, StreamsAfterAPrompt) {
  Vocab vocab = letters({{"▁a", kNormal, 0}, {"<es>", kControl, 0}});
  vocab.add_space_prefix = true;
  const Tokenizer tokenizer = tokenizer_of(vocab);
  const int32_t a = tokenizer.find("▁a");
  const auto stream = [&](int32_t previous) {
    StreamDecoder decoder(tokenizer);
    decoder.reset(previous);
    std::string text;
    for (int32_t id : {a, a}) decoder.push(id, text);
    decoder.flush(text);
    return text;
  };
  EXPECT_EQ(stream(tokenizer.find("<es>")), "a a");
  EXPECT_EQ(stream(-1), "a a");
  EXPECT_EQ(stream(a), " a a");
}

}  // namespace
}  // namespace onehead
