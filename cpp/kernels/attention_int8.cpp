#include "kernels/attention_int8.hpp"

#include <algorithm>

#include "kernels/attention_dot.hpp"
#include "kernels/attention_rows.hpp"
#include "kernels/hadamard.hpp"
#include "simd/narrow.hpp"

namespace onehead::detail {
namespace {

using simd::F32;
using simd::Floats;
using simd::I32;
using simd::kLanes;
using simd::kPartialBatches;
using simd::kPartials;
using simd::kTileVectors;
using simd::kVectorOutputs;

static_assert(Int8KvTile::kKeyPositions == kOutputs);

// Groups of 8 outputs that R rows take together: enough sums to hide the latency of a dot.
template <int R>
inline constexpr int kOutputGroups = R <= 2 ? 2 : 1;

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

template <IntDot back_end, int R>
void score(const Int8KvTile& kv, int32_t head_dim, const RowTile<R>& tile,
           AttentionScratch& scratch) {
  constexpr int kGroups = kOutputGroups<R>;
  constexpr int kVectors = kGroups * kTileVectors;
  RowOperand operands[R];
  float shared[R];
  for (int r = 0; r < R; ++r) {
    const QuantizedQuery& query = tile.rows[r]->quantized;
    operands[r] = {query.integers, query.high, query.low, query.high_sum};
    shared[r] = shared_score(tile.rows[r]->q, kv, head_dim);
  }
  for (int32_t position = tile.span_begin; position < tile.span_end;
       position += kGroups * kOutputs) {
    const int8_t* data[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      data[v] =
          kv.keys_at(position + v / kTileVectors * kOutputs) + v % kTileVectors * kVectorBytes;
    }
    RowSums<R, kVectors> sums;
    dot_rows<back_end, true, R, kVectors>(data, kGroupBytes, kv.key_groups, operands, sums);
    for (int v = 0; v < kVectors; ++v) {
      const int32_t at = position + v * kVectorOutputs;
      const Floats key_scale = Floats::load_aligned(kv.key_scales + at);
      for (int r = 0; r < R; ++r) {
        const Floats scale = Floats(tile.rows[r]->quantized.scale) * key_scale;
        const Floats scores = Floats(shared[r]) + xsimd::batch_cast<float>(sums[r][v]) * scale;
        scores.store_aligned(&scratch.weights[r][at]);
      }
    }
  }
}

// The weights of row r times the values' scales, as integers; returns what one of them is worth.
[[gnu::noinline]] float quantize_weights(const Int8KvTile& kv, const AttentionRow& row,
                                         int32_t span_begin, int32_t span_end, int r,
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
    simd::narrow_16(rounded, scratch.integers[r] + i, scratch.high[r] + i, scratch.low[r] + i);
  }
  return max / kLargestWeight;
}

[[gnu::noinline]] void merge(AttentionRow& row, Fold fold, int32_t j, int32_t head_dim,
                             Floats block_o) {
  float* o = row.o + j;
  if (j + kVectorOutputs <= head_dim) [[likely]] {
    const Floats merged =
        row.first ? block_o
                  : Floats::load_unaligned(o) * Floats(fold.keep) + block_o * Floats(fold.take);
    merged.store_unaligned(o);
    return;
  }
  alignas(Floats) float values[kVectorOutputs];
  block_o.store_aligned(values);
  for (int32_t i = 0; i < head_dim - j; ++i) {
    o[i] = row.first ? values[i] : o[i] * fold.keep + values[i] * fold.take;
  }
}

template <IntDot back_end, int R, int kGroups>
void weigh_dims(const Int8KvTile& kv, int32_t head_dim, int32_t j, const RowTile<R>& tile,
                const RowOperand (&operands)[R], const float* unit, const Fold* folds) {
  constexpr int kVectors = kGroups * kTileVectors;
  const int32_t begin = tile.begin / 4 * 4;
  const int8_t* data[kVectors];
  for (int v = 0; v < kVectors; ++v) data[v] = kv.values_at(begin) + j * 4 + v * kVectorBytes;
  RowSums<R, kVectors> sums;
  dot_rows<back_end, false, R, kVectors>(data, kv.value_dim * 4, (tile.end - begin + 3) / 4,
                                         operands, sums);
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      merge(*tile.rows[r], folds[r], j + v * kVectorOutputs, head_dim,
            xsimd::batch_cast<float>(sums[r][v]) * Floats(unit[r]));
    }
  }
}

template <IntDot back_end, int R>
void weigh(const Int8KvTile& kv, int32_t head_dim, const RowTile<R>& tile, const Fold* folds,
           AttentionScratch& scratch) {
  constexpr int kGroups = kOutputGroups<R>;
  RowOperand operands[R];
  float unit[R];
  const int32_t begin = tile.begin / 4 * 4;
  for (int r = 0; r < R; ++r) {
    unit[r] = quantize_weights(kv, *tile.rows[r], tile.span_begin, tile.span_end, r, scratch);
    operands[r] = {scratch.integers[r] + begin, scratch.high[r] + begin, scratch.low[r] + begin, 0};
  }
  int32_t j = 0;
  for (; j + kGroups * kOutputs <= kv.value_dim; j += kGroups * kOutputs) {
    weigh_dims<back_end, R, kGroups>(kv, head_dim, j, tile, operands, unit, folds);
  }
  if (j < kv.value_dim) weigh_dims<back_end, R, 1>(kv, head_dim, j, tile, operands, unit, folds);
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
