// Byte-level BPE and GPT-2's words.
#include <gtest/gtest.h>

#include "cpp/text/vocab.hpp"
#include "format/utf8.hpp"
#include "text/byte_alphabet.hpp"
#include "text/gpt2_words.hpp"

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

std::string words(std::string_view text) {
  static const UnicodeClasses classes;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = gpt2_word_end(text, at, classes);
    EXPECT_GT(end, at);
    if (at > 0) out += '|';
    out += text.substr(at, end - at);
    at = end;
  }
  return out;
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

TEST(UnicodeClasses, KnownCharacters) {
  const UnicodeClasses classes;
  for (uint32_t code : {0x41u, 0xE9u, 0xAAu, 0x416u, 0x65E5u, 0xAC00u, 0x20000u, 0x1D400u}) {
    EXPECT_EQ(classes.of(code), CharClass::kLetter) << code;
  }
  for (uint32_t code : {0x30u, 0xBDu, 0xB2u, 0x663u, 0x2167u, 0x3007u, 0x1D7D8u}) {
    EXPECT_EQ(classes.of(code), CharClass::kNumber) << code;
  }
  for (uint32_t code : {0x09u, 0x20u, 0x85u, 0xA0u, 0x2003u, 0x2028u, 0x3000u}) {
    EXPECT_EQ(classes.of(code), CharClass::kSpace) << code;
  }
  for (uint32_t code :
       {0x00u, 0x2Eu, 0x5Fu, 0x301u, 0x200Bu, 0x200Du, 0x1F600u, 0xE000u, 0x10FFFFu}) {
    EXPECT_EQ(classes.of(code), CharClass::kOther) << code;
  }
}

TEST(Gpt2Words, Borders) {
  EXPECT_EQ(words("Hello world"), "Hello| world");
  EXPECT_EQ(words("Hello  world"), "Hello| | world");
  EXPECT_EQ(words("a\nb"), "a|\n|b");
  EXPECT_EQ(words("a\n\nb"), "a|\n|\n|b");
  EXPECT_EQ(words("a \n b"), "a| \n| b");
  EXPECT_EQ(words("end   "), "end|   ");
  EXPECT_EQ(words(" "), " ");
  EXPECT_EQ(words("it's I'll we'd don't 'tis DON'T"),
            "it|'s| I|'ll| we|'d| don|'t| '|tis| DON|'|T");
  EXPECT_EQ(words("'s's"), "'s|'s");
  EXPECT_EQ(words("x1 22y"), "x|1| 22|y");
  EXPECT_EQ(words("a.b, (c)!?"), "a|.|b|,| (|c|)!?");
  EXPECT_EQ(words("niño日本 ½"), "niño日本| ½");
  EXPECT_EQ(words("\u00A0a\u00A0\u00A0b"), "\u00A0|a|\u00A0|\u00A0|b");
  EXPECT_EQ(words(" 😀 e\u0301"), " 😀| e|\u0301");
  EXPECT_EQ(words("a\xFF\xE2\x96 b"), "a|\xFF\xE2\x96| b");
}

TEST(ByteLevel, FirstListedMergeFirst) {
  const Tokenizer tokenizer = tokenizer_of(byte_vocab({"b c", "a b", "a bc", "Ġ a"}));
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer, "abc")), "abc");
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer, "ab")), "ab");
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer, "abab bab")), "ab|ab|Ġ|b|ab");
  EXPECT_EQ(pieces(tokenizer, encode(tokenizer, "a a")), "a|Ġa");
  EXPECT_EQ(tokenizer.decode(encode(tokenizer, "abc a\xFF\n")), "abc a\xFF\n");
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

TEST(ByteLevel, OtherPreTokenizersAreNamed) {
  Vocab vocab = byte_vocab({});
  vocab.pre = "gpt-2";
  EXPECT_TRUE(vocab.create().ok());
  vocab.pre = "llama-bpe";
  const auto tokenizer = vocab.create();
  ASSERT_FALSE(tokenizer.ok());
  EXPECT_EQ(tokenizer.status().code, ErrorCode::kUnsupportedModel);
  EXPECT_NE(tokenizer.status().message.find("'llama-bpe'"), std::string::npos);
}

}  // namespace
}  // namespace onehead
