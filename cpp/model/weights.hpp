// The weights of a model: tiles and norm vectors in one arena, and the plan of where each tensor of
// the file goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/status.hpp"
#include "base/weight_type.hpp"
#include "format/gguf.hpp"
#include "kernels/tiled_matrix.hpp"
#include "model/config.hpp"

namespace onehead {

struct LayerWeights {
  const float* attention_norm = nullptr;       // [model_dim]
  TiledMatrix query;                           // [n_query_heads * head_dim, model_dim]
  TiledMatrix key, value;                      // [n_kv_heads * head_dim, model_dim]
  const float* query_norm = nullptr;           // [head_dim], or null
  const float* key_norm = nullptr;             // [head_dim], or null
  TiledMatrix output;                          // [model_dim, n_query_heads * head_dim]
  const float* post_attention_norm = nullptr;  // [model_dim], or null
  const float* ffn_norm = nullptr;             // [model_dim]
  TiledMatrix gate, up;                        // [hidden_dim, model_dim]
  TiledMatrix down;                            // [model_dim, hidden_dim]
  const float* post_ffn_norm = nullptr;        // [model_dim], or null
};

struct Weights {
  TiledMatrix embedding;                // [vocab_size, model_dim]
  const float* rope_factors = nullptr;  // [rope_dim / 2], or null: what frequencies are divided by
  std::vector<LayerWeights> layers;
  const float* output_norm = nullptr;  // [model_dim]
  TiledMatrix head;  // [vocab_size, model_dim]; the embedding itself where they are tied
  bool head_is_bounded = false;  // its upper half bounds its products (kernels/logit_bound.hpp)
  AlignedBuffer arena;
};

// Where one tensor of the file goes. Matrices become tiles; vectors become plain f32.
struct Placement {
  uint64_t file_offset = 0;
  uint64_t file_bytes = 0;
  WeightType source_type = WeightType::kF32;
  TiledMatrix matrix;  // data points into the arena once it is allocated; n_rows == 1 for a vector
  size_t arena_offset = 0;
  bool is_vector = false;
  std::string name;  // for error messages
};

struct WeightPlan {
  std::vector<Placement> placements;  // by ascending file_offset
  size_t arena_bytes = 0;
  int64_t n_parameters = 0;
};

// precision_f32: quantised matrices are stored dequantised, as f32 tiles (the reference mode).
// Errors: kBadFile for a missing tensor or a wrong shape, kUnsupportedModel for a tensor that has
// no place in the graph or an element type without a kernel, kTooLarge when the arena would exceed
// the address space.
Expected<WeightPlan> plan_weights(const Config& config, const GgufHeader& header,
                                  bool precision_f32);

// Allocates the arena (zeroed) and gives every weight and placement its address. Errors:
// kOutOfMemory.
Expected<Weights> allocate_weights(const Config& config, WeightPlan& plan);

// A vector of the file as f32.
void vector_to_f32(WeightType type, const std::byte* elements, int32_t n, float* out);

// Whether a scale of `n_rows` rows of a Q8_0 matrix is negative.
bool has_negative_scale(const std::byte* rows, int32_t n_rows, int32_t n_cols);

// Whether `n_rows` rows of a file's matrix hold finite numbers only.
bool rows_are_finite(WeightType type, const std::byte* rows, int32_t n_rows, int32_t n_cols);

}  // namespace onehead
