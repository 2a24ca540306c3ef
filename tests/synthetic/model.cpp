#include "synthetic/model.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "synthetic/encode.hpp"
#include "synthetic/gguf_writer.hpp"
#include "synthetic/random.hpp"
#include "synthetic/tokenizer.hpp"

namespace onehead::synthetic {
namespace {

constexpr int32_t kQ8Block = 32;

// Odd on purpose: head sizes and vocabularies that no SIMD width divides, prompts over several
// blocks of 64, K/V heads shared by 1, 2, 3 and 5 query heads.
constexpr std::array kGoldenShapes = {
    ModelShape{"mha-1x1-f32", 2, 1, 1, 20, 20, 37, 37, 200, true, WeightType::kF32, 10000.0f, 11},
    ModelShape{"mqa-3x1-f16", 2, 3, 1, 10, 30, 96, 101, 200, false, WeightType::kF16, 10000.0f, 12},
    ModelShape{"mha-4x4-bf16", 1, 4, 4, 12, 48, 104, 260, 200, true, WeightType::kBF16, 5e5f, 13},
    ModelShape{"gqa-6x2-q8_0", 1, 6, 2, 16, 96, 96, 260, 200, true, WeightType::kQ8_0, 10000.0f,
               14},
    ModelShape{"mqa-5x1-q8_0", 1, 5, 1, 34, 64, 104, 131, 200, false, WeightType::kQ8_0, 1e4f, 15},
    ModelShape{"mqa-2x1-q8_0", 3, 2, 1, 24, 32, 64, 67, 90, true, WeightType::kQ8_0, 100.0f, 16},
    ModelShape{"gqa-4x2-f32", 1, 4, 2, 14, 36, 50, 53, 200, false, WeightType::kF32, 1e4f, 17},
};

// Rows of the embedding and of the head that are not like the others.
constexpr int32_t kTinyRow = 5;   // values around 2^-14
constexpr int32_t kZerosRow = 6;  // begins with 32 zeros

std::vector<float> random_rows(Random& random, int32_t n_rows, int32_t n_cols, float gain) {
  // A uniform value of [-1, 1) has variance 1/3: rows of n_cols give outputs of variance gain².
  const float scale = gain * std::sqrt(3.0f / static_cast<float>(n_cols));
  std::vector<float> values(static_cast<size_t>(n_rows) * static_cast<size_t>(n_cols));
  for (float& value : values) value = scale * random.symmetric();
  return values;
}

void add_oddities(std::vector<float>& values, int32_t n_cols) {
  const auto cols = static_cast<size_t>(n_cols);
  for (size_t c = 0; c < cols; ++c) values[kTinyRow * cols + c] *= 0x1p-14f;
  for (size_t c = 0; c < cols && c < kQ8Block; ++c) values[kZerosRow * cols + c] = 0.0f;
}

class Builder {
 public:
  explicit Builder(const ModelShape& shape) : random_(shape.seed) { model_.shape = shape; }

  void norm(const std::string& name, int32_t n) {
    std::vector<float> values(static_cast<size_t>(n));
    for (float& value : values) value = 1.0f + 0.25f * random_.symmetric();
    model_.tensors.push_back({name, WeightType::kF32, 0, n, encode(WeightType::kF32, values)});
  }

  void matrix(const std::string& name, int32_t n_rows, int32_t n_cols, float gain,
              bool odd_rows = false) {
    std::vector<float> values = random_rows(random_, n_rows, n_cols, gain);
    if (odd_rows) add_oddities(values, n_cols);
    WeightType type = model_.shape.type;
    if (n_cols % block_size(type) != 0) type = WeightType::kF16;
    std::vector<std::byte> bytes = encode(type, values);
    // Quantisers stop at -127, the format does not: the third quant of the first block is -128.
    if (type == WeightType::kQ8_0) bytes[2 + 2] = static_cast<std::byte>(0x80);
    model_.tensors.push_back({name, type, n_rows, n_cols, std::move(bytes)});
  }

  SyntheticModel take() { return std::move(model_); }

