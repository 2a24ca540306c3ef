// Byte-level BPE and its words.
#include <gtest/gtest.h>

#include "cpp/text/vocab.hpp"
#include "format/utf8.hpp"
#include "text/byte_alphabet.hpp"

namespace onehead {
namespace {

// A token for each byte, then one for each merge.
Vocab byte_vocab(const std::vector<std::string>& merges) {
  Vocab vocab;
  vocab.model = "gpt2";
  for (int byte = 0; byte < 256; ++byte) {
    std::string piece;
    append_utf8(character_of_byte(static_cast<uint8_t>(byte)), piece);
    vocab.tokens.push_back({piece});
  }
  for (const std::string& merge : merges) {
    const size_t space = merge.find(' ', 1);
    vocab.tokens.push_back({merge.substr(0, space) + merge.substr(space + 1)});
  }
  vocab.merges = merges;
  return vocab;
}

TEST(ByteAlphabet, IsOneToOne) {
  for (int byte = 0; byte < 256; ++byte) {
    const uint32_t code = character_of_byte(static_cast<uint8_t>(byte));
    EXPECT_EQ(byte_of_character(code), byte);
  }
  EXPECT_EQ(character_of_byte(' '), 0x120u);   // Ġ
  EXPECT_EQ(character_of_byte('\n'), 0x10Au);  // Ċ
  EXPECT_EQ(byte_of_character(0x144), -1);
  EXPECT_EQ(byte_of_character(0x20AC), -1);
}

TEST(ByteLevel, FirstListedMergeFirst) {
  const Tokenizer tokenizer = tokenizer_of(byte_vocab({"b c", "a b", "a bc", "Ġ a"}));
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer, "abc")), "abc");
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer, "ab")), "ab");
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer, "abab bab")), "ab|ab|Ġ|b|ab");
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer, "a a")), "a|Ġa");
  EXPECT_EQ(tokenizer.decode(encode(tokenizer, "abc a\u00FF\n")), "abc a\u00FF\n");
}

TEST(ByteLevel, NoSpaceIsAddedOrDropped) {
  const Tokenizer tokenizer = tokenizer_of(byte_vocab({}));
  EXPECT_EQ(tokenizer.decode(encode(tokenizer, " a")), " a");
  EXPECT_EQ(encode(tokenizer, "a").size(), 1u);
  EXPECT_FALSE(tokenizer.adds_bos());
}

TEST(ByteLevel, SpecialTokens) {
  Vocab vocab = byte_vocab({"< |", "<| a", "<|a |", "<|a| >"});  // leads to "<|a|>" by merges too
  vocab.tokens.back().type = kControl;
  vocab.tokens.push_back({"[user]", kUserDefined});
  const Tokenizer tokenizer = tokenizer_of(vocab);
  const int32_t control = tokenizer.find("<|a|>");
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer, "x<|a|>")), "x|<||a|||>");
  EXPECT_EQ(encode(tokenizer, "<|a|>"), encode(tokenizer, "<|a|>", false));
  EXPECT_EQ(encode(tokenizer, "<|a|>", true), std::vector<int32_t>{control});
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer, "a[user] a")), "a|[user]|Ġ|a");
  EXPECT_EQ(tokenizer.decode(encode(tokenizer, "a[user] a")), "a[user] a");
  EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{control}), "");
}

// A byte that the vocabulary has not parts its neighbours and is left out.
TEST(ByteLevel, MissingBytes) {
  Vocab vocab = byte_vocab({"a b"});
  vocab.tokens[4].piece = "[four]";
  vocab.unknown = 0;
  const Tokenizer tokenizer = tokenizer_of(vocab);
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer,
                                     "ab\x04"
                                     "a\x04"
                                     "b")),
            "ab|a|b");
  EXPECT_TRUE(encode(tokenizer, "\x04").empty());
}

TEST(ByteLevel, BytesThatAreNoUtf8) {
  const Tokenizer tokenizer = tokenizer_of(byte_vocab({}));
  const auto back = [&](std::string_view text) {
    return tokenizer.decode(encode(tokenizer, text));
  };
  EXPECT_EQ(back("a\xFF\x80z"), "a\uFFFD\uFFFDz");
  EXPECT_EQ(back("\xE2\x96z"), "\uFFFD\uFFFDz");
  EXPECT_EQ(back("\xC1\xA1\xE0\x81\xA1\xF0\x80\x81\xA1"), "aaa");
  EXPECT_EQ(back("\xED\xA0\x80"), "\xED\xA0\x80");
  EXPECT_EQ(back("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

// Llama 3 looks for the whole word before it merges.
TEST(ByteLevel, WholeWords) {
  Vocab vocab = byte_vocab({"a b", "b c"});
  vocab.tokens.push_back({"abc"});
  vocab.tokens.push_back({"Ġabc", kControl});
  vocab.bos = 0;
  vocab.pre = "llama-bpe";
  const Tokenizer tokenizer = tokenizer_of(vocab);
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer, "abc abc abcc")), "abc|Ġ|ab|c|Ġ|ab|c|c");
  EXPECT_TRUE(tokenizer.adds_bos());
  vocab.pre = "qwen2";
  const Tokenizer merges_only = tokenizer_of(vocab);
  EXPECT_EQ(pieces(merges_only, encode(merges_only, "abc")), "ab|c");
  EXPECT_FALSE(merges_only.adds_bos());
  vocab.bos.reset();
  vocab.pre = "llama3";
  EXPECT_FALSE(tokenizer_of(vocab).adds_bos());
}

TEST(ByteLevel, Eos) {
  Vocab vocab = byte_vocab({});
  vocab.tokens.push_back({"<|end|>", kControl});
  vocab.eos = static_cast<uint32_t>(vocab.tokens.size() - 1);
  const auto end = static_cast<int32_t>(*vocab.eos);
  const auto ids = [](const Tokenizer& tokenizer, EncodeOptions options) {
    std::vector<int32_t> out;
    EXPECT_TRUE(tokenizer.encode("a", options, out).ok());
    return out;
  };
  const std::vector<int32_t> without = {'a'};
  const std::vector<int32_t> with = {'a', end};
  EXPECT_EQ(ids(tokenizer_of(vocab), {}), without);
  EXPECT_EQ(ids(tokenizer_of(vocab), {.add_eos = true}), with);
  vocab.add_eos = true;
  EXPECT_EQ(ids(tokenizer_of(vocab), {}), with);
  EXPECT_EQ(ids(tokenizer_of(vocab), {.add_bos = false}), without);
  EXPECT_EQ(ids(tokenizer_of(vocab), {.add_eos = false}), without);
}

TEST(ByteLevel, PreTokenizers) {
  Vocab vocab = byte_vocab({"1 2"});
  vocab.bos = 0;
  for (const char* name : {"gpt-2", "mpt", "smollm", "starcoder", "llama-bpe", "qwen2"}) {
    vocab.pre = name;
    EXPECT_TRUE(vocab.create().ok()) << name;
  }
  vocab.pre = "smollm";
  const Tokenizer apart = tokenizer_of(vocab);
  EXPECT_EQ(pieces(apart, encode(apart, "12")), "1|2");
  vocab.pre = "viking";
  const auto tokenizer = vocab.create();
  ASSERT_FALSE(tokenizer.ok());
  EXPECT_EQ(tokenizer.status().code, ErrorCode::kUnsupportedModel);
  for (const char* part : {"'viking'", "gpt-2", "smollm", "llama-bpe", "qwen2"}) {
    EXPECT_NE(tokenizer.status().message.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace onehead
