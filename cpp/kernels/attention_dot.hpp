// Exact dot products of query rows with int8 vectors of keys or values, in the ways of IntDot. All
// give the same integers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/int_dot.hpp"
#include "simd/int8_dot.hpp"

namespace onehead::detail {

// What a row multiplies with, in groups of 4: its query, or its weights.
struct RowOperand {
  const int16_t* integers;
  const int8_t* high;  // the same as 128 * high + low, low 0..127
  const int8_t* low;
  int32_t high_sum;  // of a query's; its high parts are signed, those of weights 0..127
};

template <int R, int V>
using RowSums = simd::Ints[R][V];

// Bytes of 8 outputs (positions of K, dimensions of V) in a group of 4 inputs.
inline constexpr int kOutputs = 8;
inline constexpr int kGroupBytes = 4 * kOutputs;
inline constexpr int kVectorBytes = 4 * simd::kVectorOutputs;

// data[v]: vector v of the first group; the next one lies `stride` bytes on.
//
// The loop over the groups stays a loop: unrolled, LLVM's wasm back end hoists all loads and more
// values are alive than an engine has registers.
template <int R, int V>
[[gnu::noinline]] void dot_strict(const int8_t* const (&data)[V], ptrdiff_t stride,
                                  int32_t n_groups, const RowOperand (&rows)[R],
                                  RowSums<R, V>& out) {
  simd::Ints low[R][V], high[R][V];
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) low[r][v] = high[r][v] = simd::Ints(0);
  }
#pragma GCC unroll 1
  for (int32_t group = 0; group < n_groups; ++group) {
    simd::ShortPair vectors[V];
    for (int v = 0; v < V; ++v) {
      vectors[v] = simd::widen(simd::load_bytes(data[v] + group * stride));
    }
    for (int r = 0; r < R; ++r) {
      const simd::Shorts input = simd::splat_4(rows[r].integers + group * 4);
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

// out = out + the dots of the vectors with 7-bit parts of the rows, a second operand that every
// engine takes alike.
template <IntDot back_end, int R, int V>
[[gnu::noinline]] void add_dots(const int8_t* const (&data)[V], ptrdiff_t stride, int32_t n_groups,
                                const int8_t* const (&parts)[R], RowSums<R, V>& out) {
#pragma GCC unroll 1
  for (int32_t group = 0; group < n_groups; ++group) {
    simd::Bytes vectors[V];
    for (int v = 0; v < V; ++v) vectors[v] = simd::load_bytes(data[v] + group * stride);
    for (int r = 0; r < R; ++r) {
      const simd::Bytes input = simd::splat_4(parts[r] + group * 4);
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
                                   int32_t n_groups, const RowOperand (&rows)[R],
                                   RowSums<R, V>& out) {
  constexpr bool kBiased = back_end == IntDot::kUnsigned;
  const simd::Bytes bias(static_cast<int8_t>(kBiased ? -128 : 0));
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) out[r][v] = simd::Ints(kBiased ? -128 * rows[r].high_sum : 0);
  }
#pragma GCC unroll 1
  for (int32_t group = 0; group < n_groups; ++group) {
    simd::Bytes vectors[V];
    for (int v = 0; v < V; ++v) vectors[v] = simd::load_bytes(data[v] + group * stride) ^ bias;
    for (int r = 0; r < R; ++r) {
      const simd::Bytes input = simd::splat_4(rows[r].high + group * 4);
      for (int v = 0; v < V; ++v) {
        out[r][v] = simd::dot_4<kDotKind<back_end>>(input, vectors[v], out[r][v]);
      }
    }
  }
}

// kSigned: the rows are queries, not weights.
template <IntDot back_end, bool kSigned, int R, int V>
void dot_rows(const int8_t* const (&data)[V], ptrdiff_t stride, int32_t n_groups,
              const RowOperand (&rows)[R], RowSums<R, V>& out) {
  if constexpr (!kHasByteDot<back_end>) {
    dot_strict<R, V>(data, stride, n_groups, rows, out);
  } else {
    const int8_t* high[R];
    const int8_t* low[R];
    for (int r = 0; r < R; ++r) {
      high[r] = rows[r].high;
      low[r] = rows[r].low;
      for (int v = 0; v < V; ++v) out[r][v] = simd::Ints(0);
    }
    if constexpr (kSigned) {
      signed_dots<back_end, R, V>(data, stride, n_groups, rows, out);
    } else {
      add_dots<back_end, R, V>(data, stride, n_groups, high, out);
    }
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) out[r][v] = out[r][v] << 7;
    }
    add_dots<back_end, R, V>(data, stride, n_groups, low, out);
  }
}

}  // namespace onehead::detail
