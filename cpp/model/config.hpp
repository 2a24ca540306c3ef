// The shape of a transformer and what its architecture does differently, read from a GGUF header.
// Multi-Query Attention is a number here: n_kv_heads == 1. So are the architectures: the compute
// graph has one path, which this data drives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "format/gguf.hpp"

namespace onehead {

// Largest values accepted from a file. They bound every product of two dimensions well below 2^63.
inline constexpr int32_t kMaxLayers = 1024;
inline constexpr int32_t kMaxDim = 1 << 20;
inline constexpr int32_t kMaxHeads = 4096;
inline constexpr int32_t kMaxVocab = 1 << 24;
inline constexpr int32_t kMaxContext = 1 << 24;

// Which elements of a head turn together: (2i, 2i + 1), or (i, i + rope_dim / 2).
enum class RopeStyle : uint8_t { kInterleaved, kHalf };

// Of the feed-forward layer's gate.
enum class Activation : uint8_t { kSilu, kGelu };

// Layers whose queries see everything before them, and layers that see a window of it.
enum class LayerKind : uint8_t { kGlobal = 0, kSliding = 1 };
inline constexpr int32_t kLayerKinds = 2;

struct Rope {
  double base = 10000.0;
  double scale = 1.0;  // of positions
};

struct Config {
  std::string architecture;
  int32_t n_layers = 0;
  int32_t model_dim = 0;      // width of the residual stream
  int32_t hidden_dim = 0;     // width of the feed-forward layer
  int32_t n_query_heads = 0;  // H
  int32_t n_kv_heads =
      0;  // G: 1 is multi-query, H is multi-head attention, between them grouped-query
  int32_t head_dim = 0;
  int32_t rope_dim = 0;  // leading dimensions of a head that are rotated
  int32_t vocab_size = 0;
  int32_t context_length = 0;  // positions that the file says the model was trained for
  float rms_eps = 1e-5f;
  bool tied_head = false;  // the output head is the embedding matrix

  float embedding_scale = 1.0f;  // of embeddings where they enter the residual stream
  float query_scale = 1.0f;      // of attention scores
  bool has_qk_norm = false;      // each query and key head is normalised before its rotation
  bool has_post_norms = false;   // each block's output is normalised before it is added
  Activation activation = Activation::kSilu;
  RopeStyle rope_style = RopeStyle::kInterleaved;
  Rope rope[kLayerKinds];
  bool has_rope_factors = false;  // the file divides each pair's frequency by a factor of its own

  std::vector<int32_t> windows;  // [n_layers] positions that a query sees, 0: all; empty: all 0

  int32_t query_dim() const { return n_query_heads * head_dim; }
  int32_t kv_dim() const { return n_kv_heads * head_dim; }
  int32_t queries_per_kv() const { return n_query_heads / n_kv_heads; }

  // A query of the layer at position p sees positions > p - window; 0: all positions up to p.
  int32_t window_of(int32_t layer) const {
    return windows.empty() ? 0 : windows[static_cast<size_t>(layer)];
  }
  LayerKind kind_of(int32_t layer) const {
    return window_of(layer) > 0 ? LayerKind::kSliding : LayerKind::kGlobal;
  }
};

// Errors: kUnsupportedModel for an architecture or feature that is not implemented, kBadFile for
// numbers that contradict each other or are out of bounds.
Expected<Config> read_config(const GgufHeader& header);

}  // namespace onehead
