// What a forward pass takes: one token of one sequence at one position.
#pragma once

#include <cstdint>

#include "model/sequence.hpp"
#include "model/trace.hpp"

namespace onehead {

struct Row {
  int32_t token = 0;
  int32_t position = 0;
  Sequence* sequence = nullptr;
  bool wants_logits = false;
  bool best_only = false;            // of the logits, only which is the largest
  TracedRow* trace = nullptr;        // null: this row is not traced
  const uint8_t* ablated = nullptr;  // null, or [n_layers, n_query_heads]: nonzero silences a head
};

}  // namespace onehead
