#include "kernels/attention_int8.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/attention_dot.hpp"
#include "kernels/attention_rows.hpp"
#include "kernels/hadamard.hpp"
#include "simd/narrow.hpp"

namespace onehead::detail {
namespace {

using simd::F32;
using simd::I32;
using simd::kLanes;
using simd::kPartialBatches;
using simd::kPartials;

static_assert(Int8KvTile::kKeyPositions == kTileOutputs);

// The operands of R rows in scratch, from a group on.
template <int R>
RowOperands operands_of(const AttentionScratch& scratch, int32_t group, const int32_t* high_sums) {
  const int32_t at = group * 4 * R;
  return {scratch.integers + at, scratch.high + at, scratch.low + at, high_sums};
}

F32 load_sums(const int32_t* sums) { return xsimd::batch_cast<float>(I32::load_aligned(sums)); }

// What a row's query has with the center, which all keys of the block share.
[[gnu::noinline]] float shared_score(const float* q, const Int8KvTile& kv, int32_t head_dim) {
  simd::PartialSum sum;
  int32_t d = 0;
  for (; d + kPartials <= head_dim; d += kPartials) {
    for (int b = 0; b < kPartialBatches; ++b) {
      const int32_t at = d + b * kLanes;
      sum.add(b, simd::load(q + at) * F32::load_aligned(kv.center + at));
    }
  }
  float products[kPartials];
  const int32_t n_rest = head_dim - d;
  for (int32_t i = 0; i < n_rest; ++i) products[i] = q[d + i] * kv.center[d + i];
  if (n_rest > 0) sum.add_rest(products, n_rest);
  return sum.fold() * (1.0f / static_cast<float>(hadamard_size(head_dim)));
}

// The queries of the tile's rows into scratch, in the form that the back end multiplies with.
template <IntDot back_end, int R>
void gather_queries(const RowTile<R>& tile, int32_t n_groups, AttentionScratch& scratch) {
  const int16_t* integers[R];
  const int8_t* high[R];
  const int8_t* low[R];
  for (int r = 0; r < R; ++r) {
    const QuantizedQuery& query = tile.rows[r]->quantized;
    integers[r] = query.integers;
    high[r] = query.high;
    low[r] = query.low;
  }
  if constexpr (kHasByteDot<back_end>) {
    interleave(high, n_groups, scratch.high);
    interleave(low, n_groups, scratch.low);
  } else {
    interleave(integers, n_groups, scratch.integers);
  }
}

template <IntDot back_end, int R>
void score(const Int8KvTile& kv, int32_t head_dim, const RowTile<R>& tile,
           AttentionScratch& scratch) {
  int32_t high_sums[R];
  for (int r = 0; r < R; ++r) high_sums[r] = tile.rows[r]->quantized.high_sum;
  gather_queries<back_end>(tile, kv.key_groups, scratch);
  constexpr ptrdiff_t kGroupBytes = 4 * kTileOutputs;
  const DotTiles keys = {kv.keys, kGroupBytes * kv.key_groups, kGroupBytes, kv.key_groups};
  dot_rows<back_end, true, R>(keys, tile.span_begin, tile.span_end,
                              operands_of<R>(scratch, 0, high_sums), scratch.sums);
  for (int r = 0; r < R; ++r) {
    const AttentionRow& row = *tile.rows[r];
    const F32 shared(shared_score(row.q, kv, head_dim));
    const F32 query_scale(row.quantized.scale);
    for (int32_t i = tile.span_begin; i < tile.span_end; i += kLanes) {
      const F32 scale = query_scale * F32::load_aligned(kv.key_scales + i);
      const F32 scores = shared + load_sums(&scratch.sums[r][i]) * scale;
      scores.store_aligned(&scratch.weights[r][i]);
    }
  }
}

// The weights of row r of n_rows times the values' scales, as integers; returns what one of them is
// worth.
[[gnu::noinline]] float quantize_weights(const Int8KvTile& kv, const AttentionRow& row,
                                         int32_t span_begin, int32_t span_end, int r, int n_rows,
                                         AttentionScratch& scratch) {
  float* weights = scratch.weights[r];
  F32 largest[kPartialBatches];
  for (F32& batch : largest) batch = F32(0.0f);
  for (int32_t i = span_begin; i < span_end; i += kPartials) {
    for (int b = 0; b < kPartialBatches; ++b) {
      const int32_t at = i + b * kLanes;
      const F32 weight = F32::load_aligned(weights + at) * F32::load_aligned(kv.value_scales + at);
      weight.store_aligned(weights + at);
    }
    // What lies in slots that the row does not see may be anything.
    for (int32_t p = i; p < std::min(row.visible_begin, i + kPartials); ++p) weights[p] = 0.0f;
    for (int32_t p = std::max(row.visible_end, i); p < i + kPartials; ++p) weights[p] = 0.0f;
    for (int b = 0; b < kPartialBatches; ++b) {
      largest[b] = xsimd::max(largest[b], F32::load_aligned(weights + i + b * kLanes));
    }
  }
  for (int b = 1; b < kPartialBatches; ++b) largest[0] = xsimd::max(largest[0], largest[b]);
  const float max = simd::max_of_lanes(largest[0]).get(0);
  const F32 inverse(max > kSmallestWeight ? kLargestWeight / max : 0.0f);
  const F32 rounding(0x1.8p23f);
  for (int32_t i = span_begin; i < span_end; i += kPartials) {
    alignas(64) int32_t rounded[kPartials];
    for (int b = 0; b < kPartialBatches; ++b) {
      const F32 shifted = F32::load_aligned(weights + i + b * kLanes) * inverse + rounding;
      const I32 integer =
          xsimd::bitwise_cast<int32_t>(shifted) - xsimd::bitwise_cast<int32_t>(rounding);
      integer.store_aligned(rounded + b * kLanes);
    }
    alignas(16) int16_t integers[kPartials];
    alignas(16) int8_t high[kPartials], low[kPartials];
    simd::narrow_16(rounded, integers, high, low);
    for (int32_t p = 0; p < kPartials; p += 4) {
      const int32_t at = (i + p) * n_rows + 4 * r;
      std::memcpy(scratch.integers + at, integers + p, 4 * sizeof(int16_t));
      std::memcpy(scratch.high + at, high + p, 4);
      std::memcpy(scratch.low + at, low + p, 4);
    }
  }
  return max / kLargestWeight;
}

// Folds the block's n dimensions from j on into the row's o.
[[gnu::noinline]] void merge(const AttentionRow& row, Fold fold, float unit, int32_t j, int32_t n,
                             const int32_t* sums) {
  float* o = row.o + j;
  int32_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const F32 block_o = load_sums(sums + i) * F32(unit);
    simd::store(
        o + i, row.first ? block_o : simd::load(o + i) * F32(fold.keep) + block_o * F32(fold.take));
  }
  for (; i < n; ++i) {
    const float block_o = static_cast<float>(sums[i]) * unit;
    o[i] = row.first ? block_o : o[i] * fold.keep + block_o * fold.take;
  }
}

template <IntDot back_end, int R>
void weigh(const Int8KvTile& kv, int32_t head_dim, const RowTile<R>& tile, const Fold* folds,
           AttentionScratch& scratch) {
  float unit[R];
  for (int r = 0; r < R; ++r) {
    unit[r] = quantize_weights(kv, *tile.rows[r], tile.span_begin, tile.span_end, r, R, scratch);
  }
  const int32_t begin = tile.begin / 4;  // in groups of 4 positions
  const int32_t end = (tile.end + 3) / 4;
  const RowOperands operands = operands_of<R>(scratch, begin, nullptr);
  for (int32_t j = 0; j < head_dim; j += AttentionScratch::kDims) {
    const DotTiles values = {kv.values_at(4 * begin) + 4 * j, 4 * kTileOutputs,
                             ptrdiff_t{4} * kv.value_dim, end - begin};
    dot_rows<back_end, false, R>(values, 0, std::min(kv.value_dim - j, AttentionScratch::kDims),
                                 operands, scratch.sums);
    for (int r = 0; r < R; ++r) {
      merge(*tile.rows[r], folds[r], unit[r], j, std::min(head_dim - j, AttentionScratch::kDims),
            scratch.sums[r]);
    }
  }
}

template <IntDot back_end, int R>
void attend(const KvTile& kv, const RowTile<R>& tile, AttentionScratch& scratch) {
  const Int8KvTile parts(kv);
  score<back_end>(parts, kv.head_dim, tile, scratch);
  const simd::Exp<F32> exp;
  Fold folds[R];
  for (int r = 0; r < R; ++r) {
    folds[r] =
        softmax_in_tile(exp, *tile.rows[r], tile.span_begin, tile.span_end, scratch.weights[r]);
  }
  weigh<back_end>(parts, kv.head_dim, tile, folds, scratch);
}

template <IntDot back_end>
void run(const KvTile& kv, AttentionRow* rows, int32_t n_rows, AttentionScratch& scratch) {
  for_row_tiles(rows, n_rows, [&](const auto& tile) { attend<back_end>(kv, tile, scratch); });
}

}  // namespace

void attention_block_int8(const KvTile& kv, AttentionRow* rows, int32_t n_rows,
                          AttentionScratch& scratch, IntDot back_end) {
  if constexpr (simd::kHasInt8Dot) {
    if (back_end == IntDot::kSigned) return run<IntDot::kSigned>(kv, rows, n_rows, scratch);
    if (back_end == IntDot::kUnsigned) return run<IntDot::kUnsigned>(kv, rows, n_rows, scratch);
  }
  run<IntDot::kStrict>(kv, rows, n_rows, scratch);
}

}  // namespace onehead::detail
