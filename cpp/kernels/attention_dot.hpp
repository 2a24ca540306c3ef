// Exact dot products of query rows with int8 vectors of keys or values, in the ways of IntDot. All
// give the same integers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/int_dot.hpp"
#include "simd/int8_dot.hpp"

namespace onehead::detail {

// Vectors of keys or values: tiles of 8 outputs (positions of K, dimensions of V) in groups of 4
// inputs, so a tile has 32 bytes in each group.
struct DotTiles {
  const int8_t* data;
  ptrdiff_t tile_bytes;   // from a tile to the next
  ptrdiff_t group_bytes;  // from a group to the next
  int32_t n_groups;
};

inline constexpr int kTileOutputs = 8;
static_assert(kTileOutputs == simd::kTileVectors * simd::kVectorOutputs);

// What R rows multiply with, their queries or their weights: [group][R rows][4].
struct RowOperands {
  const int16_t* integers;
  const int8_t* high;  // the same as 128 * high + low, low 0..127
  const int8_t* low;
  const int32_t* high_sums;  // [R], of queries'; their high parts are signed, those of weights not
};

// to [group][R rows][4], from [n_groups][4] of each row.
template <int R, class T>
void interleave(const T* const (&rows)[R], int32_t n_groups, T* to) {
  for (int32_t group = 0; group < n_groups; ++group) {
    for (int r = 0; r < R; ++r, to += 4) std::memcpy(to, rows[r] + group * 4, 4 * sizeof(T));
  }
}

template <int R, int V>
using RowSums = simd::Ints[R][V];

// data[v]: vector v of the first group; the next one lies `stride` bytes on.
//
// The loop over the groups stays a loop: unrolled, LLVM's wasm back end hoists all loads and more
// values are alive than an engine has registers.
template <int R, int V>
[[gnu::noinline]] void dot_strict(const int8_t* const (&data)[V], ptrdiff_t stride,
                                  int32_t n_groups, const int16_t* operands, RowSums<R, V>& out) {
  simd::Ints low[R][V], high[R][V];
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) low[r][v] = high[r][v] = simd::Ints(0);
  }
  const int16_t* const end = operands + n_groups * 4 * R;
  ptrdiff_t offset = 0;
#pragma GCC unroll 1
  for (; operands != end; operands += 4 * R, offset += stride) {
    simd::ShortPair vectors[V];
    for (int v = 0; v < V; ++v) vectors[v] = simd::load_widened(data[v] + offset);
    for (int r = 0; r < R; ++r) {
      const simd::Shorts input = simd::splat_4(operands + 4 * r);
      for (int v = 0; v < V; ++v) {
        low[r][v] = low[r][v] + simd::dot_pairs(vectors[v].low, input);
        high[r][v] = high[r][v] + simd::dot_pairs(vectors[v].high, input);
      }
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) out[r][v] = simd::add_neighbours(low[r][v], high[r][v]);
  }
}

template <IntDot back_end>
inline constexpr auto kDotKind =
    back_end == IntDot::kUnsigned ? simd::Int8Kind::kUnsigned : simd::Int8Kind::kSigned;

template <IntDot back_end>
inline constexpr bool kHasByteDot =  // of a saturating engine it takes five instructions: no gain
    back_end == IntDot::kSigned || back_end == IntDot::kUnsigned;

// Vectors that R rows take together: enough sums to hide the latency of a dot, few enough to stay
// in registers, of which the strict way needs two for each sum.
template <IntDot back_end>
constexpr int vectors_at_once(int n_rows) {
  constexpr int kMost = 2 * simd::kTileVectors;
  if (kHasByteDot<back_end>) return n_rows <= 2 ? kMost : 2;
  return n_rows == 1 ? kMost : (n_rows == 2 ? 2 : 1);
}

// out = out + the dots of the vectors with 7-bit parts of the rows, a second operand that every
// engine takes alike.
template <IntDot back_end, int R, int V>
[[gnu::noinline]] void add_dots(const int8_t* const (&data)[V], ptrdiff_t stride, int32_t n_groups,
                                const int8_t* parts, RowSums<R, V>& out) {
  const int8_t* const end = parts + n_groups * 4 * R;
  ptrdiff_t offset = 0;
#pragma GCC unroll 1
  for (; parts != end; parts += 4 * R, offset += stride) {
    simd::Bytes vectors[V];
    for (int v = 0; v < V; ++v) vectors[v] = simd::load_bytes(data[v] + offset);
    for (int r = 0; r < R; ++r) {
      const simd::Bytes input = simd::splat_4(parts + 4 * r);
      for (int v = 0; v < V; ++v) {
        out[r][v] = simd::dot_4<kDotKind<back_end>>(vectors[v], input, out[r][v]);
      }
    }
  }
}

