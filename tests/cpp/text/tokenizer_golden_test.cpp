// Ids that other implementations give: sentencepiece and llama.cpp. And back: any text comes back
// as it was, whole or streamed.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <sstream>

#include "cpp/text/vocab.hpp"
#include "text/stream_decoder.hpp"

namespace onehead {
namespace {

const std::string kData = ONEHEAD_SOURCE_DIR "/tests/data/";
constexpr const char* kVocabs[] = {"stories260K.gguf", "sentencepiece/vocab.gguf",
                                   "gpt2-vocab/gpt2-vocab.gguf"};

// mt19937 that gives the 32 bits it makes (its own result type may be wider).
struct Random {
  explicit Random(uint32_t seed) : engine(seed) {}
  uint32_t operator()() { return static_cast<uint32_t>(engine()); }
  std::mt19937 engine;
};

std::vector<int32_t> numbers(const std::string& line) {
  std::istringstream in(line);
  std::vector<int32_t> out;
  for (int32_t id; in >> id;) out.push_back(id);
  return out;
}

TEST(TokenizerGolden, EqualsSentencePiece) {
  const Tokenizer tokenizer = tokenizer_of_file("sentencepiece/vocab.gguf");
  const auto golden = support::read_text(kData + "sentencepiece/golden.tsv");
  ASSERT_TRUE(golden);
  std::istringstream lines(*golden);
  int n = 0;
  for (std::string line; std::getline(lines, line); ++n) {
    const size_t tab = line.find('\t');
    const std::string text = from_hex(std::string_view(line).substr(0, tab));
    const std::vector<int32_t> ids = encode(tokenizer, text);
    ASSERT_EQ(ids, numbers(line.substr(tab + 1))) << text;
    ASSERT_EQ(tokenizer.decode(ids), text);
  }
  EXPECT_GT(n, 100);
}

TEST(TokenizerGolden, EqualsLlamaCppOnGpt2) {
  const Tokenizer tokenizer = tokenizer_of_file("gpt2-vocab/gpt2-vocab.gguf");
  const auto texts = support::read_text(kData + "gpt2-vocab/gpt2-vocab.inp");
  const auto ids = support::read_text(kData + "gpt2-vocab/gpt2-vocab.out");
  ASSERT_TRUE(texts && ids);
  const std::string separator = "\n__ggml_vocab_test__\n";
  std::istringstream lines(*ids);
  int n = 0;
  for (size_t at = 0; at < texts->size(); ++n) {  // each text ends with the separator
    const size_t end = texts->find(separator, at);
    ASSERT_NE(end, std::string::npos);
    const std::string text = texts->substr(at, end - at);
    at = end + separator.size();
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    ASSERT_EQ(encode(tokenizer, text), numbers(line)) << text;
    ASSERT_EQ(tokenizer.decode(numbers(line)), text);
  }
  EXPECT_EQ(n, 46);
}

TEST(TokenizerGolden, Stories260K) {
  const Tokenizer tokenizer = tokenizer_of_file("stories260K.gguf");
  EXPECT_EQ(tokenizer.vocab_size(), 512);
  EXPECT_EQ(tokenizer.bos(), 1);
  EXPECT_TRUE(tokenizer.is_end(2));
  std::vector<int32_t> ids;
  ASSERT_TRUE(tokenizer.encode("Once upon a time", {}, ids).ok());
  EXPECT_EQ(pieces(tokenizer, ids), "<s>|▁Once|▁upon|▁a|▁time");
}

// Bytes of every kind: words, characters of all lengths, cut ones, any byte at all.
std::string random_text(Random& random) {
  static const std::vector<std::string> kParts = {"the",
                                                  "gato",
                                                  " ",
                                                  "  ",
                                                  "\n",
                                                  "\t",
                                                  "á",
                                                  "😀",
                                                  "日本",
                                                  "\xE2",
                                                  "\xF0\x9F",
                                                  "\xFF",
                                                  "\xC0\x80",
                                                  "▁",
                                                  "<s>",
                                                  "</s>",
                                                  "<0x41>",
                                                  "<en>",
                                                  "'s",
                                                  "123",
                                                  ".",
                                                  "\xED\xA0\x80",
                                                  std::string(1, '\0')};
  std::string text;
  for (uint32_t i = 0, n = random() % 12; i < n; ++i) {
    if (random() % 4 == 0) {
      text += static_cast<char>(random());
    } else {
      text += kParts[random() % kParts.size()];
    }
  }
  return text;
}

// What comes back of a text: a byte-level vocabulary reads what is no UTF-8 as U+FFFD,
// SentencePiece its space sign as a space. Nothing is expected of SentencePiece where the bytes are
// no UTF-8.
std::optional<std::string> comes_back(const std::string& name, std::string text) {
  const std::optional<std::string> readable = readable_utf8(text);
  if (name.starts_with("gpt2")) return readable.value_or(text);
  if (readable) return std::nullopt;
  for (size_t at; (at = text.find("▁")) != std::string::npos;) text.replace(at, 3, " ");
  return text;
}

TEST(TokenizerRoundTrip, AnyBytes) {
  Random random(1);
  for (const char* name : kVocabs) {
    const Tokenizer tokenizer = tokenizer_of_file(name);
    for (int i = 0; i < 3000; ++i) {
      const std::string text = random_text(random);
      const std::string back = tokenizer.decode(encode(tokenizer, text));
      if (const auto expected = comes_back(name, text)) {
        ASSERT_EQ(back, *expected) << name << " " << i;
      }
    }
  }
}

TEST(TokenizerRoundTrip, EverySingleByteAndPair) {
  for (const char* name : kVocabs) {
    const Tokenizer tokenizer = tokenizer_of_file(name);
    for (int a = 0; a < 256; ++a) {
      for (int b = -1; b < 256; b += 5) {
        std::string text(1, static_cast<char>(a));
        if (b >= 0) text += static_cast<char>(b);
        const std::string back = tokenizer.decode(encode(tokenizer, text));
        if (const auto expected = comes_back(name, text)) {
          ASSERT_EQ(back, *expected) << name;
        }
      }
    }
  }
}

TEST(TokenizerRoundTrip, StreamedEqualsWhole) {
  Random random(2);
  for (const char* name : kVocabs) {
    const Tokenizer tokenizer = tokenizer_of_file(name);
    for (int i = 0; i < 1000; ++i) {
      // Tokens as a model might give them, not as encode does: any ids, control tokens too.
      std::vector<int32_t> ids = encode(tokenizer, random_text(random));
      for (uint32_t j = 0; j < random() % 8; ++j) {
        ids.insert(ids.begin() + static_cast<std::ptrdiff_t>(random() % (ids.size() + 1)),
                   static_cast<int32_t>(random() % static_cast<uint32_t>(tokenizer.vocab_size())));
      }
      std::string whole;
      Utf8Stream utf8;
      utf8.push(tokenizer.decode(ids), whole);
      utf8.flush(whole);
      std::string streamed;
      StreamDecoder decoder(tokenizer);
      for (int32_t id : ids) decoder.push(id, streamed);
      decoder.flush(streamed);
      ASSERT_EQ(streamed, whole) << name << " " << i;

      // A generation that goes on after a prompt: what is streamed is the rest of the whole.
      const size_t n_prompt = random() % (ids.size() + 1);
      const std::span<const int32_t> all(ids);
      std::string rest;
      decoder.reset(n_prompt == 0 ? -1 : ids[n_prompt - 1]);
      for (int32_t id : all.subspan(n_prompt)) decoder.push(id, rest);
      decoder.flush(rest);
      std::string expected =
          tokenizer.decode(ids).substr(tokenizer.decode(all.first(n_prompt)).size());
      std::string clean;
      utf8.push(expected, clean);
      utf8.flush(clean);
      ASSERT_EQ(rest, clean);
    }
  }
}

// Long texts of every shape take a time in proportion: a quadratic step would need minutes.
TEST(TokenizerSpeed, LongTexts) {
  Random random(3);
  std::string letters;
  for (int i = 0; i < 60000; ++i) letters += static_cast<char>('a' + random() % 26);
  std::string words;
  while (words.size() < 60000) words += "the quick brown fox, el zorro; ";
  for (const char* name : kVocabs) {
    const Tokenizer tokenizer = tokenizer_of_file(name);
    for (const std::string& text :
         {letters, words, std::string(60000, ' '), std::string(60000, 'a'),
          std::string(60000, '\xE2'), std::string(60000, '<'), std::string(60000, '\'')}) {
      const auto start = std::chrono::steady_clock::now();
      ASSERT_FALSE(encode(tokenizer, text).empty());
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      EXPECT_LT(seconds.count(), 20) << name << ": " << text.substr(0, 20);
    }
  }
}

// A vocabulary of Gemma's size, read from bytes, in well under a second where nothing disturbs.
TEST(TokenizerSpeed, LargeVocabulary) {
  Vocab vocab = llama_vocab();
  Random random(4);
  while (vocab.tokens.size() < 262144) {
    std::string piece = "▁";
    for (uint32_t n = 3 + random() % 8; n > 0; --n) piece += static_cast<char>('a' + random() % 26);
    vocab.tokens.push_back({piece + std::to_string(vocab.tokens.size()), kNormal, -1});
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(tokenizer_of(vocab).vocab_size(), 262144);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 20);
}

}  // namespace
}  // namespace onehead
