// What a caller asked to see of a forward pass, and what was seen.
#pragma once

#include <cstdint>
#include <vector>

namespace onehead {

struct TraceRequest {
  std::vector<int32_t> layers;  // ascending
  std::vector<int32_t> heads;   // ascending query heads
  bool attention = false;
  bool queries = false;
  bool hidden = false;
};

// The tensors of one traced row at position p.
struct TracedRow {
  int32_t row = 0;  // index in the forward call
  int32_t position = 0;
  std::vector<float> attention;  // [layers][heads][p + 1]: weights after softmax
  std::vector<float> queries;    // [layers][heads][head_dim]: after RoPE, before the scaling
  std::vector<float>
      hidden;  // [1 + layers][model_dim]: the embedding, then each chosen layer's output
};

}  // namespace onehead
