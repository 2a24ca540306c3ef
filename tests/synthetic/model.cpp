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

// Types together as in public files: several of them in the projections of one input.
constexpr TypeOf kQ4_1Types[] = {{"token_embd.weight", WeightType::kQ8_0},
                                 {"attn_v.weight", WeightType::kQ5_1},
                                 {"output.weight", WeightType::kQ5_1}};
constexpr TypeOf kQ5_KTypes[] = {{"token_embd.weight", WeightType::kQ6_K},
                                 {"attn_v.weight", WeightType::kQ6_K},
                                 {"ffn_up.weight", WeightType::kQ4_K},
                                 {"output.weight", WeightType::kQ4_K}};
constexpr TypeOf kQ5_0Types[] = {{"token_embd.weight", WeightType::kQ8_0},
                                 {"attn_v.weight", WeightType::kQ8_0},
                                 {"attn_output.weight", WeightType::kQ4_K},
                                 {"ffn_down.weight", WeightType::kQ6_K}};

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
    ModelShape{.name = "gqa-6x3-q4_1",
               .n_layers = 1,
               .n_query_heads = 6,
               .n_kv_heads = 3,
               .head_dim = 16,
               .model_dim = 96,
               .hidden_dim = 96,
               .vocab_size = 101,
               .context_length = 200,
               .tied_head = false,
               .type = WeightType::kQ4_1,
               .rope_base = 1e5f,
               .seed = 18,
               .types = kQ4_1Types,
               .has_rope_factors = true},
    ModelShape{.name = "mqa-2x1-q5_k",
               .n_layers = 1,
               .n_query_heads = 2,
               .n_kv_heads = 1,
               .head_dim = 32,
               .model_dim = 256,
               .hidden_dim = 32,
               .vocab_size = 67,
               .context_length = 200,
               .tied_head = false,
               .type = WeightType::kQ5_K,
               .rope_base = 1e4f,
               .seed = 19,
               .types = kQ5_KTypes},
    ModelShape{.name = "gemma-2x1-q4_0",
               .n_layers = 2,
               .n_query_heads = 2,
               .n_kv_heads = 1,
               .head_dim = 48,
               .model_dim = 64,
               .hidden_dim = 96,
               .vocab_size = 131,
               .context_length = 200,
               .tied_head = true,
               .type = WeightType::kQ4_0,
               .rope_base = 1e4f,
               .seed = 20,
               .architecture = "gemma",
               .rope_dim = 34},
    ModelShape{.name = "gemma3-3x1-f16",
               .n_layers = 7,
               .n_query_heads = 3,
               .n_kv_heads = 1,
               .head_dim = 10,
               .model_dim = 20,
               .hidden_dim = 25,
               .vocab_size = 67,
               .context_length = 200,
               .tied_head = true,
               .type = WeightType::kF16,
               .rope_base = 1e6f,
               .seed = 21,
               .architecture = "gemma3",
               .window = 24},
    ModelShape{.name = "gemma3-4x1-q5_0",
               .n_layers = 2,
               .n_query_heads = 4,
               .n_kv_heads = 1,
               .head_dim = 64,
               .model_dim = 32,
               .hidden_dim = 256,
               .vocab_size = 67,
               .context_length = 200,
               .tied_head = true,
               .type = WeightType::kQ5_0,
               .rope_base = 1e6f,
               .seed = 22,
               .architecture = "gemma3",
               .types = kQ5_0Types,
               .rope_scaling = 8.0f,
               .window = 70,
               .window_period = 2,
               .sliding_rope_base = 500.0f},
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

  void norm(const std::string& name, int32_t n, float gain = 1.0f) {
    std::vector<float> values(static_cast<size_t>(n));
    for (float& value : values) value = gain * (1.0f + 0.25f * random_.symmetric());
    model_.tensors.push_back({name, WeightType::kF32, 0, n, encode(WeightType::kF32, values)});
  }

  void matrix(const std::string& name, int32_t n_rows, int32_t n_cols, float gain,
              bool odd_rows = false) {
    std::vector<float> values = random_rows(random_, n_rows, n_cols, gain);
    if (odd_rows) add_oddities(values, n_cols);
    const WeightType type = type_of(name, n_cols);
    std::vector<std::byte> bytes = encode(type, values);
    // Quantisers stop at -127, the format does not: the third quant of the first block is -128.
    if (type == WeightType::kQ8_0) bytes[2 + 2] = static_cast<std::byte>(0x80);
    model_.tensors.push_back({name, type, n_rows, n_cols, std::move(bytes)});
  }

  // Factors between 1/2 and 8, as files of stretched contexts have them: longer waves more.
  void rope_factors(int32_t n) {
    std::vector<float> values(static_cast<size_t>(n));
    for (int32_t i = 0; i < n; ++i) {
      values[static_cast<size_t>(i)] = 0.5f + 7.5f * static_cast<float>(i) / static_cast<float>(n);
    }
    const std::vector<std::byte> bytes = encode(WeightType::kF32, values);
    model_.tensors.push_back({"rope_freqs.weight", WeightType::kF32, 0, n, bytes});
  }

  SyntheticModel take() { return std::move(model_); }

 private:
  // Rows that a type's blocks do not divide get another type.
  WeightType type_of(std::string_view name, int32_t n_cols) const {
    WeightType type = model_.shape.type;
    for (const TypeOf& other : model_.shape.types) {
      if (("." + std::string(name)).ends_with("." + std::string(other.part))) type = other.type;
    }
    if (block_size(type) == 256 && n_cols % 256 != 0) type = WeightType::kQ5_1;
    return n_cols % block_size(type) == 0 ? type : WeightType::kF16;
  }

  Random random_;
  SyntheticModel model_;
};

