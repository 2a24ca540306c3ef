// A `llama` model as the reference sees it: every tensor of a GGUF file as plain numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "reference/ops.hpp"

namespace onehead::reference {

struct Layer {
  Vector attention_norm;  // [model_dim]
  Matrix query;           // [n_query_heads * head_dim, model_dim]
  Matrix key;             // [n_kv_heads * head_dim, model_dim]
  Matrix value;           // [n_kv_heads * head_dim, model_dim]
  Matrix output;          // [model_dim, n_query_heads * head_dim]
  Vector ffn_norm;        // [model_dim]
  Matrix gate;            // [hidden_dim, model_dim]
  Matrix up;              // [hidden_dim, model_dim]
  Matrix down;            // [model_dim, hidden_dim]
};

struct Model {
  int32_t n_query_heads = 0;
  int32_t n_kv_heads = 0;
  int32_t head_dim = 0;
  int32_t rope_dim = 0;
  double rope_base = 0.0;
  float rms_eps = 0.0f;
  int32_t context_length = 0;
  int32_t eos = -1;  // -1: the file names none
  Matrix embedding;  // [vocab_size, model_dim]
  std::vector<Layer> layers;
  Vector output_norm;  // [model_dim]
  Matrix head;         // [vocab_size, model_dim]; a copy of the embedding where the file has none
};

// precision_f32: quantised matrices are multiplied out first, and activations stay f32.
Expected<Model> read_model(std::span<const std::byte> file, bool precision_f32 = false);

}  // namespace onehead::reference
