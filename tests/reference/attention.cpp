#include "reference/attention.hpp"

#include <cstddef>

#include "reference/exp.hpp"

namespace onehead::reference {
namespace {

constexpr size_t kBlockPositions = 64;

// What one block of keys adds: its own maximum m, sum l and output o, not yet normalised.
struct Partial {
  float m = 0.0f;
  float l = 0.0f;
  Vector o;  // [head_dim]
};

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

// Folds `block` into `so_far`: both are brought to the common maximum, then added.
Partial merge(const Partial& so_far, const Partial& block) {
  Partial merged;
  merged.m = so_far.m > block.m ? so_far.m : block.m;
  const float a = exp_f32(so_far.m - merged.m);
  const float b = exp_f32(block.m - merged.m);
  merged.l = so_far.l * a + block.l * b;
  for (size_t j = 0; j < so_far.o.size(); ++j) {
    merged.o.push_back(so_far.o[j] * a + block.o[j] * b);
  }
  return merged;
}

}  // namespace

Attended attend(const Vector& query, const std::vector<Vector>& keys,
                const std::vector<Vector>& values, size_t first) {
  Vector scores;
  for (const Vector& key : keys) scores.push_back(score(query, key));

  Partial state;
  for (size_t begin = first; begin < keys.size();) {
    const size_t next_block = (begin / kBlockPositions + 1) * kBlockPositions;
    const size_t end = next_block < keys.size() ? next_block : keys.size();
    const Partial block = attend_block(scores, values, begin, end);
    state = begin == first ? block : merge(state, block);
    begin = end;
  }

  const float inverse = 1.0f / state.l;
  Attended result;
  for (const float o : state.o) result.out.push_back(o * inverse);
  result.weights.assign(first, 0.0f);
  for (size_t i = first; i < scores.size(); ++i) {
    result.weights.push_back(exp_f32(scores[i] - state.m) * inverse);
  }
  return result;
}

}  // namespace onehead::reference
