#include "kernels/matmul_quantized.hpp"

#include <algorithm>
#include <type_traits>

#include "base/as_size.hpp"
#include "kernels/fetch_lines.hpp"
#include "kernels/quant_unpack.hpp"
#include "kernels/split_matrix.hpp"

namespace onehead::detail {
namespace {

using simd::Floats;
using simd::kTileVectors;
using simd::kVectorOutputs;

// One row passes over the planes themselves. More rows share the work of unpacking: a part of a
// tile's columns becomes bytes, small enough to stay in the innermost cache, and all rows pass over
// it, four at a time (the rows that are missing in the last four are scratch).
constexpr int32_t kRowsAtOnce = kQuantizedGroup;
constexpr int32_t kBlocksAtOnce = 32;

// Scales of a block, or minima: of 8 outputs, as f32. kBytes: what one has in the tile.
template <int kBytes>
class ScaleReader {
 public:
  // index: 0 the scales (of the first half), 1 what follows them.
  Floats operator()(const std::byte* block, int index, int v) const {
    const int at = index * kQuantTileRows + v * kVectorOutputs;
    if constexpr (kBytes == 2) return load_(reinterpret_cast<const uint16_t*>(block) + at);
    return Floats::load_unaligned(reinterpret_cast<const float*>(block) + at);
  }

 private:
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

template <WeightType type>
const std::byte* block_at(const TiledMatrix& w, int32_t tile, int32_t block) {
  return w.data + static_cast<size_t>(tile) * tile_bytes(type, w.n_cols) +
         block * quant_layout(type).block_bytes();
}

// Each loop that does the work is a function by itself: an engine allots registers better in small
// ones.

// R rows with a whole tile, from its planes.
template <IntDot back_end, WeightType type, int R>
class PlaneProduct {
 public:
  PlaneProduct(const QuantizedRows& in, int32_t n_cols)
      : in_(in), n_blocks_(n_cols / kQuantBlock) {}

  [[gnu::noinline]] void operator()(const std::byte* block, const Output& out) const {
    Rows rows(in_, 0, 0);
    Floats acc[R][kTileVectors];
    for (auto& of_row : acc) {
      for (Floats& vector : of_row) vector = Floats(0.0f);
    }
#pragma GCC unroll 1
    for (int32_t b = 0; b < n_blocks_; ++b, block += kLayout.block_bytes(), rows.advance()) {
      const auto* planes = reinterpret_cast<const int8_t*>(block + kLayout.scales_bytes());
      const auto of = [&](int index, int v) { return scale_(block, index, v); };
      if constexpr (kLayout.n_scales == 2) {
        Sums<Span::kFirstHalf> first(rows.dot);
        Sums<Span::kSecondHalf> second(rows.dot);
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
        Sums<Span::kBlock> sums(rows.dot);
        groups_.each(planes, [&](auto group, const auto& w) { sums.add(group, w); });
        accumulate<R, kTileVectors>(sums, of, 0, 0, rows.scale, acc);
        if constexpr (kLayout.has_minimum) add_minima<R>(of, rows.scaled_sum, acc);
      }
    }
    for (int r = 0; r < R; ++r) out.store(r, acc[r]);
  }

 private:
  static constexpr QuantLayout kLayout = quant_layout(type);
  template <Span span>
  using Sums = DotSums<back_end, kLayout.bits, kLayout.zero_point, span, R, kTileVectors>;

  const QuantizedRows& in_;
  const int32_t n_blocks_;
  const ScaleReader<kLayout.scale_bytes> scale_{};
  const GroupReader<kLayout.bits> groups_{};
};

// The sums of a split block's halves as one's.
template <class Upper, class Lower>
struct SplitSums {
  const Upper& upper;
  const Lower& lower;

  simd::Ints total(int r, int v) const { return (upper.total(r, v) << 4) + lower.total(r, v); }
};

// One row with a whole tile of a split matrix.
template <IntDot back_end>
class SplitProduct {
 public:
  SplitProduct(const QuantizedRows& in, int32_t n_cols)
      : in_(in), n_blocks_(n_cols / kQuantBlock) {}