void write_metadata(const ModelShape& shape, GgufWriter& writer) {
  const std::string prefix = std::string(shape.architecture) + ".";
  const auto u32 = [&](std::string_view key, int32_t value) {
    writer.add_u32(prefix + std::string(key), static_cast<uint32_t>(value));
  };
  const auto f32 = [&](std::string_view key, float value) {
    writer.add_f32(prefix + std::string(key), value);
  };
  writer.add_string("general.architecture", shape.architecture);
  writer.add_string("general.name", shape.name);
  u32("block_count", shape.n_layers);
  u32("context_length", shape.context_length);
  u32("embedding_length", shape.model_dim);
  u32("feed_forward_length", shape.hidden_dim);
  u32("attention.head_count", shape.n_query_heads);
  u32("attention.head_count_kv", shape.n_kv_heads);
  u32("attention.key_length", shape.head_dim);
  u32("attention.value_length", shape.head_dim);
  u32("rope.dimension_count", shape.rope_dim > 0 ? shape.rope_dim : shape.head_dim);
  u32("vocab_size", shape.vocab_size);
  f32("rope.freq_base", shape.rope_base);
  f32("attention.layer_norm_rms_epsilon", 1e-5f);
  if (shape.rope_scaling > 0.0f) {
    writer.add_string(prefix + "rope.scaling.type", "linear");
    f32("rope.scaling.factor", shape.rope_scaling);
  }
  if (shape.window > 0) u32("attention.sliding_window", shape.window);
  if (shape.window_period > 0) u32("attention.sliding_window_pattern", shape.window_period);
  if (shape.sliding_rope_base > 0.0f) f32("rope.freq_base_swa", shape.sliding_rope_base);
  const Vocabulary vocabulary = make_vocabulary(shape.vocab_size);
  writer.add_string("tokenizer.ggml.model", "llama");
  writer.add_string_array("tokenizer.ggml.tokens", vocabulary.pieces);
  writer.add_f32_array("tokenizer.ggml.scores", vocabulary.scores);
  writer.add_i32_array("tokenizer.ggml.token_type", vocabulary.types);
  writer.add_u32("tokenizer.ggml.unknown_token_id", kUnknownId);
  writer.add_u32("tokenizer.ggml.bos_token_id", kBosId);
  writer.add_u32("tokenizer.ggml.eos_token_id", kEosId);
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
  const bool is_gemma3 = shape.architecture == "gemma3";
  // Where the engine scales embeddings up, the file has them small, and the norm before the tied
  // head makes up for it.
  const float embedding_scale =
      shape.architecture == "llama" ? 1.0f : 4.0f * std::sqrt(static_cast<float>(model_dim));
  Builder builder(shape);
  builder.matrix("token_embd.weight", shape.vocab_size, model_dim, 2.0f / embedding_scale, true);
  if (shape.has_rope_factors) builder.rope_factors(shape.head_dim / 2);
  for (int32_t layer = 0; layer < shape.n_layers; ++layer) {
    const std::string prefix = "blk." + std::to_string(layer) + ".";
    builder.norm(prefix + "attn_norm.weight", model_dim);
    // Queries and keys a little larger, so that attention is neither flat nor one-hot.
    builder.matrix(prefix + "attn_q.weight", query_width, model_dim, 1.5f);
    builder.matrix(prefix + "attn_k.weight", kv_width, model_dim, 1.5f);
    builder.matrix(prefix + "attn_v.weight", kv_width, model_dim, 1.0f);
    if (is_gemma3) builder.norm(prefix + "attn_q_norm.weight", shape.head_dim);
    if (is_gemma3) builder.norm(prefix + "attn_k_norm.weight", shape.head_dim);
    builder.matrix(prefix + "attn_output.weight", model_dim, query_width, 1.0f);
    if (is_gemma3) builder.norm(prefix + "post_attention_norm.weight", model_dim);
    builder.norm(prefix + "ffn_norm.weight", model_dim);
    builder.matrix(prefix + "ffn_gate.weight", shape.hidden_dim, model_dim, 1.5f);
    builder.matrix(prefix + "ffn_up.weight", shape.hidden_dim, model_dim, 1.5f);
    builder.matrix(prefix + "ffn_down.weight", model_dim, shape.hidden_dim, 1.0f);
    if (is_gemma3) builder.norm(prefix + "post_ffw_norm.weight", model_dim);
  }
  builder.norm("output_norm.weight", model_dim, embedding_scale);
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
