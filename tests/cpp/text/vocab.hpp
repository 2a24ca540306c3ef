// Tokenizers for tests: from a GGUF file, or from a vocabulary written in the test.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/files.hpp"
#include "synthetic/gguf_writer.hpp"
#include "text/tokenizer.hpp"

namespace onehead {

// GGUF's token types.
constexpr int32_t kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6;

struct VocabToken {
  std::string piece;
  int32_t type = kNormal;
  float score = 0;
};

// A tokenizer's metadata; what is absent is left out of the file.
struct Vocab {
  std::string model = "llama";
  std::optional<std::string> pre;
  std::vector<VocabToken> tokens;
  std::optional<std::vector<std::string>> merges;
  std::optional<uint32_t> bos, eos, unknown, eot;
  std::optional<bool> add_bos, add_eos, add_space_prefix;
  std::optional<std::vector<float>> scores;  // instead of the tokens' own
  std::optional<std::vector<int32_t>> types;

  Expected<Tokenizer> create() const {
    synthetic::GgufWriter writer;
    const std::string prefix = "tokenizer.ggml.";
    writer.add_string(prefix + "model", model);
    if (pre) writer.add_string(prefix + "pre", *pre);
    std::vector<std::string> pieces;
    std::vector<float> own_scores;
    std::vector<int32_t> own_types;
    for (const VocabToken& token : tokens) {
      pieces.push_back(token.piece);
      own_scores.push_back(token.score);
      own_types.push_back(token.type);
    }
    writer.add_string_array(prefix + "tokens", pieces);
    if (model == "llama") writer.add_f32_array(prefix + "scores", scores.value_or(own_scores));
    writer.add_i32_array(prefix + "token_type", types.value_or(own_types));
    if (merges) writer.add_string_array(prefix + "merges", *merges);
    if (bos) writer.add_u32(prefix + "bos_token_id", *bos);
    if (eos) writer.add_u32(prefix + "eos_token_id", *eos);
    if (unknown) writer.add_u32(prefix + "unknown_token_id", *unknown);
    if (eot) writer.add_u32(prefix + "eot_token_id", *eot);
    if (add_bos) writer.add_bool(prefix + "add_bos_token", *add_bos);
    if (add_eos) writer.add_bool(prefix + "add_eos_token", *add_eos);
    if (add_space_prefix) writer.add_bool(prefix + "add_space_prefix", *add_space_prefix);
    return from_bytes(writer.finish());
  }

  static Expected<Tokenizer> from_bytes(const std::vector<std::byte>& bytes) {
    GgufHeader header;
    const auto state = parse_gguf_header(bytes, bytes.size(), header);
    if (!state.ok()) return state.status();
    return Tokenizer::create(header);
  }
};

inline Tokenizer tokenizer_of(const Vocab& vocab) {
  Expected<Tokenizer> tokenizer = vocab.create();
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status().message;
  return *std::move(tokenizer);
}

// A file of tests/data.
inline Tokenizer tokenizer_of_file(const std::string& name) {
  const auto bytes = support::read_bytes(std::string(ONEHEAD_SOURCE_DIR "/tests/data/") + name);
  EXPECT_TRUE(bytes) << name;
  Expected<Tokenizer> tokenizer = Vocab::from_bytes(*bytes);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status().message;
  return *std::move(tokenizer);
}

// <unk>, <s>, </s>, then a token for each byte: every text can be written with these.
inline Vocab llama_vocab(const std::vector<VocabToken>& more = {}) {
  Vocab vocab;
  vocab.tokens = {{"<unk>", kUnknown}, {"<s>", kControl}, {"</s>", kControl}};
  for (int byte = 0; byte < 256; ++byte) {
    constexpr char kHex[] = "0123456789ABCDEF";
    vocab.tokens.push_back({std::string("<0x") + kHex[byte / 16] + kHex[byte % 16] + ">", kByte});
  }
  vocab.tokens.insert(vocab.tokens.end(), more.begin(), more.end());
  vocab.bos = 1;
  vocab.eos = 2;
  return vocab;
}

inline std::string from_hex(std::string_view hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return out;
}

inline std::vector<int32_t> encode(const Tokenizer& tokenizer, std::string_view text,
                                   bool parse_special = false) {
  std::vector<int32_t> ids;
  const Status status =
      tokenizer.encode(text, {.add_bos = false, .parse_special = parse_special}, ids);
  EXPECT_TRUE(status.ok()) << status.message;
  return ids;
}

// The pieces of the ids, joined by "|".
inline std::string pieces(const Tokenizer& tokenizer, const std::vector<int32_t>& ids) {
  std::string out;
  for (int32_t id : ids) {
    if (!out.empty()) out += '|';
    out += tokenizer.piece(id);
  }
  return out;
}

}  // namespace onehead