  [[gnu::noinline]] void operator()(const std::byte* upper, const std::byte* lower,
                                    const Output& out) const {
    Rows rows(in_, 0, 0);
    Floats acc[1][kTileVectors];
    for (Floats& vector : acc[0]) vector = Floats(0.0f);
#pragma GCC unroll 1
    for (int32_t b = 0; b < n_blocks_; ++b, rows.advance()) {
      const auto of = [&](int index, int v) { return scale_(upper, index, v); };
      Sums<8> high(rows.dot);
      groups_.each(reinterpret_cast<const int8_t*>(upper + kLayout.scales_bytes()),
                   [&](auto group, const auto& w) { high.add(group, w); });
      Sums<0> low(rows.dot);
      groups_.each(reinterpret_cast<const int8_t*>(lower),
                   [&](auto group, const auto& w) { low.add(group, w); });
      accumulate<1, kTileVectors>(SplitSums<Sums<8>, Sums<0>>{high, low}, of, 0, 0, rows.scale,
                                  acc);
      upper += kLayout.block_bytes();
      lower += kLowerBlockBytes;
    }
    out.store(0, acc[0]);
  }

 private:
  static constexpr QuantLayout kLayout = quant_layout(WeightType::kQ4_0);
  template <int kZeroPoint>
  using Sums = DotSums<back_end, 4, kZeroPoint, Span::kBlock, 1, kTileVectors>;

  const QuantizedRows& in_;
  const int32_t n_blocks_;
  const ScaleReader<kLayout.scale_bytes> scale_{};
  const GroupReader<4> groups_{};
};

// A block's quants as bytes [8 groups][8 outputs][4 inputs], or of 16 bits
// [16 pairs][8 outputs][2 inputs].
template <class Quant>
struct UnpackedBlock {
  alignas(64) Quant quants[kQuantBlockBytes];
  float scales[2][kQuantTileRows];  // two halves' scales, or scales and minima
};

template <WeightType type>
class Unpacker {
 public:
  template <class Quant>
  void operator()(const std::byte* block, UnpackedBlock<Quant>& to) const {
    unpack_scales(block, to);
    const auto* planes = reinterpret_cast<const int8_t*>(block + kLayout.scales_bytes());
    groups_.each(planes, [&](int group, const auto& w) {
      for (int v = 0; v < kTileVectors; ++v) {
        store(to.quants + group * kQuantGroupBytes, v, w[v]);
      }
    });
  }

  // The quants of a split matrix, of which this is the upper half's type.
  template <class Quant>
  void split(const std::byte* block, const int8_t* lower, UnpackedBlock<Quant>& to) const {
    unpack_scales(block, to);
    alignas(64) int8_t upper[kQuantBlockBytes];
    const auto* planes = reinterpret_cast<const int8_t*>(block + kLayout.scales_bytes());
    groups_.each(planes, [&](int group, const auto& w) {
      for (int v = 0; v < kTileVectors; ++v) store(upper + group * kQuantGroupBytes, v, w[v]);
    });
    groups_.each(lower, [&](int group, const auto& w) {
      for (int v = 0; v < kTileVectors; ++v) {
        const simd::Bytes high =
            simd::load_bytes(upper + group * kQuantGroupBytes + v * kQuantVectorBytes);
        const simd::Bytes biased = simd::shift_left<4>(high) | w[v];
        store(to.quants + group * kQuantGroupBytes, v,
              biased ^ simd::Bytes(static_cast<int8_t>(-128)));
      }
    });
  }

 private:
  static constexpr QuantLayout kLayout = quant_layout(type);

  template <class Quant>
  void unpack_scales(const std::byte* block, UnpackedBlock<Quant>& to) const {
    constexpr int kScales = kLayout.n_scales + (kLayout.has_minimum ? 1 : 0);
    for (int i = 0; i < kScales; ++i) {
      for (int v = 0; v < kTileVectors; ++v) {
        scale_(block, i, v).store_unaligned(&to.scales[i][v * kVectorOutputs]);
      }
    }
  }

