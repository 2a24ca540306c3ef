// A model as the reference sees it: every tensor of a GGUF file as plain numbers, and what its
// architecture does differently.
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
  Rope rope;
  int32_t window = 0;          // positions that a query sees, its own the last; 0: all before it
  Vector attention_norm;       // [model_dim]
  Matrix query;                // [n_query_heads * head_dim, model_dim]
  Matrix key;                  // [n_kv_heads * head_dim, model_dim]
  Matrix value;                // [n_kv_heads * head_dim, model_dim]
  Vector query_norm;           // [head_dim]; empty: heads are not normalised
  Vector key_norm;             // [head_dim]; empty likewise
  Matrix output;               // [model_dim, n_query_heads * head_dim]
  Vector post_attention_norm;  // [model_dim]; empty: the block's output is added as it is
  Vector ffn_norm;             // [model_dim]
  Matrix gate;                 // [hidden_dim, model_dim]
  Matrix up;                   // [hidden_dim, model_dim]
  Matrix down;                 // [model_dim, hidden_dim]
  Vector post_ffn_norm;        // [model_dim]; empty likewise
};

struct Model {
  int32_t n_query_heads = 0;
  int32_t n_kv_heads = 0;
  int32_t head_dim = 0;
  float rms_eps = 0.0f;
  float embedding_scale = 1.0f;
  float query_scale = 0.0f;
  bool gelu = false;  // GeGLU, not SwiGLU
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
