#include "kernels/attention.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/attention_tile.hpp"
#include "simd/partial_sum.hpp"
#include "simd/exp.hpp"

namespace onehead {
namespace {

using simd::F32;
using simd::kLanes;

constexpr int kBatches = kBlockPositions / kLanes;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A row's partial result over this block, and the two factors of the fold into its state.
struct Fold {
  float keep;  // exp(m - m')
  float take;  // exp(m_b - m')
};

// Scores of all rows at positions [begin, end), widened to whole batches, into scratch.
template <int R>
void score_rows(const float* k, int32_t head_dim, const float* const* q, int32_t begin, int32_t end,
                AttentionScratch& scratch) {
  constexpr int kTile = detail::kTileBatches<R> < kBatches ? detail::kTileBatches<R> : kBatches;
  constexpr int32_t kWidth = kTile * kLanes;
  int32_t position = begin / kLanes * kLanes;
  for (; position < end && position + kWidth <= kBlockPositions; position += kWidth) {
    F32 acc[R][kTile];
    detail::score_tile(k + position, kBlockPositions, head_dim, q, acc);
    for (int r = 0; r < R; ++r) {
      for (int b = 0; b < kTile; ++b) {
        acc[r][b].store_aligned(&scratch.weights[r][position + b * kLanes]);
      }
    }
  }
  for (; position < end; position += kLanes) {
    F32 acc[R][1];
    detail::score_tile(k + position, kBlockPositions, head_dim, q, acc);
    for (int r = 0; r < R; ++r) acc[r][0].store_aligned(&scratch.weights[r][position]);
  }
}

F32 lane_indices() {
  alignas(F32) float index[kLanes];
  for (int i = 0; i < kLanes; ++i) index[i] = static_cast<float>(i);
  return F32::load_aligned(index);
}

// Turns a row's scores into weights exp(s - m_b), zero where it sees nothing, in the batches that hold
// [begin, end); returns m_b and l_b.
void softmax_row(float* weights, const AttentionRow& row, int32_t begin, int32_t end, float& max,
                 float& sum) {
  const F32 first_visible(static_cast<float>(row.visible_begin));
  const F32 end_visible(static_cast<float>(row.visible_end));
  const int first_batch = begin / kLanes;
  const int end_batch = (end + kLanes - 1) / kLanes;
  F32 index = lane_indices() + F32(static_cast<float>(first_batch * kLanes));
  F32 largest(-kInfinity);
  for (int b = first_batch; b < end_batch; ++b) {
    const auto visible = (index >= first_visible) & (index < end_visible);
    const F32 score = xsimd::select(visible, F32::load_aligned(weights + b * kLanes), F32(-kInfinity));
    score.store_aligned(weights + b * kLanes);
    largest = xsimd::max(largest, score);
    index = index + F32(static_cast<float>(kLanes));
  }
  alignas(F32) float lanes[kLanes];
  largest.store_aligned(lanes);
  max = *std::max_element(lanes, lanes + kLanes);
  simd::PartialSum partials;
  for (int b = first_batch; b < end_batch; ++b) {
    const F32 weight = simd::exp_nonpositive(F32::load_aligned(weights + b * kLanes) - F32(max));
    weight.store_aligned(weights + b * kLanes);
    partials.add(b, weight);
  }
  sum = partials.fold();
}

template <int R, int B>
void weigh_values(const float* v, int32_t head_dim, int32_t begin, int32_t end,
                  const AttentionScratch& scratch, F32 (&acc)[R][B]) {
  for (auto& row : acc) {
    for (auto& batch : row) batch = F32(0.0f);
  }
  v += begin * head_dim;
  for (int32_t i = begin; i < end; ++i, v += head_dim) {
    F32 values[B];
    for (int b = 0; b < B; ++b) values[b] = simd::load(v + b * kLanes);
    for (int r = 0; r < R; ++r) {
      const F32 weight(scratch.weights[r][i]);
      for (int b = 0; b < B; ++b) acc[r][b] = acc[r][b] + weight * values[b];
    }
  }
}

F32 merge(const AttentionRow& row, Fold fold, int32_t j, F32 block_o) {
  return row.first ? block_o
                   : simd::load(row.o + j) * F32(fold.keep) + block_o * F32(fold.take);
}

// o of all rows: the block's weighted sum of V, folded into the state as it leaves the registers.
template <int R>
void fold_values(const float* v, int32_t head_dim, int32_t begin, int32_t end,
                 const AttentionScratch& scratch, AttentionRow* const* rows, const Fold* folds) {
  constexpr int kTile = detail::kTileBatches<R>;
  int32_t j = 0;
  for (; j + kTile * kLanes <= head_dim; j += kTile * kLanes) {
    F32 acc[R][kTile];
    weigh_values(v + j, head_dim, begin, end, scratch, acc);
    for (int r = 0; r < R; ++r) {
      for (int b = 0; b < kTile; ++b) {
        const int32_t at = j + b * kLanes;
        simd::store(rows[r]->o + at, merge(*rows[r], folds[r], at, acc[r][b]));
      }
    }
  }
  for (; j + kLanes <= head_dim; j += kLanes) {
    F32 acc[R][1];
    weigh_values(v + j, head_dim, begin, end, scratch, acc);
    for (int r = 0; r < R; ++r) {
      simd::store(rows[r]->o + j, merge(*rows[r], folds[r], j, acc[r][0]));
    }
  }
  for (; j < head_dim; ++j) {
    for (int r = 0; r < R; ++r) {
      float acc = 0.0f;
      for (int32_t i = begin; i < end; ++i) acc = acc + scratch.weights[r][i] * v[i * head_dim + j];
      float& o = rows[r]->o[j];
      o = rows[r]->first ? acc : o * folds[r].keep + acc * folds[r].take;
    }
  }
}

// Folds the block's m_b and l_b into the row's m and l.
Fold fold_row(AttentionRow& row, float block_m, float block_l) {
  if (row.first) {
    *row.m = block_m;
    *row.l = block_l;
    return {0.0f, 1.0f};
  }
  // One of the two factors is exp(0) = 1.
  const float lead = block_m - *row.m;
  const float factor = simd::exp_nonpositive(lead > 0.0f ? -lead : lead);
  const Fold fold = lead > 0.0f ? Fold{factor, 1.0f} : Fold{1.0f, factor};
  if (lead > 0.0f) *row.m = block_m;
  *row.l = *row.l * fold.keep + block_l * fold.take;
  return fold;
}

template <int R>
void attend(const float* k, const float* v, int32_t head_dim, AttentionRow* const* rows,
            AttentionScratch& scratch) {
  const float* q[R];
  int32_t begin = kBlockPositions;
  int32_t end = 0;
  for (int r = 0; r < R; ++r) {
    q[r] = rows[r]->q;
    begin = std::min(begin, rows[r]->visible_begin);
    end = std::max(end, rows[r]->visible_end);
  }
  score_rows<R>(k, head_dim, q, begin, end, scratch);
  Fold folds[R];
  for (int r = 0; r < R; ++r) {
    AttentionRow& row = *rows[r];
    if (row.scores != nullptr) {
      std::copy(scratch.weights[r] + row.visible_begin, scratch.weights[r] + row.visible_end,
                row.scores + row.visible_begin);
    }
    float block_m = 0.0f;
    float block_l = 0.0f;
    softmax_row(scratch.weights[r], row, begin, end, block_m, block_l);
    folds[r] = fold_row(row, block_m, block_l);
  }
  fold_values<R>(v, head_dim, begin, end, scratch, rows, folds);
}

}  // namespace

void attention_block(const float* k, const float* v, int32_t head_dim, AttentionRow* rows,
                     int32_t n_rows, AttentionScratch& scratch) {
  AttentionRow* tile[kAttentionTileRows];
  int32_t filled = 0;
  for (int32_t r = 0; r < n_rows; ++r) {
    if (rows[r].visible_begin < rows[r].visible_end) tile[filled++] = &rows[r];
    if (filled == kAttentionTileRows) {
      attend<kAttentionTileRows>(k, v, head_dim, tile, scratch);
      filled = 0;
    }
  }
  static_assert(kAttentionTileRows == 4);
  if (filled == 1) attend<1>(k, v, head_dim, tile, scratch);
  if (filled == 2) attend<2>(k, v, head_dim, tile, scratch);
  if (filled == 3) attend<3>(k, v, head_dim, tile, scratch);
}

void attention_finish(const float* o, float l, int32_t head_dim, float* out) {
  const float inverse = 1.0f / l;
  for (int32_t j = 0; j < head_dim; ++j) out[j] = o[j] * inverse;
}

void attention_weights(const float* scores, int32_t n, float m, float l, float* out) {
  const float inverse = 1.0f / l;
  for (int32_t i = 0; i < n; ++i) out[i] = simd::exp_f32(scores[i] - m) * inverse;
}

}  // namespace onehead
