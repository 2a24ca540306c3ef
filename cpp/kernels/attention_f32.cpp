#include "kernels/attention_f32.hpp"

#include <algorithm>

#include "kernels/attention_rows.hpp"
#include "kernels/attention_softmax.hpp"
#include "kernels/attention_tile.hpp"

namespace onehead::detail {
namespace {

using simd::F32;
using simd::kLanes;

static_assert(kCoefficientStride == kBlockPositions);

// Batch by batch: for 64 floats a call of memcpy takes longer.
void copy_query(const float* from, int32_t n, float* to) {
  int32_t i = 0;
  for (; i + kLanes <= n; i += kLanes) simd::load(from + i).store_aligned(to + i);
  for (; i < n; ++i) to[i] = from[i];
}

// Adds the products of up to 64 dimensions, whose keys begin at k and whose queries are in scratch,
// to the scores of B batches of positions.
template <int R, int B>
void add_scores(const float* k, int32_t n_dims, int32_t position, bool first,
                AttentionScratch& scratch) {
  F32 acc[R][B];
  for (int r = 0; r < R; ++r) {
    for (int b = 0; b < B; ++b) {
      acc[r][b] = first ? F32(0.0f) : F32::load_aligned(&scratch.weights[r][position + b * kLanes]);
    }
  }
  accumulate_tile<R, B>(k + position, kBlockPositions, scratch.queries[0], n_dims, acc);
  for (int r = 0; r < R; ++r) {
    for (int b = 0; b < B; ++b) acc[r][b].store_aligned(&scratch.weights[r][position + b * kLanes]);
  }
}

template <int R>
void score(const float* k, int32_t head_dim, const RowTile<R>& tile, AttentionScratch& scratch) {
  constexpr int kTile = std::min(kTileBatches<R>, kBlockPositions / kLanes);
  for (int32_t d = 0; d < head_dim; d += kCoefficientStride) {
    const int32_t n_dims = std::min(head_dim - d, kCoefficientStride);
    for (int r = 0; r < R; ++r) copy_query(tile.rows[r]->q + d, n_dims, scratch.queries[r]);
    const float* keys = k + d * kBlockPositions;
    int32_t position = tile.span_begin;
    for (; position + kTile * kLanes <= tile.span_end; position += kTile * kLanes) {
      add_scores<R, kTile>(keys, n_dims, position, d == 0, scratch);
    }
    for (; position < tile.span_end; position += kLanes) {
      add_scores<R, 1>(keys, n_dims, position, d == 0, scratch);
    }
  }
}

F32 merge(const AttentionRow& row, Fold fold, int32_t j, F32 block_o) {
  return row.first ? block_o : simd::load(row.o + j) * F32(fold.keep) + block_o * F32(fold.take);
}

// The block's weighted sum of V in B batches of dimensions, folded into o as it leaves the
// registers.
template <int R, int B>
void fold_values(const float* v, int32_t head_dim, int32_t j, const RowTile<R>& tile,
                 const Fold* folds, const AttentionScratch& scratch) {
  F32 acc[R][B];
  for (auto& row : acc) {
    for (auto& batch : row) batch = F32(0.0f);
  }
  accumulate_tile<R, B>(v + tile.begin * head_dim + j, head_dim, scratch.weights[0] + tile.begin,
                        tile.end - tile.begin, acc);
  for (int r = 0; r < R; ++r) {
    for (int b = 0; b < B; ++b) {
      const int32_t at = j + b * kLanes;
      simd::store(tile.rows[r]->o + at, merge(*tile.rows[r], folds[r], at, acc[r][b]));
    }
  }
}

// One dimension of one row, where no batch fits.
void fold_value(const float* v, int32_t head_dim, int32_t j, int32_t begin, int32_t end,
                const float* weights, Fold fold, AttentionRow& row) {
  float acc = 0.0f;
  for (int32_t i = begin; i < end; ++i) acc = acc + weights[i] * v[i * head_dim + j];
  row.o[j] = row.first ? acc : row.o[j] * fold.keep + acc * fold.take;
}

template <int R>
void weigh(const float* v, int32_t head_dim, const RowTile<R>& tile, const Fold* folds,
           const AttentionScratch& scratch) {
  constexpr int kTile = kTileBatches<R>;
  int32_t j = 0;
  for (; j + kTile * kLanes <= head_dim; j += kTile * kLanes) {
    fold_values<R, kTile>(v, head_dim, j, tile, folds, scratch);
  }
  for (; j + kLanes <= head_dim; j += kLanes)
    fold_values<R, 1>(v, head_dim, j, tile, folds, scratch);
  for (; j < head_dim; ++j) {
    for (int r = 0; r < R; ++r) {
      fold_value(v, head_dim, j, tile.begin, tile.end, scratch.weights[r], folds[r], *tile.rows[r]);
    }
  }
}

// Both halves for a single row, which reads K and V from end to end.
void score(const float* k, int32_t head_dim, const RowTile<1>& tile, AttentionScratch& scratch) {
  const int32_t n = tile.span_end - tile.span_begin;
  float* scores = scratch.weights[0] + tile.span_begin;
  std::fill_n(scores, n, 0.0f);
  accumulate_row(k + tile.span_begin, kBlockPositions, tile.rows[0]->q, head_dim, n, scores);
}

void weigh(const float* v, int32_t head_dim, const RowTile<1>& tile, const Fold* folds,
           AttentionScratch& scratch) {
  AttentionRow& row = *tile.rows[0];
  for (int32_t j = 0; j < head_dim; j += AttentionScratch::kDims) {
    const int32_t n = std::min(head_dim - j, AttentionScratch::kDims);
    std::fill_n(scratch.values, n, 0.0f);
    accumulate_row(v + tile.begin * head_dim + j, head_dim, scratch.weights[0] + tile.begin,
                   tile.end - tile.begin, n, scratch.values);
    int32_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
      simd::store(row.o + j + i,
                  merge(row, folds[0], j + i, F32::load_aligned(scratch.values + i)));
    }
    for (; i < n; ++i) {
      float& o = row.o[j + i];
      o = row.first ? scratch.values[i] : o * folds[0].keep + scratch.values[i] * folds[0].take;
    }
  }
}

template <int R>
void attend(const KvTile& kv, const RowTile<R>& tile, AttentionScratch& scratch) {
  score(kv.keys(), kv.head_dim, tile, scratch);
  const simd::Exp<F32> exp;
  Fold folds[R];
  for (int r = 0; r < R; ++r) {
    folds[r] =
        softmax_in_tile(exp, *tile.rows[r], tile.span_begin, tile.span_end, scratch.weights[r]);
  }
  weigh(kv.values(), kv.head_dim, tile, folds, scratch);
}

}  // namespace

void attention_block_f32(const KvTile& kv, AttentionRow* rows, int32_t n_rows,
                         AttentionScratch& scratch) {
  for_row_tiles(rows, n_rows, [&](const auto& tile) { attend(kv, tile, scratch); });
}

}  // namespace onehead::detail
