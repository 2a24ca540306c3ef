#include "kernels/logit_bound.hpp"

#include <algorithm>
#include <limits>

#include "kernels/largest.hpp"
#include "kernels/matmul.hpp"
#include "kernels/split_matrix.hpp"

namespace onehead {
namespace {

constexpr float kLeastScale = 0x1p-60f;
constexpr float kLargestScale = 0x1p60f;

constexpr int32_t kZeroPoint = quant_layout(WeightType::kQ4_0).zero_point;

// Outputs that are looked at together: whole tiles.
constexpr int32_t kPart = 8 * kQuantTileRows;

size_t blocks_of(int32_t n_rows, int32_t n_cols) {
  const int32_t n_groups = (n_rows + kQuantizedGroup - 1) / kQuantizedGroup;
  return static_cast<size_t>(n_groups) * kQuantizedGroup *
         static_cast<size_t>(n_cols / kQuantBlock);
}

// What the sum of a block's inputs is lowered by.
int32_t lowering(const int8_t* q, int32_t margin) {
  int32_t positive = 0;
  for (int32_t i = 0; i < kQuantBlock; ++i) positive += std::max<int32_t>(q[i], 0);
  const int32_t c = (15 * positive + 15) / 16 + margin;
  return (c + kZeroPoint - 1) / kZeroPoint;
}

}  // namespace

size_t bound_input_bytes(int32_t n_rows, int32_t n_cols) {
  constexpr size_t kBytes = sizeof(float) + sizeof(int32_t) + 4 * sizeof(int16_t);
  return (blocks_of(n_rows, n_cols) * kBytes + 63) / 64 * 64;
}

bool bound_inputs(const QuantizedRows& in, std::byte* scratch, QuantizedRows& out) {
  const size_t n = blocks_of(in.n_rows, in.n_cols);
  out = in;
  out.scale = reinterpret_cast<float*>(scratch);
  out.sum = reinterpret_cast<int32_t*>(scratch + n * sizeof(float));
  out.lane_sums = reinterpret_cast<int16_t*>(scratch + n * (sizeof(float) + sizeof(int32_t)));
  const int32_t n_blocks = in.n_cols / kQuantBlock;
  const int32_t margin = 1 + n_blocks / 128;
  std::fill_n(out.sum, n, 0);  // also of rows that are missing in the last group
  for (int32_t row = 0; row < in.n_rows; ++row) {
    for (int32_t block = 0; block < n_blocks; ++block) {
      const int64_t at = in.block_index(row, block);
      const float scale = in.scale[at];
      // Written so that NaN fails.
      if (scale != 0.0f && !(scale >= kLeastScale && scale <= kLargestScale)) return false;
      const int32_t less = lowering(in.q + at * kQuantBlock, margin);
      out.scale[at] = 16.0f * scale;
      out.sum[at] = in.sum[at] - less;
      std::copy_n(in.lane_sums + at * 4, 4, out.lane_sums + at * 4);
      out.lane_sums[at * 4] = static_cast<int16_t>(out.lane_sums[at * 4] + less);
    }
  }
  return true;
}

TiledMatrix bound_matrix(const TiledMatrix& w) { return detail::upper_half(w); }

BestOutput best_output(const TiledMatrix& w, const QuantizedRows& in, float* bounds,
                       IntDot back_end) {
  const MatmulInput input{nullptr, 1, w.n_cols, &in};
  BestOutput best;
  float product = -std::numeric_limits<float>::infinity();
  const auto end_of = [&](int32_t tile) { return std::min((tile + 1) * kQuantTileRows, w.n_rows); };
  const auto compute = [&](int32_t tile) {
    matmul(w, input, bounds, w.n_rows, {tile, tile + 1}, back_end);
    ++best.n_computed;
    for (int32_t id = tile * kQuantTileRows; id < end_of(tile); ++id) {
      if (bounds[id] > product || (bounds[id] == product && id < best.id)) {
        product = bounds[id];
        best.id = id;
      }
    }
  };
  // The likeliest first, so that few others reach it.
  const int32_t first = index_of_largest(bounds, w.n_rows) / kQuantTileRows;
  compute(first);
  for (int32_t begin = 0; begin < w.n_rows; begin += kPart) {
    if (largest(bounds + begin, std::min(kPart, w.n_rows - begin)) < product) continue;
    const int32_t end_tile =
        std::min(begin + kPart, w.n_rows + kQuantTileRows - 1) / kQuantTileRows;
    for (int32_t tile = begin / kQuantTileRows; tile < end_tile; ++tile) {
      const float* of_tile = bounds + tile * kQuantTileRows;
      if (tile == first || largest(of_tile, end_of(tile) - tile * kQuantTileRows) < product)
        continue;
      compute(tile);
    }
  }
  return best;
}

}  // namespace onehead
