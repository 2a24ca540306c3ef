#include "kernels/matmul_q8.hpp"

#include <algorithm>

#include "kernels/q8_dot.hpp"

namespace onehead::detail {
namespace {

using simd::Floats;
using simd::Ints;
using simd::kTileVectors;
using simd::kVectorOutputs;

// R rows of the input, and where their outputs go.
struct Rows {
  const int8_t* q;
  const int16_t* wide;
  const float* scale;
  const int32_t* sum;
  int32_t n_blocks;
  float* out;
  int32_t out_stride;
  int32_t n_outputs;

  // From a row on; only whole groups and their beginnings come before.
  Rows from(const QuantizedRows& in, int32_t row) const {
    Rows rest = *this;
    const int64_t at = in.block_index(row, 0);
    rest.q = in.q + at * kQ8Block;
    rest.wide = in.wide + at * kQ8Block;
    rest.scale = in.scale + at;
    rest.sum = in.sum + at;
    rest.out += static_cast<int64_t>(row) * out_stride;
    return rest;
  }

  // The next block of all four rows of a group.
  void advance() {
    q += kQuantizedGroup * kQ8Block;
    wide += kQuantizedGroup * kQ8Block;
    scale += kQuantizedGroup;
    sum += kQuantizedGroup;
  }
};

void store_outputs(const Floats (&acc)[kTileVectors], int32_t count, float* to) {
  if (count >= kQ8TileRows) {
    for (int v = 0; v < kTileVectors; ++v) acc[v].store_unaligned(to + v * kVectorOutputs);
    return;
  }
  alignas(32) float outputs[kQ8TileRows];
  for (int v = 0; v < kTileVectors; ++v) acc[v].store_aligned(outputs + v * kVectorOutputs);
  std::copy(outputs, outputs + count, to);
}

template <IntDot back_end, int R>
void run_tile(const std::byte* tile, Rows rows, int32_t first_output) {
  // Vectors taken together: the strict product has two accumulators for each, and eight are enough.
  constexpr int kV = R <= 2 ? kTileVectors : 1;
  Floats acc[R][kTileVectors];
  for (auto& row : acc) {
    for (auto& vector : row) vector = Floats(0.0f);
  }
  for (int32_t block = 0; block < rows.n_blocks;
       ++block, tile += kQ8TileBlockBytes, rows.advance()) {
    const Q8Input inputs{rows.q, rows.wide, rows.sum};
    Floats weight_scales[kTileVectors];
    simd::load_scales(reinterpret_cast<const uint16_t*>(tile), weight_scales);
    const auto* weights = reinterpret_cast<const int8_t*>(tile + kQ8ScaleBytes);
    for (int first = 0; first < kTileVectors; first += kV) {
      Q8Sums<R, kV> dots;
      Q8Dot<back_end>::template run<R, kV>(weights + first * kQ8VectorBytes, inputs, dots);
      for (int r = 0; r < R; ++r) {
        for (int i = 0; i < kV; ++i) {
          const int v = first + i;
          const Floats scale = weight_scales[v] * Floats(rows.scale[r]);
          acc[r][v] = acc[r][v] + xsimd::batch_cast<float>(dots[r][i]) * scale;
        }
      }
    }
  }
  for (int r = 0; r < R; ++r) {
    store_outputs(acc[r], rows.n_outputs - first_output,
                  rows.out + r * rows.out_stride + first_output);
  }
}

template <IntDot back_end>
void run(const TiledMatrix& w, const QuantizedRows& in, const Rows& rows, int32_t n_rows,
         TileRange tiles) {
  constexpr int32_t kRows = kQuantizedGroup;
  const size_t bytes = tile_bytes(w.type, w.n_cols);
  for (int32_t t = tiles.begin; t < tiles.end; ++t) {
    const std::byte* tile = w.data + static_cast<size_t>(t) * bytes;
    const int32_t first_output = t * kQ8TileRows;
    int32_t r = 0;
    for (; r + kRows <= n_rows; r += kRows) {
      run_tile<back_end, kRows>(tile, rows.from(in, r), first_output);
    }
    for (; r + 2 <= n_rows; r += 2) run_tile<back_end, 2>(tile, rows.from(in, r), first_output);
    if (r < n_rows) run_tile<back_end, 1>(tile, rows.from(in, r), first_output);
  }
}

}  // namespace

void matmul_q8(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows, float* out,
               int32_t out_stride, TileRange tiles, IntDot back_end) {
  const Rows rows{in.q, in.wide, in.scale, in.sum, w.n_cols / kQ8Block, out, out_stride, w.n_rows};
  if constexpr (simd::kHasInt8Dot) {
    switch (back_end) {
      case IntDot::kStrict:
        break;
      case IntDot::kSigned:
        return run<IntDot::kSigned>(w, in, rows, n_rows, tiles);
      case IntDot::kUnsigned:
        return run<IntDot::kUnsigned>(w, in, rows, n_rows, tiles);
      case IntDot::kSaturating:
        return run<IntDot::kSaturating>(w, in, rows, n_rows, tiles);
    }
  }
  run<IntDot::kStrict>(w, in, rows, n_rows, tiles);
}

}  // namespace onehead::detail
