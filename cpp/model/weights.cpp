#include "model/weights.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/checked.hpp"
#include "base/decimal.hpp"
#include "base/half.hpp"

namespace onehead {
namespace {

constexpr size_t kAlignment = 64;

// Calls visit(name, matrix, vector, n_rows, n_cols) for every tensor of the graph, always in the
// same order; of `matrix` and `vector` one is set. Names are llama.cpp's.
template <class Visit>
void for_each_weight(const Config& c, Weights& w, Visit&& visit) {
  const auto matrix = [&](std::string_view name, TiledMatrix& m, int32_t rows, int32_t cols) {
    visit(name, &m, nullptr, rows, cols);
  };
  const auto vector = [&](std::string_view name, const float*& v, int32_t n) {
    visit(name, nullptr, &v, 1, n);
  };
  matrix("token_embd.weight", w.embedding, c.vocab_size, c.model_dim);
  if (c.has_rope_factors) vector("rope_freqs.weight", w.rope_factors, c.rope_dim / 2);
  for (int32_t i = 0; i < c.n_layers; ++i) {
    LayerWeights& layer = w.layers[static_cast<size_t>(i)];
    const std::string prefix = "blk." + to_decimal(i) + ".";
    vector(prefix + "attn_norm.weight", layer.attention_norm, c.model_dim);
    matrix(prefix + "attn_q.weight", layer.query, c.query_dim(), c.model_dim);
    matrix(prefix + "attn_k.weight", layer.key, c.kv_dim(), c.model_dim);
    matrix(prefix + "attn_v.weight", layer.value, c.kv_dim(), c.model_dim);
    if (c.has_qk_norm) {
      vector(prefix + "attn_q_norm.weight", layer.query_norm, c.head_dim);
      vector(prefix + "attn_k_norm.weight", layer.key_norm, c.head_dim);
    }
    matrix(prefix + "attn_output.weight", layer.output, c.model_dim, c.query_dim());
    if (c.has_post_norms) {
      vector(prefix + "post_attention_norm.weight", layer.post_attention_norm, c.model_dim);
    }
    vector(prefix + "ffn_norm.weight", layer.ffn_norm, c.model_dim);
    matrix(prefix + "ffn_gate.weight", layer.gate, c.hidden_dim, c.model_dim);
    matrix(prefix + "ffn_up.weight", layer.up, c.hidden_dim, c.model_dim);
    matrix(prefix + "ffn_down.weight", layer.down, c.model_dim, c.hidden_dim);
    if (c.has_post_norms) {
      vector(prefix + "post_ffw_norm.weight", layer.post_ffn_norm, c.model_dim);
    }
  }
  vector("output_norm.weight", w.output_norm, c.model_dim);
  if (!c.tied_head) matrix("output.weight", w.head, c.vocab_size, c.model_dim);
}

std::string shape_text(const GgufTensor& tensor) {
  std::string text = "[";
  for (int32_t i = 0; i < tensor.n_dims; ++i) {
    if (i > 0) text += ", ";
    text += to_decimal(static_cast<int64_t>(tensor.dims[i]));
  }
  return text + "]";
}

// GGUF lists dimensions fastest first: a matrix [n_rows, n_cols] has dims {n_cols, n_rows}.
bool has_shape(const GgufTensor& tensor, int32_t n_rows, int32_t n_cols) {
  if (tensor.dims[0] != static_cast<uint64_t>(n_cols)) return false;
  for (int32_t i = 1; i < tensor.n_dims; ++i) {
    const uint64_t expected = i == 1 ? static_cast<uint64_t>(n_rows) : 1;
    if (tensor.dims[i] != expected) return false;
  }
  return tensor.n_dims >= 2 || (tensor.n_dims == 1 && n_rows == 1);
}

Expected<Placement> place(const GgufHeader& header, std::string_view name, int32_t n_rows,
                          int32_t n_cols, bool is_vector, bool precision_f32) {
  const GgufTensor* tensor = header.find_tensor(name);
  if (tensor == nullptr) {
    return Status{ErrorCode::kBadFile,
                  "The model file lacks the tensor " + std::string(name) + "."};
  }
  if (!has_shape(*tensor, n_rows, n_cols)) {
    return Status{ErrorCode::kBadFile, "The tensor " + std::string(name) + " has shape " +
                                           shape_text(*tensor) +
                                           " where the model's dimensions ask for [" +
                                           to_decimal(n_cols) + ", " + to_decimal(n_rows) + "]."};
  }
  if (!weight_type_supported(tensor->type) ||
      (is_vector && is_quantized(static_cast<WeightType>(tensor->type)))) {
    return Status{ErrorCode::kUnsupportedModel, "The tensor " + std::string(name) +
                                                    " has an element type (ggml type " +
                                                    to_decimal(static_cast<int64_t>(tensor->type)) +
                                                    ") that is not supported here."};
  }
  Placement placement;
  placement.name = std::string(name);
  placement.file_offset = tensor->offset;
  placement.file_bytes = tensor->n_bytes;
  placement.source_type = static_cast<WeightType>(tensor->type);
  placement.is_vector = is_vector;
  const bool to_f32 = precision_f32 && is_quantized(placement.source_type);
  placement.matrix = {to_f32 ? WeightType::kF32 : placement.source_type, n_rows, n_cols, nullptr};
  return placement;
}

// Bytes that a placement takes in the arena, an upper bound that cannot overflow for the dimensions
// that read_config lets through: kMaxVocab * kMaxDim * 4 < 2^47.
uint64_t arena_bytes_of(const Placement& p) {
  if (p.is_vector) return static_cast<uint64_t>(p.matrix.n_cols) * sizeof(float);
  const uint64_t rows = (static_cast<uint64_t>(p.matrix.n_rows) + 63) / 64 * 64;
  const uint64_t bound = rows * static_cast<uint64_t>(p.matrix.n_cols) * sizeof(float);
  if (bound > SIZE_MAX / 2) return bound;
  return tiled_bytes(p.matrix.type, p.matrix.n_rows, p.matrix.n_cols);
}

}  // namespace

Expected<WeightPlan> plan_weights(const Config& config, const GgufHeader& header,
                                  bool precision_f32) {
  WeightPlan plan;
  Status failure;
  uint64_t arena = 0;
  size_t head = 0;  // its place among the placements
  Weights shape;
  shape.layers.resize(static_cast<size_t>(config.n_layers));
  for_each_weight(
      config, shape,
      [&](std::string_view name, TiledMatrix* matrix, const float**, int32_t n_rows,
          int32_t n_cols) {
        if (!failure.ok()) return;
        Expected<Placement> placement =
            place(header, name, n_rows, n_cols, matrix == nullptr, precision_f32);
        if (!placement.ok()) {
          failure = placement.status();
          return;
        }
        if (matrix == &shape.head || (config.tied_head && matrix == &shape.embedding)) {
          head = plan.placements.size();
        }
        placement->arena_offset = static_cast<size_t>(arena);
        arena += (arena_bytes_of(*placement) + kAlignment - 1) / kAlignment * kAlignment;
        if (arena > SIZE_MAX / 2) {
          failure = {
              ErrorCode::kTooLarge,
              "The model's weights do not fit in the memory that a 32-bit engine can address."};
          return;
        }
        plan.n_parameters += static_cast<int64_t>(n_rows) * n_cols;
        plan.placements.push_back(std::move(*placement));
      });
  if (!failure.ok()) return failure;
  if (plan.placements.size() != header.tensors().size()) {
    for (const GgufTensor& tensor : header.tensors()) {
      const auto used = [&](const Placement& p) { return p.name == tensor.name; };
      if (std::none_of(plan.placements.begin(), plan.placements.end(), used)) {
        return Status{ErrorCode::kUnsupportedModel,
                      "The tensor " + std::string(tensor.name) + " is not part of a `" +
                          config.architecture + "` model as it is implemented here."};
      }
    }
  }
  plan.arena_bytes = static_cast<size_t>(arena);
  // Split, a whole product is somewhat slower and the most probable token much faster, which counts
  // where the head is most of what a step reads. (Of an embedding of its own it reads a row.)
  TiledMatrix& matrix = plan.placements[head].matrix;
  const uint64_t not_read = head == 0 ? 0 : arena_bytes_of(plan.placements[0]);
  matrix.split = matrix.type == WeightType::kQ8_0 &&
                 arena_bytes_of(plan.placements[head]) >= (arena - not_read) / 2;
  return plan;
}

Expected<Weights> allocate_weights(const Config& config, WeightPlan& plan) {
  Expected<AlignedBuffer> arena = AlignedBuffer::allocate_unset(plan.arena_bytes);
  if (!arena.ok()) return arena.status();
  Weights weights;
  weights.layers.resize(static_cast<size_t>(config.n_layers));
  weights.arena = std::move(*arena);
  size_t next = 0;
  for_each_weight(
      config, weights,
      [&](std::string_view, TiledMatrix* matrix, const float** vector, int32_t, int32_t) {
        Placement& placement = plan.placements[next++];
        placement.matrix.data = weights.arena.data() + placement.arena_offset;
        if (matrix != nullptr) {
          *matrix = placement.matrix;
        } else {
          *vector = reinterpret_cast<const float*>(placement.matrix.data);
        }
      });
  if (config.tied_head) weights.head = weights.embedding;
  weights.head_is_bounded = weights.head.split;
  const auto less = [](const Placement& a, const Placement& b) {
    return a.file_offset < b.file_offset;
  };
  std::make_heap(plan.placements.begin(), plan.placements.end(), less);
  std::sort_heap(plan.placements.begin(), plan.placements.end(), less);
  return weights;
}

namespace {

uint16_t load_u16(const std::byte* p) {
  uint16_t value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

// An exponent of all ones is an infinity or a NaN.
bool all_exponents_finite(const std::byte* data, size_t n, size_t stride, uint16_t exponent_mask) {
  bool finite = true;
  for (size_t i = 0; i < n; ++i) {
    finite &= (load_u16(data + i * stride) & exponent_mask) != exponent_mask;
  }
  return finite;
}

}  // namespace

void vector_to_f32(WeightType type, const std::byte* elements, int32_t n, float* out) {
  // plan_weights lets no quantised vector through.
  if (type == WeightType::kF32) {
    std::memcpy(out, elements, static_cast<size_t>(n) * sizeof(float));
    return;
  }
  for (int32_t i = 0; i < n; ++i) {
    const uint16_t half = load_u16(elements + static_cast<size_t>(i) * 2);
    out[i] = type == WeightType::kF16 ? f16_to_f32(half) : bf16_to_f32(half);
  }
}

bool has_negative_scale(const std::byte* rows, int32_t n_rows, int32_t n_cols) {
  const size_t n = static_cast<size_t>(n_rows) * static_cast<size_t>(n_cols / kQuantBlock);
  const auto stride = static_cast<size_t>(block_bytes(WeightType::kQ8_0));
  uint16_t signs = 0;
  for (size_t i = 0; i < n; ++i) signs |= load_u16(rows + i * stride);
  return (signs & 0x8000) != 0;
}

bool rows_are_finite(WeightType type, const std::byte* rows, int32_t n_rows, int32_t n_cols) {
  const size_t n = static_cast<size_t>(n_rows) * static_cast<size_t>(n_cols);
  // Of a quantised block only the f16 scale and, after it, the minimum can be broken: what they are
  // multiplied by is an integer of at most 8 bits, and the largest f16 is 65504.
  const auto halves_of_blocks = [&](size_t offset) {
    return all_exponents_finite(rows + offset, n / static_cast<size_t>(block_size(type)),
                                static_cast<size_t>(block_bytes(type)), 0x7c00);
  };
  switch (type) {
    case WeightType::kF32:
      return all_exponents_finite(rows + 2, n, 4, 0x7f80);  // upper half of each little-endian f32
    case WeightType::kBF16:
      return all_exponents_finite(rows, n, 2, 0x7f80);
    case WeightType::kF16:
      return all_exponents_finite(rows, n, 2, 0x7c00);
    case WeightType::kQ4_0:
    case WeightType::kQ5_0:
    case WeightType::kQ8_0:
      return halves_of_blocks(0);
    case WeightType::kQ4_1:
    case WeightType::kQ5_1:
    case WeightType::kQ4_K:
    case WeightType::kQ5_K:
      return halves_of_blocks(0) && halves_of_blocks(2);
    case WeightType::kQ6_K:
      return halves_of_blocks(static_cast<size_t>(block_bytes(type)) - 2);
  }
  return false;
}

}  // namespace onehead
