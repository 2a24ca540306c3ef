// What every way of attention has in common: each block of 64 positions is attended to by itself,
// and the blocks are folded in ascending order.
#pragma once

#include <algorithm>
#include <cstddef>

#include "reference/attention.hpp"
#include "reference/exp.hpp"

namespace onehead::reference {

inline constexpr size_t kBlockPositions = 64;

// What one block of keys adds: its own maximum m, sum l and output o, not yet normalised.
struct Partial {
  float m = 0.0f;
  float l = 0.0f;
  Vector o;  // [head_dim]
};

// Folds `block` into `so_far`: both are brought to the common maximum, then added.
inline Partial merge(const Partial& so_far, const Partial& block) {
  Partial merged;
  merged.m = std::max(so_far.m, block.m);
  const float a = exp_f32(so_far.m - merged.m);
  const float b = exp_f32(block.m - merged.m);
  merged.l = so_far.l * a + block.l * b;
  for (size_t j = 0; j < so_far.o.size(); ++j) {
    merged.o.push_back(so_far.o[j] * a + block.o[j] * b);
  }
  return merged;
}

// attend_block(begin, end) gives the Partial of positions begin .. end - 1, all of one block, from
// `first` to the last of the scores.
template <class AttendBlock>
Attended fold_blocks(const Vector& scores, size_t first, const AttendBlock& attend_block) {
  Partial state;
  for (size_t begin = first; begin < scores.size();) {
    const size_t end = std::min((begin / kBlockPositions + 1) * kBlockPositions, scores.size());
    const Partial block = attend_block(begin, end);
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
