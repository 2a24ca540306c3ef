#include "kernels/matmul_quantized.hpp"

#include <algorithm>

#include "kernels/quant_dot.hpp"
#include "kernels/quant_unpack.hpp"

namespace onehead::detail {
namespace {

using simd::Floats;
using simd::kTileVectors;
using simd::kVectorOutputs;

// A part of a tile's columns is unpacked to bytes, then all rows pass over it: small enough to stay
// in the innermost cache.
constexpr int32_t kBlocksAtOnce = 32;

struct UnpackedBlock {
  alignas(64) int8_t quants[kQuantBlockBytes];
  float scales[3][kQuantTileRows];  // two halves', or one; after them the minimum
};

void unpack(const QuantLayout& layout, const std::byte* block, UnpackedBlock& to) {
  const int n_floats = layout.n_scales + (layout.has_minimum ? 1 : 0);
  for (int i = 0; i < n_floats; ++i) {
    for (int v = 0; v < kTileVectors; ++v) {
      const int at = i * kQuantTileRows + v * kVectorOutputs;
      const Floats values =
          layout.scale_bytes == 2
              ? simd::load_halves(reinterpret_cast<const uint16_t*>(block) + at)
              : Floats::load_unaligned(reinterpret_cast<const float*>(block) + at);
      values.store_unaligned(&to.scales[i][v * kVectorOutputs]);
    }
  }
  const auto* quants = reinterpret_cast<const int8_t*>(block + layout.scales_bytes());
  switch (layout.bits) {
    case 4:
      return unpack_block<4>(quants, to.quants);
    case 5:
      return unpack_block<5>(quants, to.quants);
    case 6:
      return unpack_block<6>(quants, to.quants);
    default:
      std::copy_n(quants, kQuantBlockBytes, to.quants);
  }
}

// R rows of the input from some block on.
struct Rows {
  DotInput dot;
  const float* scale;
  const float* scaled_sum;

  Rows(const QuantizedRows& in, int32_t row, int32_t block) {
    const int64_t at = in.block_index(row, block);
    dot = {in.q + at * kQuantBlock,
           in.wide + at * kQuantBlock,
           in.magnitude + at * kQuantBlock,
           in.sign + at * kQuantBlock,
           in.lane_sums + at * 4,
           in.sum + at,
           in.negative + at};
    scale = in.scale + at;
    scaled_sum = in.scaled_sum + at;
  }

  // The next block of all four rows of a group.
  void advance() {
    dot.q += kQuantizedGroup * kQuantBlock;
    dot.wide += kQuantizedGroup * kQuantBlock;
    dot.magnitude += kQuantizedGroup * kQuantBlock;
    dot.sign += kQuantizedGroup * kQuantBlock;
    dot.lane_sums += kQuantizedGroup * 4;
    dot.sum += kQuantizedGroup;
    dot.negative += kQuantizedGroup;
    scale += kQuantizedGroup;
    scaled_sum += kQuantizedGroup;
  }

  DotInput second_half() const {
    DotInput half = dot;
    constexpr int kHalf = kQuantBlock / 2;
    half.q += kHalf;
    half.wide += kHalf;
    half.lane_sums += 2;
    return half;
  }
};

struct Output {
  float* at;       // the tile's first output of the first row
  int32_t stride;  // between rows
  int32_t count;   // outputs of the tile that exist

  void store(int r, const Floats (&acc)[kTileVectors]) const {
    float* to = at + static_cast<int64_t>(r) * stride;
    if (count >= kQuantTileRows) {
      for (int v = 0; v < kTileVectors; ++v) acc[v].store_unaligned(to + v * kVectorOutputs);
      return;
    }
    alignas(32) float outputs[kQuantTileRows];
    for (int v = 0; v < kTileVectors; ++v) acc[v].store_aligned(outputs + v * kVectorOutputs);
    std::copy(outputs, outputs + count, to);
  }

