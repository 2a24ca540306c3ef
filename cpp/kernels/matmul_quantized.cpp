#include "kernels/matmul_quantized.hpp"

#include <algorithm>
#include <type_traits>

#include "kernels/quant_unpack.hpp"

namespace onehead::detail {
namespace {

using simd::Floats;
using simd::kTileVectors;
using simd::kVectorOutputs;

// Few rows pass over the planes themselves. More rows share the work of unpacking: a part of a
// tile's columns becomes bytes, small enough to stay in the innermost cache, and all rows pass over
// it, four at a time (the rows that are missing in the last four are scratch).
constexpr int32_t kFewRows = 2;
constexpr int32_t kRowsAtOnce = kQuantizedGroup;
constexpr int32_t kBlocksAtOnce = 32;

// Scales of a block, or minima: of 8 outputs, as f32.
class ScaleReader {
 public:
  explicit ScaleReader(const QuantLayout& layout) : halves_(layout.scale_bytes == 2) {}

  // index: 0 the scales (of the first half), 1 what follows them.
  Floats operator()(const std::byte* block, int index, int v) const {
    const int at = index * kQuantTileRows + v * kVectorOutputs;
    if (halves_) return load_(reinterpret_cast<const uint16_t*>(block) + at);
    return Floats::load_unaligned(reinterpret_cast<const float*>(block) + at);
  }

 private:
  bool halves_;
  simd::HalfLoader load_;
};

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

// acc = acc + float(idot) * (w_scale * x_scale) for one block.
// of(index, v): the weights' scales; sums: what the groups of the block gave.
template <int R, int V, class Sums, class Scales>
void accumulate(const Sums& sums, const Scales& of, int index, int first_vector,
                const float* x_scale, Floats (&acc)[R][kTileVectors]) {
  for (int i = 0; i < V; ++i) {
    const int v = first_vector + i;
    const Floats weight_scale = of(index, v);
    for (int r = 0; r < R; ++r) {
      const Floats dots = xsimd::batch_cast<float>(sums.total(r, i));
      acc[r][v] = acc[r][v] + dots * (weight_scale * Floats(x_scale[r]));
    }
  }
}

template <int R, class Scales>
void add_minima(const Scales& of, const float* scaled_sum, Floats (&acc)[R][kTileVectors]) {
  for (int v = 0; v < kTileVectors; ++v) {
    const Floats minimum = of(1, v);
    for (int r = 0; r < R; ++r) acc[r][v] = acc[r][v] + minimum * Floats(scaled_sum[r]);
  }
}

// R rows with a whole tile, from its planes.
template <IntDot back_end, int kBits, int R>
class PlaneProduct {
 public:
  PlaneProduct(const TiledMatrix& w, const QuantizedRows& in)
      : layout_(quant_layout(w.type)),
        n_blocks_(w.n_cols / kQuantBlock),
        in_(in),
        scale_(layout_) {}

  void operator()(const std::byte* block, int32_t row, const Output& out) const {
    Rows rows(in_, row, 0);
    Floats acc[R][kTileVectors];
    for (auto& of_row : acc) {
      for (Floats& vector : of_row) vector = Floats(0.0f);
    }
    const int32_t block_bytes = layout_.block_bytes();
#pragma GCC unroll 1
    for (int32_t b = 0; b < n_blocks_; ++b, block += block_bytes, rows.advance()) {
      const auto* planes = reinterpret_cast<const int8_t*>(block + layout_.scales_bytes());
      const auto of = [&](int index, int v) { return scale_(block, index, v); };
      if constexpr (kBits == 6) {
        Sums<Span::kFirstHalf> first(rows.dot, layout_.zero_point);
        Sums<Span::kSecondHalf> second(rows.dot, layout_.zero_point);
        groups_.each(planes, [&](auto group, const auto& w) {
          if constexpr (group() < kQuantGroups / 2) {
            first.add(group, w);
          } else {
            second.add(group, w);
          }
        });
        accumulate<R, kTileVectors>(first, of, 0, 0, rows.scale, acc);
        accumulate<R, kTileVectors>(second, of, 1, 0, rows.scale, acc);
      } else {
        Sums<Span::kBlock> sums(rows.dot, layout_.zero_point);
        groups_.each(planes, [&](auto group, const auto& w) { sums.add(group, w); });
        accumulate<R, kTileVectors>(sums, of, 0, 0, rows.scale, acc);
        if (layout_.has_minimum) add_minima<R>(of, rows.scaled_sum, acc);
      }
    }
    for (int r = 0; r < R; ++r) out.store(r, acc[r]);
  }

 private:
  template <Span span>
  using Sums = DotSums<back_end, kBits, span, R, kTileVectors>;

  const QuantLayout layout_;
  const int32_t n_blocks_;
  const QuantizedRows& in_;
  const ScaleReader scale_;
  const GroupReader<kBits> groups_{};
};

struct UnpackedBlock {
  alignas(64) int8_t quants[kQuantBlockBytes];
  float scales[2][kQuantTileRows];  // two halves' scales, or scales and minima
};

template <int kBits>
class Unpacker {
 public:
  explicit Unpacker(const QuantLayout& layout) : layout_(layout), scale_(layout) {}