  static void store(int8_t* group, int v, simd::Bytes w) {
    simd::store_bytes(group + v * kQuantVectorBytes, w);
  }
  static void store(int16_t* group, int v, simd::Bytes w) {
    const simd::ShortPair pairs = simd::widen_pairs(w);
    pairs.low.store_unaligned(group + v * kQuantVectorBytes / 2);
    pairs.high.store_unaligned(group + (kQuantGroupBytes + v * kQuantVectorBytes) / 2);
  }

  const ScaleReader<kLayout.scale_bytes> scale_{};
  const GroupReader<kLayout.bits> groups_{};
};

// Four rows with some unpacked blocks of a tile; what came before lies in the output unless these
// are the first. add_block(quants, rows at the block, its scales, acc) adds a block.
template <class Quant, class AddBlock>
[[gnu::always_inline]] inline void over_blocks(const UnpackedBlock<Quant>* blocks, int32_t n_blocks,
                                               Rows rows, const Output& out, int32_t n_rows,
                                               bool first, const AddBlock& add_block) {
  Floats acc[kRowsAtOnce][kTileVectors];
  for (int r = 0; r < kRowsAtOnce; ++r) {
    for (Floats& vector : acc[r]) vector = Floats(0.0f);
    if (!first && r < n_rows) out.load(r, acc[r]);
  }
#pragma GCC unroll 1
  for (int32_t b = 0; b < n_blocks; ++b, rows.advance()) {
    const UnpackedBlock<Quant>& block = blocks[b];
    const auto of = [&](int index, int v) {
      return Floats::load_unaligned(&block.scales[index][v * kVectorOutputs]);
    };
    add_block(block.quants, rows, of, acc);
  }
  for (int r = 0; r < std::min(kRowsAtOnce, n_rows); ++r) out.store(r, acc[r]);
}

template <IntDot back_end, int kBits, int kZeroPoint, bool kMinimum, class Quant>
[[gnu::noinline]] void multiply_unpacked(const UnpackedBlock<Quant>* blocks, int32_t n_blocks,
                                         Rows rows, const Output& out, int32_t n_rows, bool first,
                                         const QuantLayout&) {
  constexpr int kRows = kRowsAtOnce;
  const auto add_block = [](const Quant* quants, const Rows& at, const auto& of,
                            Floats(&acc)[kRows][kTileVectors]) {
    const auto add_span = [&]<Span span>(std::integral_constant<Span, span>, int begin, int end,
                                         int index) {
      if constexpr (sizeof(Quant) == 2) {
        WideDotSums<kZeroPoint, span, kRows> sums(at.dot);
        each_wide_pair(quants, begin, end, sums);
        accumulate<kRows, kTileVectors>(sums, of, index, 0, at.scale, acc);
      } else {
        DotSums<back_end, kBits, kZeroPoint, span, kRows, kTileVectors> sums(at.dot);
        each_byte_group<kTileVectors>(quants, begin, end,
                                      [&](int group, const auto& w) { sums.add(group, w); });
        accumulate<kRows, kTileVectors>(sums, of, index, 0, at.scale, acc);
      }
    };
    if constexpr (kBits == 6) {
      add_span(std::integral_constant<Span, Span::kFirstHalf>(), 0, kQuantGroups / 2, 0);
      add_span(std::integral_constant<Span, Span::kSecondHalf>(), kQuantGroups / 2, kQuantGroups,
               1);
    } else {
      add_span(std::integral_constant<Span, Span::kBlock>(), 0, kQuantGroups, 0);
      if constexpr (kMinimum) add_minima<kRows>(of, at.scaled_sum, acc);
    }
  };
  over_blocks(blocks, n_blocks, rows, out, n_rows, first, add_block);
}

// Where an 8-bit dot is usual, the strict way serves only engines whose dot fails its self-test:
// one loop for any type and number of rows is enough there.
#if defined(__AVX2__) || defined(__wasm_relaxed_simd__)
constexpr bool kStrictIsSpare = true;
#else
constexpr bool kStrictIsSpare = false;
#endif

// The sums of a span's groups in the strict way, whatever the type.
struct SpareSums {
  simd::Ints sums[kRowsAtOnce][kTileVectors];

