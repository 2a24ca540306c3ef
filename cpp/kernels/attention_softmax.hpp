// The softmax of one query row over the positions of a block, and the fold into the row's state.
#pragma once

#include <limits>

#include "kernels/attention.hpp"
#include "simd/exp.hpp"
#include "simd/partial_sum.hpp"

namespace onehead::detail {

// Where a row's o goes when the block's part is folded in: o = o * keep + block_o * take.
struct Fold {
  float keep;  // exp(m - m')
  float take;  // exp(m_b - m')
};

// Positions that a row sees, widened to whole groups of 16 partials.
struct Span {
  int32_t begin, end;

  explicit Span(const AttentionRow& row)
      : begin(row.visible_begin / simd::kPartials * simd::kPartials),
        end((row.visible_end + simd::kPartials - 1) / simd::kPartials * simd::kPartials) {}
};

// Scores of positions that the row does not see become -infinity, so their weights 0.
inline void hide_unseen(const AttentionRow& row, Span span, float* scores) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (int32_t i = span.begin; i < row.visible_begin; ++i) scores[i] = -kInfinity;
  for (int32_t i = row.visible_end; i < span.end; ++i) scores[i] = -kInfinity;
}

inline simd::F32 largest_score(Span span, const float* scores) {
  using simd::F32;
  F32 largest[simd::kPartialBatches];
  for (int b = 0; b < simd::kPartialBatches; ++b) {
    largest[b] = F32::load_aligned(scores + span.begin + b * simd::kLanes);
  }
  for (int32_t i = span.begin + simd::kPartials; i < span.end; i += simd::kPartials) {
    for (int b = 0; b < simd::kPartialBatches; ++b) {
      largest[b] = xsimd::max(largest[b], F32::load_aligned(scores + i + b * simd::kLanes));
    }
  }
  for (int b = 1; b < simd::kPartialBatches; ++b) largest[0] = xsimd::max(largest[0], largest[b]);
  return simd::max_of_lanes(largest[0]);
}

// scores -> weights exp(s - max) in place; returns their sum.
inline float weigh_scores(const simd::Exp<simd::F32>& exp, simd::F32 max, Span span,
                          float* scores) {
  using simd::F32;
  simd::PartialSum sum;
  for (int32_t i = span.begin; i < span.end; i += simd::kPartials) {
    F32 weights[simd::kPartialBatches];
    for (int b = 0; b < simd::kPartialBatches; ++b) {
      weights[b] = F32::load_aligned(scores + i + b * simd::kLanes) - max;
    }
    exp.nonpositive(weights);
    for (int b = 0; b < simd::kPartialBatches; ++b) {
      weights[b].store_aligned(scores + i + b * simd::kLanes);
      sum.add(b, weights[b]);
    }
  }
  return sum.fold();
}

// Folds the block's m_b and l_b into the row's m and l.
inline Fold fold_sums(AttentionRow& row, float block_m, float block_l) {
  if (row.first) {
    *row.m = block_m;
    *row.l = block_l;
    return {0.0f, 1.0f};
  }
  // One of the two factors is exp(0) = 1.
  const float lead = block_m - *row.m;
  const bool rises = lead > 0.0f;
  const float factor = simd::Exp<float>().nonpositive(rises ? -lead : lead);
  const Fold fold = rises ? Fold{factor, 1.0f} : Fold{1.0f, factor};
  if (rises) *row.m = block_m;
  *row.l = *row.l * fold.keep + block_l * fold.take;
  return fold;
}

// All of it: the row's scores become weights, zero where it sees nothing.
inline Fold softmax_row(const simd::Exp<simd::F32>& exp, AttentionRow& row, float* scores) {
  const Span span(row);
  if (row.visible_end - row.visible_begin != span.end - span.begin) hide_unseen(row, span, scores);
  const simd::F32 max = largest_score(span, scores);
  const float sum = weigh_scores(exp, max, span, scores);
  return fold_sums(row, max.get(0), sum);
}

}  // namespace onehead::detail