 private:
  Random random_;
  SyntheticModel model_;
};

void write_metadata(const ModelShape& shape, GgufWriter& writer) {
  const auto u32 = [&](std::string_view key, int32_t value) {
    writer.add_u32(key, static_cast<uint32_t>(value));
  };
  writer.add_string("general.architecture", "llama");
  writer.add_string("general.name", shape.name);
  u32("llama.block_count", shape.n_layers);
  u32("llama.context_length", shape.context_length);
  u32("llama.embedding_length", shape.model_dim);
  u32("llama.feed_forward_length", shape.hidden_dim);
  u32("llama.attention.head_count", shape.n_query_heads);
  u32("llama.attention.head_count_kv", shape.n_kv_heads);
  u32("llama.attention.key_length", shape.head_dim);
  u32("llama.attention.value_length", shape.head_dim);
  u32("llama.rope.dimension_count", shape.head_dim);
  u32("llama.vocab_size", shape.vocab_size);
  writer.add_f32("llama.rope.freq_base", shape.rope_base);
  writer.add_f32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
  const Vocabulary vocabulary = make_vocabulary(shape.vocab_size);
  writer.add_string("tokenizer.ggml.model", "llama");
  writer.add_string_array("tokenizer.ggml.tokens", vocabulary.pieces);
  writer.add_f32_array("tokenizer.ggml.scores", vocabulary.scores);
  writer.add_i32_array("tokenizer.ggml.token_type", vocabulary.types);
  u32("tokenizer.ggml.unknown_token_id", kUnknownId);
  u32("tokenizer.ggml.bos_token_id", kBosId);
  u32("tokenizer.ggml.eos_token_id", kEosId);
}

}  // namespace

std::span<const ModelShape> golden_shapes() { return kGoldenShapes; }

SyntheticTensor& SyntheticModel::tensor(std::string_view name) {
  for (SyntheticTensor& candidate : tensors) {
    if (candidate.name == name) return candidate;
  }
  std::abort();  // a misspelt name in a test
}

std::vector<std::byte> SyntheticModel::to_gguf() const {
  GgufWriter writer;
  write_metadata(shape, writer);
  for (const SyntheticTensor& t : tensors) {
    std::vector<uint64_t> dims = {static_cast<uint64_t>(t.n_cols)};
    if (t.n_rows > 0) dims.push_back(static_cast<uint64_t>(t.n_rows));
    writer.add_tensor(t.name, dims, static_cast<uint32_t>(t.type), t.bytes);
  }
  return writer.finish();
}

SyntheticModel make_model(const ModelShape& shape) {
  const int32_t query_width = shape.n_query_heads * shape.head_dim;
  const int32_t kv_width = shape.n_kv_heads * shape.head_dim;
  const int32_t model_dim = shape.model_dim;
  Builder builder(shape);
  builder.matrix("token_embd.weight", shape.vocab_size, model_dim, 2.0f, true);
  for (int32_t layer = 0; layer < shape.n_layers; ++layer) {
    const std::string prefix = "blk." + std::to_string(layer) + ".";
    builder.norm(prefix + "attn_norm.weight", model_dim);
    // Queries and keys a little larger, so that attention is neither flat nor one-hot.
    builder.matrix(prefix + "attn_q.weight", query_width, model_dim, 1.5f);
    builder.matrix(prefix + "attn_k.weight", kv_width, model_dim, 1.5f);
    builder.matrix(prefix + "attn_v.weight", kv_width, model_dim, 1.0f);
    builder.matrix(prefix + "attn_output.weight", model_dim, query_width, 1.0f);
    builder.norm(prefix + "ffn_norm.weight", model_dim);
    builder.matrix(prefix + "ffn_gate.weight", shape.hidden_dim, model_dim, 1.5f);
    builder.matrix(prefix + "ffn_up.weight", shape.hidden_dim, model_dim, 1.5f);
    builder.matrix(prefix + "ffn_down.weight", model_dim, shape.hidden_dim, 1.0f);
  }
  builder.norm("output_norm.weight", model_dim);
  if (!shape.tied_head) builder.matrix("output.weight", shape.vocab_size, model_dim, 2.0f, true);
  return builder.take();
}

SyntheticModel with_copied_kv_heads(const SyntheticModel& model) {
  SyntheticModel copy = model;
  const int32_t n_sharing = model.shape.n_query_heads / model.shape.n_kv_heads;
  copy.shape.n_kv_heads = model.shape.n_query_heads;
  for (int32_t layer = 0; layer < model.shape.n_layers; ++layer) {
    for (const char* name : {"attn_k.weight", "attn_v.weight"}) {
      SyntheticTensor& t = copy.tensor("blk." + std::to_string(layer) + "." + name);
      const size_t head_bytes = t.bytes.size() / static_cast<size_t>(model.shape.n_kv_heads);
      std::vector<std::byte> bytes;
      for (int32_t head = 0; head < model.shape.n_query_heads; ++head) {
        const auto begin =
            t.bytes.begin() + static_cast<ptrdiff_t>(head_bytes) * (head / n_sharing);
        bytes.insert(bytes.end(), begin, begin + static_cast<ptrdiff_t>(head_bytes));
      }
      t.bytes = std::move(bytes);
      t.n_rows *= n_sharing;
    }
  }
  return copy;
}

std::vector<int32_t> random_prompt(int32_t vocab_size, int32_t n_tokens, uint64_t seed) {
  Random random(seed);
  std::vector<int32_t> tokens = {kBosId};
  while (tokens.size() < static_cast<size_t>(n_tokens)) {
    tokens.push_back(kFirstTextId + static_cast<int32_t>(random.below(
                                        static_cast<uint32_t>(vocab_size - kFirstTextId))));
  }
  return tokens;
}

}  // namespace onehead::synthetic
