// Attention of one query over the keys and values of one K/V head, in blocks of 64 positions.
#pragma once

#include <cstddef>
#include <vector>

#include "reference/ops.hpp"

namespace onehead::reference {

struct Attended {
  Vector out;      // [head_dim]
  Vector weights;  // [n keys], the softmax; +0 where the query does not see
};

// `query` [head_dim] is already scaled. `keys` and `values` are of positions 0 .. n - 1, each
// [head_dim]; the query sees those from `first` on, at least one.
Attended attend(const Vector& query, const std::vector<Vector>& keys,
                const std::vector<Vector>& values, size_t first = 0);

}  // namespace onehead::reference