  void load(int r, Floats (&acc)[kTileVectors]) const {
    const float* from = at + static_cast<int64_t>(r) * stride;
    alignas(32) float outputs[kQuantTileRows] = {};
    std::copy(from, from + std::min(count, kQuantTileRows), outputs);
    for (int v = 0; v < kTileVectors; ++v) {
      acc[v] = Floats::load_aligned(outputs + v * kVectorOutputs);
    }
  }
};

template <IntDot back_end, int kBits, int R>
void run_rows(const UnpackedBlock* blocks, int32_t n_blocks, const QuantLayout& layout, Rows rows,
              Output out, bool first) {
  constexpr int kParts = kBits == 6 ? 2 : 1;
  // Vectors taken together: the strict product has two accumulators for each, and eight are enough.
  constexpr int kV = back_end == IntDot::kStrict && R > 2 ? 1 : kTileVectors;
  Floats acc[R][kTileVectors];
  for (int r = 0; r < R; ++r) {
    if (first) {
      for (Floats& vector : acc[r]) vector = Floats(0.0f);
    } else {
      out.load(r, acc[r]);
    }
  }
  for (int32_t b = 0; b < n_blocks; ++b, rows.advance()) {
    const UnpackedBlock& block = blocks[b];
    for (int first_vector = 0; first_vector < kTileVectors; first_vector += kV) {
      for (int part = 0; part < kParts; ++part) {
        DotSums<R, kV> dots;
        QuantDot<back_end>::template run<kBits, 2 / kParts, R, kV>(
            block.quants + first_vector * kQuantVectorBytes + part * kQuantBlockBytes / 2,
            part == 0 ? rows.dot : rows.second_half(), layout.zero_point, dots);
        for (int r = 0; r < R; ++r) {
          for (int i = 0; i < kV; ++i) {
            const int v = first_vector + i;
            const Floats scale = Floats::load_unaligned(&block.scales[part][v * kVectorOutputs]) *
                                 Floats(rows.scale[r]);
            acc[r][v] = acc[r][v] + xsimd::batch_cast<float>(dots[r][i]) * scale;
          }
        }
      }
    }
    if (layout.has_minimum) {
      for (int r = 0; r < R; ++r) {
        for (int v = 0; v < kTileVectors; ++v) {
          const Floats minimum = Floats::load_unaligned(&block.scales[1][v * kVectorOutputs]);
          acc[r][v] = acc[r][v] + minimum * Floats(rows.scaled_sum[r]);
        }
      }
    }
  }
  for (int r = 0; r < R; ++r) out.store(r, acc[r]);
}

template <IntDot back_end, int kBits>
void run(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows, float* out,
         int32_t out_stride, TileRange tiles) {
  const QuantLayout layout = quant_layout(w.type);
  const int32_t block_bytes = layout.block_bytes();
  const int32_t n_blocks = w.n_cols / kQuantBlock;
  UnpackedBlock blocks[kBlocksAtOnce];
  const std::byte* block = w.data + static_cast<size_t>(tiles.begin) * tile_bytes(w.type, w.n_cols);
  for (int32_t t = tiles.begin; t < tiles.end; ++t) {
    const int32_t first_output = t * kQuantTileRows;
    for (int32_t begin = 0; begin < n_blocks; begin += kBlocksAtOnce) {
      const int32_t n = std::min(kBlocksAtOnce, n_blocks - begin);
      for (int32_t b = 0; b < n; ++b, block += block_bytes) unpack(layout, block, blocks[b]);
      const auto at = [&](int32_t r) {
        return Output{out + static_cast<int64_t>(r) * out_stride + first_output, out_stride,
                      w.n_rows - first_output};
      };
      const bool first = begin == 0;
      int32_t r = 0;
      for (; r + 4 <= n_rows; r += 4) {
        run_rows<back_end, kBits, 4>(blocks, n, layout, Rows(in, r, begin), at(r), first);
      }
      for (; r + 2 <= n_rows; r += 2) {
        run_rows<back_end, kBits, 2>(blocks, n, layout, Rows(in, r, begin), at(r), first);
      }
      if (r < n_rows) {
        run_rows<back_end, kBits, 1>(blocks, n, layout, Rows(in, r, begin), at(r), first);
      }
    }
  }
}

template <IntDot back_end>
void run(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows, float* out,
         int32_t out_stride, TileRange tiles) {
  switch (quant_layout(w.type).bits) {
    case 4:
      return run<back_end, 4>(w, in, n_rows, out, out_stride, tiles);
    case 5:
      return run<back_end, 5>(w, in, n_rows, out, out_stride, tiles);
    case 6:
      return run<back_end, 6>(w, in, n_rows, out, out_stride, tiles);
    default:
      return run<back_end, 8>(w, in, n_rows, out, out_stride, tiles);
  }
}

}  // namespace

void matmul_quantized(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows, float* out,
                      int32_t out_stride, TileRange tiles, IntDot back_end) {
  if constexpr (simd::kHasInt8Dot) {
    switch (back_end) {
      case IntDot::kStrict:
        break;
      case IntDot::kSigned:
        return run<IntDot::kSigned>(w, in, n_rows, out, out_stride, tiles);
      case IntDot::kUnsigned:
        return run<IntDot::kUnsigned>(w, in, n_rows, out, out_stride, tiles);
      case IntDot::kSaturating:
        return run<IntDot::kSaturating>(w, in, n_rows, out, out_stride, tiles);
    }
  }
  run<IntDot::kStrict>(w, in, n_rows, out, out_stride, tiles);
}

}  // namespace onehead::detail
