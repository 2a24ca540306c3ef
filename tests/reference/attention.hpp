// Attention of one query over the keys and values of one K/V head, in blocks of 64 positions.
#pragma once

#include <vector>

#include "reference/ops.hpp"

namespace onehead::reference {

struct Attended {
  Vector out;      // [head_dim]
  Vector weights;  // [n keys], the softmax
};

// `query` [head_dim] is already scaled by 1 / sqrt(head_dim). `keys` and `values` hold what the
// query may see: positions 0 .. n - 1, each [head_dim]; n >= 1.
Attended attend(const Vector& query, const std::vector<Vector>& keys,
                const std::vector<Vector>& values);

}  // namespace onehead::reference