  void operator()(const std::byte* block, UnpackedBlock& to) const {
    const int n_scales = layout_.n_scales + (layout_.has_minimum ? 1 : 0);
    for (int i = 0; i < n_scales; ++i) {
      for (int v = 0; v < kTileVectors; ++v) {
        scale_(block, i, v).store_unaligned(&to.scales[i][v * kVectorOutputs]);
      }
    }
    const auto* planes = reinterpret_cast<const int8_t*>(block + layout_.scales_bytes());
    groups_.each(planes, [&](int group, const auto& w) {
      for (int v = 0; v < kTileVectors; ++v) {
        simd::store_bytes(to.quants + group * kQuantGroupBytes + v * kQuantVectorBytes, w[v]);
      }
    });
  }

 private:
  const QuantLayout layout_;
  const ScaleReader scale_;
  const GroupReader<kBits> groups_{};
};

// Four rows with some blocks of a tile as bytes; what came before lies in the output unless these
// are the first.
template <IntDot back_end, int kBits>
void multiply_bytes(const UnpackedBlock* blocks, int32_t n_blocks, const QuantLayout& layout,
                    Rows rows, const Output& out, int32_t n_rows, bool first) {
  constexpr int R = kRowsAtOnce;
  // Vectors taken together: the strict product has two accumulators for each, and eight are enough.
  constexpr int V = back_end == IntDot::kStrict ? 1 : kTileVectors;
  Floats acc[R][kTileVectors];
  for (int r = 0; r < R; ++r) {
    for (Floats& vector : acc[r]) vector = Floats(0.0f);
    if (!first && r < n_rows) out.load(r, acc[r]);
  }
#pragma GCC unroll 1
  for (int32_t b = 0; b < n_blocks; ++b, rows.advance()) {
    const UnpackedBlock& block = blocks[b];
    const auto of = [&](int index, int v) {
      return Floats::load_unaligned(&block.scales[index][v * kVectorOutputs]);
    };
    const auto add_span = [&]<Span span>(std::integral_constant<Span, span>, int begin, int end,
                                         int index) {
      for (int v = 0; v < kTileVectors; v += V) {
        DotSums<back_end, kBits, span, R, V> sums(rows.dot, layout.zero_point);
        each_byte_group<V>(block.quants + v * kQuantVectorBytes, begin, end,
                           [&](int group, const auto& w) { sums.add(group, w); });
        accumulate<R, V>(sums, of, index, v, rows.scale, acc);
      }
    };
    if constexpr (kBits == 6) {
      add_span(std::integral_constant<Span, Span::kFirstHalf>(), 0, kQuantGroups / 2, 0);
      add_span(std::integral_constant<Span, Span::kSecondHalf>(), kQuantGroups / 2, kQuantGroups,
               1);
    } else {
      add_span(std::integral_constant<Span, Span::kBlock>(), 0, kQuantGroups, 0);
      if (layout.has_minimum) add_minima<R>(of, rows.scaled_sum, acc);
    }
  }
  for (int r = 0; r < std::min(R, n_rows); ++r) out.store(r, acc[r]);
}

template <IntDot back_end, int kBits>
void run_many(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows, float* out,
              int32_t out_stride, TileRange tiles) {
  const QuantLayout layout = quant_layout(w.type);
  const Unpacker<kBits> unpack(layout);
  const int32_t n_blocks = w.n_cols / kQuantBlock;
  UnpackedBlock blocks[kBlocksAtOnce];
  const std::byte* block = w.data + static_cast<size_t>(tiles.begin) * tile_bytes(w.type, w.n_cols);
  for (int32_t t = tiles.begin; t < tiles.end; ++t) {
    const int32_t first_output = t * kQuantTileRows;
    for (int32_t begin = 0; begin < n_blocks; begin += kBlocksAtOnce) {
      const int32_t n = std::min(kBlocksAtOnce, n_blocks - begin);
      for (int32_t b = 0; b < n; ++b, block += layout.block_bytes()) unpack(block, blocks[b]);
      for (int32_t r = 0; r < n_rows; r += kRowsAtOnce) {
        const Output to{out + static_cast<int64_t>(r) * out_stride + first_output, out_stride,
                        w.n_rows - first_output};
        multiply_bytes<back_end, kBits>(blocks, n, layout, Rows(in, r, begin), to, n_rows - r,
                                        begin == 0);
      }
    }
  }
}

template <IntDot back_end, int kBits, int R>
void run_few(const TiledMatrix& w, const QuantizedRows& in, float* out, int32_t out_stride,
             TileRange tiles) {
  const PlaneProduct<back_end, kBits, R> multiply(w, in);
  const size_t bytes = tile_bytes(w.type, w.n_cols);
  for (int32_t t = tiles.begin; t < tiles.end; ++t) {
    const int32_t first_output = t * kQuantTileRows;
    multiply(w.data + static_cast<size_t>(t) * bytes, 0,
             Output{out + first_output, out_stride, w.n_rows - first_output});
  }
}

template <IntDot back_end, int kBits>
void run(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows, float* out,
         int32_t out_stride, TileRange tiles) {
  if (n_rows > kFewRows) return run_many<back_end, kBits>(w, in, n_rows, out, out_stride, tiles);
  if (n_rows == 2) return run_few<back_end, kBits, 2>(w, in, out, out_stride, tiles);
  run_few<back_end, kBits, 1>(w, in, out, out_stride, tiles);
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
