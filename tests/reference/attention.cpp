#include "reference/attention.hpp"

#include <cstddef>

#include "reference/block_fold.hpp"
#include "reference/exp.hpp"

namespace onehead::reference {
namespace {

float score(const Vector& query, const Vector& key) {
  float s = 0.0f;
  for (size_t d = 0; d < query.size(); ++d) s = s + query[d] * key[d];
  return s;
}

// Positions begin .. end - 1, all of one block. A position's slot in its block says which partial
// of the sum it belongs to.
Partial attend_block(const Vector& scores, const std::vector<Vector>& values, size_t begin,
                     size_t end) {
  Partial block;
  block.m = scores[begin];
  for (size_t i = begin; i < end; ++i) {
    if (scores[i] > block.m) block.m = scores[i];
  }
  StripedSum sum;
  block.o.assign(values[begin].size(), 0.0f);
  for (size_t i = begin; i < end; ++i) {
    const float p = exp_f32(scores[i] - block.m);
    sum.add(static_cast<int32_t>(i % kBlockPositions), p);
    const Vector& v = values[i];
    for (size_t j = 0; j < v.size(); ++j) block.o[j] = block.o[j] + p * v[j];
  }
  block.l = sum.total();
  return block;
}

}  // namespace

Attended attend(const Vector& query, const std::vector<Vector>& keys,
                const std::vector<Vector>& values, size_t first) {
  Vector scores;
  for (const Vector& key : keys) scores.push_back(score(query, key));
  return fold_blocks(scores, first, [&](size_t begin, size_t end) {
    return attend_block(scores, values, begin, end);
  });
}

}  // namespace onehead::reference
