// Small random models of odd shapes, as GGUF bytes: what the goldens and the tests of the runtime
// stand on, so that nothing depends on a trained file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/weight_type.hpp"

namespace onehead::synthetic {

// The type of a matrix that differs from the others', by its name without the layer.
struct TypeOf {
  std::string_view part;
  WeightType type;
};

struct ModelShape {
  std::string_view name;
  int32_t n_layers;
  int32_t n_query_heads;
  int32_t n_kv_heads;
  int32_t head_dim;  // free: not always model_dim / n_query_heads
  int32_t model_dim;
  int32_t hidden_dim;
  int32_t vocab_size;
  int32_t context_length;
  bool tied_head;   // no output.weight: the embedding serves both ends
  WeightType type;  // of matrices; rows that its blocks do not divide become F16
  float rope_base;
  uint64_t seed;
  // From here on a default means that the file does not say.
  std::string_view architecture = "llama";
  std::span<const TypeOf> types = {};
  int32_t rope_dim = 0;
  float rope_scaling = 0.0f;  // linear
  bool has_rope_factors = false;
  int32_t window = 0;
  int32_t window_period = 0;
  float sliding_rope_base = 0.0f;
};

// The committed set under tests/goldens/models, each at most 100 KB.
std::span<const ModelShape> golden_shapes();

struct SyntheticTensor {
  std::string name;
  WeightType type;
  int32_t n_rows;  // 0: one dimension only
  int32_t n_cols;
  std::vector<std::byte> bytes;  // rows as a GGUF file holds them
};

struct SyntheticModel {
  ModelShape shape;
  std::vector<SyntheticTensor> tensors;

  SyntheticTensor& tensor(std::string_view name);
  std::vector<std::byte> to_gguf() const;
};

// Weights scaled so that activations stay near 1, with what trained files have and random ones
// lack: rows so small that F16 values and Q8_0 scales are subnormal, blocks of zeros, a quant of
// -128.
SyntheticModel make_model(const ModelShape& shape);

// The same model with each K/V head written out for every query head that reads it: G becomes H.
SyntheticModel with_copied_kv_heads(const SyntheticModel& model);

// Token ids below the vocabulary's size, the first one BOS (1), none of the others a control token.
std::vector<int32_t> random_prompt(int32_t vocab_size, int32_t n_tokens, uint64_t seed);

}  // namespace onehead::synthetic
