// How pre-tokenizers cut a text into words.
#include <gtest/gtest.h>

#include <sstream>

#include "cpp/text/vocab.hpp"
#include "reference/word_regex.hpp"
#include "text/words.hpp"

namespace onehead {
namespace {

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

std::string split_words(WordRule rule, std::string_view text) {
  static const UnicodeClasses classes;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = word_end(rule, text, at, classes);
    EXPECT_GT(end, at);
    if (at > 0) out += '|';
    out += text.substr(at, end - at);
    at = end;
  }
  return out;
}

TEST(Words, Gpt2) {
  const auto words = [](std::string_view text) { return split_words(WordRule::kGpt2, text); };
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
  EXPECT_EQ(words("a\uFFFD\uFFFD b"), "a|\uFFFD\uFFFD| b");
}

TEST(Words, SmolLm) {
  const auto words = [](std::string_view text) { return split_words(WordRule::kSmolLm, text); };
  EXPECT_EQ(words("in 2024: x1½"), "in| |2|0|2|4|:| x|1|½");
  EXPECT_EQ(words("a  1  b"), "a|  |1| | b");
  EXPECT_EQ(words("it's 's 5's"), "it|'s| '|s| |5|'s");
}

TEST(Words, Llama3) {
  const auto words = [](std::string_view text) { return split_words(WordRule::kLlama3, text); };
  EXPECT_EQ(words("I'M DON'T we'Ll 'tis"), "I|'M| DON|'T| we|'Ll| '|tis");
  EXPECT_EQ(words("12345 678901"), "123|45| |678|901");
  EXPECT_EQ(words("(a)b, .c !!\n\nd"), "(a|)b|,| .|c| !!\n\n|d");
  EXPECT_EQ(words("a \n\n  b\t\tc"), "a| \n\n| | b|\t|\tc");
  EXPECT_EQ(words("a  \r\n"), "a|  \r\n");
  EXPECT_EQ(words("a   "), "a|   ");
  EXPECT_EQ(words("\u00A0a \u00A0a"), "\u00A0a| |\u00A0a");
  EXPECT_EQ(words("\na\r b"), "\n|a|\r| b");
  EXPECT_EQ(words("\xED\xA0\x80"
                  "a"),
            "\xED\xA0\x80"
            "a");  // one character
}

TEST(Words, Qwen2) {
  const auto words = [](std::string_view text) { return split_words(WordRule::kQwen2, text); };
  EXPECT_EQ(words("x 123!"), "x| |1|2|3|!");
  EXPECT_EQ(words("it'S\n\n y"), "it|'S|\n\n| y");
}

// Every short text over characters that the rules tell apart.
TEST(Words, EqualTheRegularExpressions) {
  const UnicodeClasses classes;
  const std::vector<std::string> characters = {"a", "s", "L",      "l",  "E",  "r", "'", "1",
                                               "½", " ", "\u00A0", "\n", "\r", ".", "é", "😀"};
  const auto class_of = [&](uint32_t code) {
    return "OLNS"[static_cast<size_t>(classes.of(code))];
  };
  const size_t n = characters.size();
  for (size_t i = 0; i < n * n * n * n; ++i) {
    std::string text;
    for (size_t rest = i; rest > 0; rest /= n) text += characters[rest % n];
    for (const char* name : {"gpt-2", "smollm", "llama-bpe", "qwen2"}) {
      const WordRule rule = find_pre_tokenizer(name)->rule;
      std::vector<size_t> ends;
      for (size_t at = 0; at < text.size();) ends.push_back(at = word_end(rule, text, at, classes));
      ASSERT_EQ(ends, reference::word_ends(name, text, class_of)) << text;
    }
  }
}

// What an independent library makes of the same regular expressions: tests/data/words.
TEST(Words, EqualTokenizers) {
  const auto golden = support::read_text(ONEHEAD_SOURCE_DIR "/tests/data/words/golden.tsv");
  ASSERT_TRUE(golden);
  const UnicodeClasses classes;
  std::istringstream lines(*golden);
  int n = 0;
  for (std::string line; std::getline(lines, line); ++n) {
    std::istringstream in(line);
    std::string name;
    std::string hex;
    in >> name >> hex;
    const auto pre = find_pre_tokenizer(name);
    ASSERT_TRUE(pre) << name;
    const std::string text = from_hex(hex);
    std::vector<size_t> ends;
    for (size_t at = 0; at < text.size();) {
      ends.push_back(at = word_end(pre->rule, text, at, classes));
    }
    std::vector<size_t> expected;
    for (size_t end = 0; in >> end;) expected.push_back(end);
    ASSERT_EQ(ends, expected) << name << ": " << text;
  }
  EXPECT_GT(n, 400);
}

TEST(Words, ReadableUtf8) {
  EXPECT_FALSE(readable_utf8("plain é 😀 \n").has_value());
  EXPECT_EQ(readable_utf8("\xC3"), "\uFFFD");
  EXPECT_EQ(readable_utf8("\xF5\x80\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace onehead
