// The forward pass of a whole model, one token after the other, keeping everything that it
// computes on the way.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "reference/model.hpp"
#include "reference/ops.hpp"

namespace onehead::reference {

class Sequence {
 public:
  // `ablated`: (layer, query head) pairs whose output is taken as zero. `cache_int8`: keys and
  // values are kept as integers (reference/attention_int8.hpp).
  explicit Sequence(const Model& model, std::vector<std::pair<int32_t, int32_t>> ablated = {},
                    bool cache_int8 = false);

  // Computes the next position and returns its logits [vocab_size].
  const Vector& push(int32_t token);
  void push_all(std::span<const int32_t> tokens);

  int32_t length() const { return static_cast<int32_t>(logits_.size()); }
  const Vector& logits(int32_t position) const { return logits_[static_cast<size_t>(position)]; }

  // Everything so far as dense tensors, last axis fastest; what a trace of all layers, heads and
  // queries shows.
  Vector attention() const;  // [layer, head, query, key], zero where not seen
  Vector queries() const;    // [layer, head, query, head_dim], after RoPE, before the scaling
  Vector keys() const;       // [layer, kv_head, position, head_dim], after RoPE, as cached
  Vector values() const;     // [layer, kv_head, position, head_dim], as cached
  Vector hidden() const;     // [layer + 1, query, model_dim]: the embedding, then layers' outputs

 private:
  using PerPosition = std::vector<Vector>;

  // What one layer has computed for all positions so far.
  struct LayerRecord {
    std::vector<PerPosition> queries;    // [n_query_heads][position][head_dim]
    std::vector<PerPosition> attention;  // [n_query_heads][position][position + 1]
    std::vector<PerPosition> keys;       // [n_kv_heads][position][head_dim]
    std::vector<PerPosition> values;     // [n_kv_heads][position][head_dim]
    PerPosition output;                  // [position][model_dim]
  };

  Vector attention_block(int32_t layer, const Vector& x);
  Vector feed_forward_block(int32_t layer, const Vector& x) const;
  bool is_ablated(int32_t layer, int32_t head) const;

  const Model& model_;
  std::vector<std::pair<int32_t, int32_t>> ablated_;
  bool cache_int8_;
  PerPosition embeddings_;  // [position][model_dim]
  std::vector<LayerRecord> layers_;
  PerPosition logits_;  // [position][vocab_size]
};

}  // namespace onehead::reference