  simd::Ints total(int r, int v) const { return sums[r][v]; }
};

template <Span span>
void add_spare(const int8_t* quants, const DotInput& x, int32_t zero_point, SpareSums& to) {
  constexpr int kBegin = span == Span::kFirstHalf ? 0 : kQuantGroups / 2;
  DotSums<IntDot::kStrict, 8, 0, span, kRowsAtOnce, kTileVectors> sums(x);
  each_byte_group<kTileVectors>(quants, kBegin, kBegin + kQuantGroups / 2,
                                [&](int group, const auto& w) { sums.add(group, w); });
  for (int r = 0; r < kRowsAtOnce; ++r) {
    const int16_t* lanes = x.lane_sums + r * 4 + (span == Span::kFirstHalf ? 0 : 2);
    const simd::Ints zero(zero_point * (lanes[0] + lanes[1]));  // lane sums are negated
    for (int v = 0; v < kTileVectors; ++v) {
      to.sums[r][v] = to.sums[r][v] + sums.total(r, v) + zero;
    }
  }
}

[[maybe_unused, gnu::noinline]] void multiply_spare(const UnpackedBlock<int8_t>* blocks,
                                                    int32_t n_blocks, Rows rows, const Output& out,
                                                    int32_t n_rows, bool first,
                                                    const QuantLayout& layout) {
  constexpr int kRows = kRowsAtOnce;
  const auto add_block = [&](const int8_t* quants, const Rows& at, const auto& of,
                             Floats(&acc)[kRows][kTileVectors]) {
    SpareSums sums;
    const auto clear = [&] {
      for (auto& of_row : sums.sums) {
        for (simd::Ints& vector : of_row) vector = simd::Ints(0);
      }
    };
    clear();
    add_spare<Span::kFirstHalf>(quants, at.dot, layout.zero_point, sums);
    const bool halves = layout.n_scales == 2;
    if (halves) {
      accumulate<kRows, kTileVectors>(sums, of, 0, 0, at.scale, acc);
      clear();
    }
    add_spare<Span::kSecondHalf>(quants, at.dot, layout.zero_point, sums);
    accumulate<kRows, kTileVectors>(sums, of, halves ? 1 : 0, 0, at.scale, acc);
    if (layout.has_minimum) add_minima<kRows>(of, at.scaled_sum, acc);
  };
  over_blocks(blocks, n_blocks, rows, out, n_rows, first, add_block);
}

// Below 8 bits, where an instruction adds four products: one loop for all types, since their zero
// points, halves and minima cost next to nothing there if they are known only now.
[[maybe_unused, gnu::noinline]] void multiply_low_bits(const UnpackedBlock<int8_t>* blocks,
                                                       int32_t n_blocks, Rows rows,
                                                       const Output& out, int32_t n_rows,
                                                       bool first, const QuantLayout& layout) {
  constexpr int kRows = kRowsAtOnce;
  const auto add_block = [&](const int8_t* quants, const Rows& at, const auto& of,
                             Floats(&acc)[kRows][kTileVectors]) {
    const auto add_span = [&]<Span span>(std::integral_constant<Span, span>, int begin, int end,
                                         int index) {
      LowBitSums4<span, kRows, kTileVectors> sums(at.dot, layout.zero_point);
      each_byte_group<kTileVectors>(quants, begin, end,
                                    [&](int group, const auto& w) { sums.add(group, w); });
      accumulate<kRows, kTileVectors>(sums, of, index, 0, at.scale, acc);
    };
    if (layout.n_scales == 2) {
      add_span(std::integral_constant<Span, Span::kFirstHalf>(), 0, kQuantGroups / 2, 0);
      add_span(std::integral_constant<Span, Span::kSecondHalf>(), kQuantGroups / 2, kQuantGroups,
               1);
    } else {
      add_span(std::integral_constant<Span, Span::kBlock>(), 0, kQuantGroups, 0);
    }
    if (layout.has_minimum) add_minima<kRows>(of, at.scaled_sum, acc);
  };
  over_blocks(blocks, n_blocks, rows, out, n_rows, first, add_block);
}

// Eight-bit quants as bytes cost more instructions than widened ones on an engine that saturates.
template <IntDot back_end, int kBits>
using UnpackedQuant = std::conditional_t<(back_end == IntDot::kStrict && !kStrictIsSpare) ||
                                             (back_end == IntDot::kSaturating && kBits == 8),
                                         int16_t, int8_t>;

// Unpacks blocks [first, first + n) of a tile. A function for each type, so that the loops over the
// rows need not be written out for each.
template <class Quant>
using Unpack = void (*)(const TiledMatrix& w, int32_t tile, int32_t first, int32_t n,
                        UnpackedBlock<Quant>* to);

template <WeightType type, class Quant>
[[gnu::noinline]] void unpack_blocks(const TiledMatrix& w, int32_t tile, int32_t first, int32_t n,
                                     UnpackedBlock<Quant>* to) {
  const Unpacker<type> unpack;
  const std::byte* block = block_at<type>(w, tile, first);
  fetch_lines(block, as_size(n * quant_layout(type).block_bytes()));
  for (int32_t b = 0; b < n; ++b, block += quant_layout(type).block_bytes()) unpack(block, to[b]);
}

template <class Quant>
[[gnu::noinline]] void unpack_split_blocks(const TiledMatrix& w, int32_t tile, int32_t first,
                                           int32_t n, UnpackedBlock<Quant>* to) {
  const Unpacker<WeightType::kQ4_0> unpack;
  const std::byte* upper = block_at<WeightType::kQ4_0>(w, tile, first);
  const auto* lower =
      reinterpret_cast<const int8_t*>(w.data + lower_offset(w, tile)) + first * kLowerBlockBytes;
  fetch_lines(upper, as_size(n * quant_layout(WeightType::kQ4_0).block_bytes()));
  fetch_lines(lower, as_size(n * kLowerBlockBytes));
  for (int32_t b = 0; b < n; ++b) {
    unpack.split(upper, lower, to[b]);
    upper += quant_layout(WeightType::kQ4_0).block_bytes();
    lower += kLowerBlockBytes;
  }
}

// One of the loops over unpacked blocks.
template <class Quant>
using Multiply = void (*)(const UnpackedBlock<Quant>* blocks, int32_t n_blocks, Rows rows,
                          const Output& out, int32_t n_rows, bool first, const QuantLayout& layout);

template <IntDot back_end, WeightType type>
constexpr auto multiply_of() {
  constexpr QuantLayout kLayout = quant_layout(type);
  if constexpr (back_end == IntDot::kStrict && kStrictIsSpare) {
    return multiply_spare;
  } else if constexpr (kLayout.bits < 8 &&
                       (back_end == IntDot::kSigned || back_end == IntDot::kUnsigned)) {
    return multiply_low_bits;
  } else {
    return multiply_unpacked<back_end, kLayout.bits, kLayout.zero_point, kLayout.has_minimum,
                             UnpackedQuant<back_end, kLayout.bits>>;
  }
}

template <class Quant>
[[gnu::noinline]] void run_many(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows,
                                float* out, int32_t out_stride, TileRange tiles,
                                const QuantLayout& layout, Unpack<Quant> unpack,
                                Multiply<Quant> multiply) {
  const int32_t n_blocks = w.n_cols / kQuantBlock;
  UnpackedBlock<Quant> blocks[kBlocksAtOnce];
  for (int32_t t = tiles.begin; t < tiles.end; ++t) {
    const int32_t first_output = t * kQuantTileRows;
    for (int32_t begin = 0; begin < n_blocks; begin += kBlocksAtOnce) {
      const int32_t n = std::min(kBlocksAtOnce, n_blocks - begin);
      unpack(w, t, begin, n, blocks);
      for (int32_t r = 0; r < n_rows; r += kRowsAtOnce) {
        const Output to{out + static_cast<int64_t>(r) * out_stride + first_output, out_stride,
                        w.n_rows - first_output};
        multiply(blocks, n, Rows(in, r, begin), to, n_rows - r, begin == 0, layout);
      }
    }
  }
}

template <IntDot back_end, WeightType type>
void run_one(const TiledMatrix& w, const QuantizedRows& in, float* out, TileRange tiles) {
  const PlaneProduct<back_end, type, 1> multiply(in, w.n_cols);
  for (int32_t t = tiles.begin; t < tiles.end; ++t) {
    const int32_t first_output = t * kQuantTileRows;
    const std::byte* tile = block_at<type>(w, t, 0);
    fetch_lines(tile, tile_bytes(type, w.n_cols));
    multiply(tile, Output{out + first_output, 0, w.n_rows - first_output});
  }
}

template <IntDot back_end>
void run_one_split(const TiledMatrix& w, const QuantizedRows& in, float* out, TileRange tiles) {
  const SplitProduct<back_end> multiply(in, w.n_cols);
  for (int32_t t = tiles.begin; t < tiles.end; ++t) {
    const int32_t first_output = t * kQuantTileRows;
    const std::byte* upper = block_at<WeightType::kQ4_0>(w, t, 0);
    const std::byte* lower = w.data + lower_offset(w, t);
    fetch_lines(upper, tile_bytes(WeightType::kQ4_0, w.n_cols));
    fetch_lines(lower, as_size(w.n_cols / kQuantBlock * kLowerBlockBytes));
    multiply(upper, lower, Output{out + first_output, 0, w.n_rows - first_output});
  }
}

constexpr bool has_single_row_loop(IntDot back_end) {
  return back_end != IntDot::kStrict || !kStrictIsSpare;
}

template <IntDot back_end, WeightType type>
void run(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows, float* out,
         int32_t out_stride, TileRange tiles) {
  constexpr QuantLayout kLayout = quant_layout(type);
  constexpr IntDot kWay = dot_way(back_end, kLayout.bits);
  if constexpr (has_single_row_loop(kWay)) {
    if (n_rows == 1) return run_one<kWay, type>(w, in, out, tiles);
  }
  using Quant = UnpackedQuant<back_end, kLayout.bits>;
  run_many<Quant>(w, in, n_rows, out, out_stride, tiles, kLayout, unpack_blocks<type, Quant>,
                  multiply_of<back_end, type>());
}

template <IntDot back_end>
void run_split(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows, float* out,
               int32_t out_stride, TileRange tiles) {
  constexpr IntDot kHalfWay = dot_way(back_end, 4);
  if constexpr (has_single_row_loop(kHalfWay)) {
    if (n_rows == 1) return run_one_split<kHalfWay>(w, in, out, tiles);
  }
  using Quant = UnpackedQuant<back_end, 8>;
  run_many<Quant>(w, in, n_rows, out, out_stride, tiles, quant_layout(WeightType::kQ8_0),
                  unpack_split_blocks<Quant>, multiply_of<back_end, WeightType::kQ8_0>());
}

template <IntDot back_end>
void run(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows, float* out,
         int32_t out_stride, TileRange tiles) {
  if (w.split) return run_split<back_end>(w, in, n_rows, out, out_stride, tiles);
  switch (w.type) {
    case WeightType::kQ4_0:
      return run<back_end, WeightType::kQ4_0>(w, in, n_rows, out, out_stride, tiles);
    case WeightType::kQ4_1:
      return run<back_end, WeightType::kQ4_1>(w, in, n_rows, out, out_stride, tiles);
    case WeightType::kQ5_0:
      return run<back_end, WeightType::kQ5_0>(w, in, n_rows, out, out_stride, tiles);
    case WeightType::kQ5_1:
      return run<back_end, WeightType::kQ5_1>(w, in, n_rows, out, out_stride, tiles);
    case WeightType::kQ8_0:
      return run<back_end, WeightType::kQ8_0>(w, in, n_rows, out, out_stride, tiles);
    case WeightType::kQ4_K:
      return run<back_end, WeightType::kQ4_K>(w, in, n_rows, out, out_stride, tiles);
    case WeightType::kQ5_K:
      return run<back_end, WeightType::kQ5_K>(w, in, n_rows, out, out_stride, tiles);
    case WeightType::kQ6_K:
      return run<back_end, WeightType::kQ6_K>(w, in, n_rows, out, out_stride, tiles);
    case WeightType::kF32:
    case WeightType::kF16:
    case WeightType::kBF16:
      break;
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