// out = the dots with signed parts of the rows. The vectors are the second operand, which an engine
// that takes it as unsigned sees with 128 added; that is taken off beforehand.
template <IntDot back_end, int R, int V>
[[gnu::noinline]] void signed_dots(const int8_t* const (&data)[V], ptrdiff_t stride,
                                   int32_t n_groups, const int8_t* parts, const int32_t* sums,
                                   RowSums<R, V>& out) {
  constexpr bool kBiased = back_end == IntDot::kUnsigned;
  const simd::Bytes bias(static_cast<int8_t>(kBiased ? -128 : 0));
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) out[r][v] = simd::Ints(kBiased ? -128 * sums[r] : 0);
  }
  const int8_t* const end = parts + n_groups * 4 * R;
  ptrdiff_t offset = 0;
#pragma GCC unroll 1
  for (; parts != end; parts += 4 * R, offset += stride) {
    simd::Bytes vectors[V];
    for (int v = 0; v < V; ++v) vectors[v] = simd::load_bytes(data[v] + offset) ^ bias;
    for (int r = 0; r < R; ++r) {
      const simd::Bytes input = simd::splat_4(parts + 4 * r);
      for (int v = 0; v < V; ++v) {
        out[r][v] = simd::dot_4<kDotKind<back_end>>(input, vectors[v], out[r][v]);
      }
    }
  }
}

// kSigned: the rows are queries, not weights.
template <IntDot back_end, bool kSigned, int R, int V>
void dot_vectors(const int8_t* const (&data)[V], ptrdiff_t stride, int32_t n_groups,
                 const RowOperands& rows, RowSums<R, V>& out) {
  if constexpr (!kHasByteDot<back_end>) {
    dot_strict<R, V>(data, stride, n_groups, rows.integers, out);
  } else {
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) out[r][v] = simd::Ints(0);
    }
    if constexpr (kSigned) {
      signed_dots<back_end, R, V>(data, stride, n_groups, rows.high, rows.high_sums, out);
    } else {
      add_dots<back_end, R, V>(data, stride, n_groups, rows.high, out);
    }
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) out[r][v] = out[r][v] << 7;
    }
    add_dots<back_end, R, V>(data, stride, n_groups, rows.low, out);
  }
}

// Outputs [begin, end), whole tiles, in steps of V vectors as far as these go; returns where they
// end.
template <IntDot back_end, bool kSigned, int R, int V, int kSums>
int32_t dot_outputs(const DotTiles& tiles, int32_t begin, int32_t end, const RowOperands& rows,
                    int32_t (*sums)[kSums]) {
  constexpr int kStep = V * simd::kVectorOutputs;
  for (; begin + kStep <= end; begin += kStep) {
    const int8_t* data[V];
    for (int v = 0; v < V; ++v) {
      const int32_t output = begin + v * simd::kVectorOutputs;
      data[v] = tiles.data + output / kTileOutputs * tiles.tile_bytes + output % kTileOutputs * 4;
    }
    RowSums<R, V> out;
    dot_vectors<back_end, kSigned, R, V>(data, tiles.group_bytes, tiles.n_groups, rows, out);
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) {
        out[r][v].store_aligned(&sums[r][begin + v * simd::kVectorOutputs]);
      }
    }
  }
  return begin;
}

// Row r's dots with outputs [begin, end), whole tiles, to sums[r][begin…].
template <IntDot back_end, bool kSigned, int R, int kSums>
void dot_rows(const DotTiles& tiles, int32_t begin, int32_t end, const RowOperands& rows,
              int32_t (*sums)[kSums]) {
  constexpr int kVectors = vectors_at_once<back_end>(R);
  begin = dot_outputs<back_end, kSigned, R, kVectors>(tiles, begin, end, rows, sums);
  if constexpr (kVectors > simd::kTileVectors) {
    dot_outputs<back_end, kSigned, R, simd::kTileVectors>(tiles, begin, end, rows, sums);
  }
}

}  // namespace onehead::detail
