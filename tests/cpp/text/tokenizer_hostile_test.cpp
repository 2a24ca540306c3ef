// Vocabularies that are wrong, and damage to real ones.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "cpp/text/vocab.hpp"

namespace onehead {
namespace {

void expect_failure(const Vocab& vocab, ErrorCode code, std::string_view part) {
  const auto tokenizer = vocab.create();
  ASSERT_FALSE(tokenizer.ok());
  EXPECT_EQ(error_name(tokenizer.status().code), error_name(code));
  EXPECT_NE(tokenizer.status().message.find(part), std::string::npos) << tokenizer.status().message;
}

TEST(TokenizerHostile, MissingParts) {
  Vocab vocab = llama_vocab();
  vocab.model = "bert";
  expect_failure(vocab, ErrorCode::kUnsupportedModel, "'bert'");
  vocab.model = "";
  expect_failure(vocab, ErrorCode::kUnsupportedModel, "no tokenizer");
  vocab = llama_vocab();
  vocab.tokens.clear();
  expect_failure(vocab, ErrorCode::kBadFile, "no list of tokens");
  vocab = llama_vocab();
  vocab.model = "gpt2";
  vocab.types = std::vector<int32_t>(vocab.tokens.size(), kNormal);
  expect_failure(vocab, ErrorCode::kBadFile, "no list of merges");
  EXPECT_FALSE(Tokenizer::create(GgufHeader()).ok());
}

TEST(TokenizerHostile, ArraysOfTheWrongLength) {
  Vocab vocab = llama_vocab();
  for (size_t n : {size_t{0}, vocab.tokens.size() - 1, vocab.tokens.size() + 1}) {
    vocab = llama_vocab();
    vocab.scores = std::vector<float>(n);
    expect_failure(vocab, ErrorCode::kBadFile, "scores");
    vocab = llama_vocab();
    vocab.types = std::vector<int32_t>(n, kNormal);
    expect_failure(vocab, ErrorCode::kBadFile, "token_type");
  }
}

TEST(TokenizerHostile, Values) {
  for (float score : {std::nanf(""), INFINITY, -INFINITY}) {
    expect_failure(llama_vocab({{"x", kNormal, score}}), ErrorCode::kBadFile,
                   "'x' is not a number");
  }
  for (int32_t type : {-1, 7, INT32_MAX}) {
    expect_failure(llama_vocab({{"x", type}}), ErrorCode::kBadFile, "unknown type");
  }
  for (const char* piece : {"x", "", "<0x4>", "<0xG0>", "<0x41", "<0xff>"}) {
    expect_failure(llama_vocab({{piece, kByte}}), ErrorCode::kBadFile, "names none");
  }
  Vocab vocab = llama_vocab();
  const auto n = static_cast<uint32_t>(vocab.tokens.size());
  for (uint32_t id : {n, n + 1, uint32_t{INT32_MAX}, UINT32_MAX - 1}) {
    for (auto field : {&Vocab::bos, &Vocab::eos, &Vocab::unknown, &Vocab::eot}) {
      vocab = llama_vocab();
      vocab.*field = id;
      expect_failure(vocab, ErrorCode::kBadFile, "names no token");
    }
  }
  vocab = llama_vocab();
  vocab.bos = UINT32_MAX;  // -1: none
  EXPECT_EQ(tokenizer_of(vocab).bos(), -1);
  EXPECT_FALSE(tokenizer_of(vocab).adds_bos());
  vocab.add_bos = true;
  expect_failure(vocab, ErrorCode::kBadFile, "names none");
}

TEST(TokenizerHostile, NoBosToAdd) {
  Vocab vocab = llama_vocab();
  vocab.bos = UINT32_MAX;
  std::vector<int32_t> ids;
  const Status status = tokenizer_of(vocab).encode("a", {.add_bos = true}, ids);
  EXPECT_EQ(status.code, ErrorCode::kBadArgument);
  EXPECT_TRUE(ids.empty());
}

TEST(TokenizerHostile, EmptyAndRepeatedPieces) {
  const Tokenizer tokenizer = tokenizer_of(
      llama_vocab({{"", kNormal}, {"", kControl}, {"", kUserDefined}, {"a", kNormal}}));
  EXPECT_EQ(encode(tokenizer, "aa"), (std::vector<int32_t>{3 + 0x20, 262, 262}));
  EXPECT_EQ(tokenizer.decode(encode(tokenizer, "a b")), "a b");
  expect_failure(llama_vocab({{"a"}, {"b"}, {"a", kUserDefined}}), ErrorCode::kBadFile,
                 "the token 'a' twice");
  expect_failure(llama_vocab({{"<0x41>", kByte}}), ErrorCode::kBadFile, "the token '<0x41>' twice");
}

// More bytes of special pieces than any vocabulary has: each costs memory.
TEST(TokenizerHostile, SpecialPieces) {
  std::vector<VocabToken> many;
  for (int i = 0; i < 5000; ++i) {
    many.push_back({std::to_string(i) + std::string(245, 'x'), kControl});
  }
  expect_failure(llama_vocab(many), ErrorCode::kBadFile, "too many special");
  // One that is longer than what is looked for in a text stays text, and is cheap.
  const std::string piece(1 << 20, 'x');
  const Tokenizer tokenizer = tokenizer_of(llama_vocab({{piece, kUserDefined}}));
  EXPECT_EQ(encode(tokenizer, piece).size(), piece.size() + 1);
}

TEST(TokenizerHostile, Merges) {
  Vocab vocab = llama_vocab();
  vocab.model = "gpt2";
  vocab.tokens.clear();
  for (const char* piece : {"a", "b", "ab"}) vocab.tokens.push_back({piece});
  vocab.bos.reset();
  vocab.eos.reset();
  for (const char* merge : {"", " ", "ab", "a ", " b"}) {
    vocab.merges = {"a b", merge};
    expect_failure(vocab, ErrorCode::kBadFile, "not a pair");
  }
  for (const char* merge : {"a x", "x b", "b a", "a b c"}) {
    vocab.merges = {"a b", merge};
    expect_failure(vocab, ErrorCode::kBadFile, "not in its list");
  }
  vocab.merges = {"a b", "a b"};
  std::vector<int32_t> ids;
  const Tokenizer tokenizer = tokenizer_of(vocab);
  ASSERT_TRUE(tokenizer.encode("ab", {}, ids).ok());
  EXPECT_EQ(ids, std::vector<int32_t>{2});
  vocab.add_eos = true;
  expect_failure(vocab, ErrorCode::kBadFile, "after each text");
}

// Whatever a damaged file makes of its tokenizer: an error, or one that encodes and decodes safely.
TEST(TokenizerHostile, DamagedFiles) {
  const auto original =
      support::read_bytes(ONEHEAD_SOURCE_DIR "/tests/data/sentencepiece/vocab.gguf");
  ASSERT_TRUE(original);
  std::mt19937 random(1);
  int n_built = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::byte> file = *original;
    for (int i = 0; i < 1 + round % 3; ++i)
      file[random() % file.size()] = static_cast<std::byte>(random());
    const auto tokenizer = Vocab::from_bytes(file);
    if (!tokenizer.ok()) continue;
    ++n_built;
    std::vector<int32_t> ids;
    (void)tokenizer->encode("El gato <es> ▁ \xFF 😀", {.parse_special = round % 2 == 0}, ids);
    for (int32_t id : ids) ASSERT_TRUE(id >= 0 && id < tokenizer->vocab_size());
    (void)tokenizer->decode(ids);
  }
  EXPECT_GT(n_built, 100);
}

}  // namespace
}  // namespace onehead
