#include "kernels/matmul_float.hpp"

#include <algorithm>

#include "kernels/fetch_lines.hpp"
#include "simd/half_batch.hpp"

namespace onehead::detail {
namespace {

using simd::F32;
using simd::kLanes;

constexpr int kTileBatches = kFloatTileRows / kLanes;

struct F32Tile {
  using Element = float;
  F32 load(const float* from) const { return simd::load(from); }
};
struct F16Tile {
  using Element = uint16_t;
  simd::F16Loader loader;
  F32 load(const uint16_t* from) const { return loader(from); }
};
struct Bf16Tile {
  using Element = uint16_t;
  F32 load(const uint16_t* from) const { return simd::load_bf16(from); }
};

// What one pass over the inputs computes: R rows of x with T whole tiles, or with P batches of one
// tile. R * T * P accumulators: enough chains to hide an add's latency, few enough to stay in
// registers.
template <int R>
inline constexpr int kPart = simd::kManyRegisters ? kTileBatches
                                                  : std::min(kTileBatches, R <= 2 ? 4 : 2);
template <int R>
inline constexpr int kTilesAtOnce = std::max(1, (simd::kManyRegisters && R > 2 ? 16 : 8) /
                                                    (R * kTileBatches));

template <class Tile, int R, int T, int P>
void multiply(const typename Tile::Element* weights, size_t tile_stride, const float* x,
              int32_t n_cols, F32 (&acc)[R][T][P]) {
  const Tile tile;
  for (auto& row : acc) {
    for (auto& part : row) {
      for (auto& batch : part) batch = F32(0.0f);
    }
  }
  const float* rows[R];
  for (int r = 0; r < R; ++r) rows[r] = x + static_cast<ptrdiff_t>(r) * n_cols;
#pragma GCC unroll 1
  for (int32_t k = 0; k < n_cols; ++k, weights += kFloatTileRows) {
    for (int t = 0; t < T; ++t) {
      F32 w[P];
      for (int p = 0; p < P; ++p) {
        w[p] = tile.load(weights + static_cast<size_t>(t) * tile_stride + p * kLanes);
      }
      for (int r = 0; r < R; ++r) {
        const F32 input(rows[r][k]);
        for (int p = 0; p < P; ++p) acc[r][t][p] = acc[r][t][p] + w[p] * input;
      }
    }
  }
}

struct Output {
  float* at;       // output 0 of the row
  int32_t stride;  // between rows
  int32_t n;       // outputs that exist
};

void store_some(float* to, F32 value, int32_t count) {
  if (count >= kLanes) {
    simd::store(to, value);
    return;
  }
  alignas(F32) float lanes[kLanes];
  value.store_aligned(lanes);
  for (int32_t i = 0; i < count; ++i) to[i] = lanes[i];
}

// R rows of x with tiles [tile, tile + T).
template <class Tile, int R, int T>
void run_tiles(const TiledMatrix& w, const float* x, Output out, int32_t tile) {
  constexpr int kP = kPart<R>;
  const size_t stride = static_cast<size_t>(w.n_cols) * kFloatTileRows;
  const auto* weights =
      reinterpret_cast<const typename Tile::Element*>(w.data) + static_cast<size_t>(tile) * stride;
  if constexpr (R == 1) fetch_lines(weights, T * stride * sizeof *weights);
  for (int part = 0; part < kTileBatches; part += kP) {
    F32 acc[R][T][kP];
    multiply<Tile, R, T, kP>(weights + part * kLanes, stride, x, w.n_cols, acc);
    for (int r = 0; r < R; ++r) {
      for (int t = 0; t < T; ++t) {
        for (int p = 0; p < kP; ++p) {
          const int32_t o = (tile + t) * kFloatTileRows + (part + p) * kLanes;
          store_some(out.at + static_cast<ptrdiff_t>(r) * out.stride + o, acc[r][t][p], out.n - o);
        }
      }
    }
  }
}

template <class Tile, int R>
void run_rows(const TiledMatrix& w, const float* x, Output out, TileRange tiles) {
  constexpr int kT = kTilesAtOnce<R>;
  int32_t tile = tiles.begin;
  for (; tile + kT <= tiles.end; tile += kT) run_tiles<Tile, R, kT>(w, x, out, tile);
  for (; tile < tiles.end; ++tile) run_tiles<Tile, R, 1>(w, x, out, tile);
}

template <class Tile>
void run(const TiledMatrix& w, const MatmulInput& in, Output out, TileRange tiles) {
  constexpr int kRows = 4;
  // A few tiles at a time: they stay in cache while all rows pass over them.
  const int32_t step = in.n_rows <= kRows ? tiles.end - tiles.begin : kTilesAtOnce<kRows>;
  for (int32_t begin = tiles.begin; begin < tiles.end; begin += step) {
    const TileRange some{begin, std::min(begin + step, tiles.end)};
    for (int32_t r = 0; r < in.n_rows; r += kRows) {
      const float* x = in.x + static_cast<ptrdiff_t>(r) * in.n_cols;
      const Output rows{out.at + static_cast<ptrdiff_t>(r) * out.stride, out.stride, out.n};
      switch (std::min(in.n_rows - r, kRows)) {
        case 1:
          run_rows<Tile, 1>(w, x, rows, some);
          break;
        case 2:
          run_rows<Tile, 2>(w, x, rows, some);
          break;
        case 3:
          run_rows<Tile, 3>(w, x, rows, some);
          break;
        default:
          run_rows<Tile, kRows>(w, x, rows, some);
      }
    }
  }
}

}  // namespace

void matmul_float(const TiledMatrix& w, const MatmulInput& in, float* out, int32_t out_stride,
                  TileRange tiles) {
  const Output to{out, out_stride, w.n_rows};
  if (w.type == WeightType::kF32) run<F32Tile>(w, in, to, tiles);
  if (w.type == WeightType::kF16) run<F16Tile>(w, in, to, tiles);
  if (w.type == WeightType::kBF16) run<Bf16Tile>(w, in, to, tiles);
}

}  // namespace onehead::detail
