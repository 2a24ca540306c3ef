// Exact dot products of one vector of outputs with R rows over one block of 32 inputs: the integer
// heart of matmul_q8, in the four ways of IntDot. All give the same integers.
#pragma once

#include <cstdint>

#include "kernels/int_dot.hpp"
#include "kernels/tiled_matrix.hpp"
#include "simd/int8_dot.hpp"

namespace onehead::detail {

// One block of the input rows, which lie 32 elements apart.
struct Q8Input {
  const int8_t* q;
  const int16_t* wide;
  const int32_t* sum;  // one a row
};

inline constexpr int kQ8Groups = kQ8Block / 4;
inline constexpr int kQ8GroupBytes = 4 * kQ8TileRows;  // from one group of 4 inputs to the next

// w: V vectors of outputs beside each other, group after group; out[r][v] is exact.
//
// The loops over the groups stay loops: unrolled, LLVM's wasm back end sinks each chain of sums to
// its end and hoists all loads, and more values are alive than an engine has registers.
template <IntDot>
struct Q8Dot;

template <int R, int V>
using Q8Sums = simd::Ints[R][V];

inline constexpr int kQ8VectorBytes = 4 * simd::kVectorOutputs;

template <>
struct Q8Dot<IntDot::kStrict> {
  template <int R, int V>
  static void run(const int8_t* w, const Q8Input& x, Q8Sums<R, V>& out) {
    simd::Ints low[R][V], high[R][V];
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) low[r][v] = high[r][v] = simd::Ints(0);
    }
#pragma GCC unroll 1
    for (int group = 0; group < kQ8Groups; ++group) {
      simd::ShortPair weights[V];
      for (int v = 0; v < V; ++v) {
        weights[v] = simd::widen(simd::load_bytes(w + group * kQ8GroupBytes + v * kQ8VectorBytes));
      }
      for (int r = 0; r < R; ++r) {
        const simd::Shorts input = simd::splat_4(x.wide + r * kQ8Block + group * 4);
        for (int v = 0; v < V; ++v) {
          low[r][v] = low[r][v] + simd::dot_pairs(weights[v].low, input);
          high[r][v] = high[r][v] + simd::dot_pairs(weights[v].high, input);
        }
      }
    }
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) out[r][v] = simd::add_neighbours(low[r][v], high[r][v]);
    }
  }
};

template <>
struct Q8Dot<IntDot::kSigned> {
  template <int R, int V>
  static void run(const int8_t* w, const Q8Input& x, Q8Sums<R, V>& out) {
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) out[r][v] = simd::Ints(0);
    }
#pragma GCC unroll 1
    for (int group = 0; group < kQ8Groups; ++group) {
      simd::Bytes weights[V];
      for (int v = 0; v < V; ++v) {
        weights[v] = simd::load_bytes(w + group * kQ8GroupBytes + v * kQ8VectorBytes);
      }
      for (int r = 0; r < R; ++r) {
        const simd::Bytes input = simd::splat_4(x.q + r * kQ8Block + group * 4);
        for (int v = 0; v < V; ++v) {
          out[r][v] = simd::dot_4<simd::Int8Kind::kSigned>(input, weights[v], out[r][v]);
        }
      }
    }
  }
};

// Weights plus 128 as unsigned bytes; 128 times the sum of the inputs is taken off beforehand.
template <>
struct Q8Dot<IntDot::kUnsigned> {
  template <int R, int V>
  static void run(const int8_t* w, const Q8Input& x, Q8Sums<R, V>& out) {
    const simd::Bytes bias(static_cast<int8_t>(-128));
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) out[r][v] = simd::Ints(-128 * x.sum[r]);
    }
#pragma GCC unroll 1
    for (int group = 0; group < kQ8Groups; ++group) {
      simd::Bytes weights[V];
      for (int v = 0; v < V; ++v) {
        weights[v] = simd::load_bytes(w + group * kQ8GroupBytes + v * kQ8VectorBytes) ^ bias;
      }
      for (int r = 0; r < R; ++r) {
        const simd::Bytes input = simd::splat_4(x.q + r * kQ8Block + group * 4);
        for (int v = 0; v < V; ++v) {
          out[r][v] = simd::dot_4<simd::Int8Kind::kUnsigned>(input, weights[v], out[r][v]);
        }
      }
    }
  }
};

// Weights plus 128 = 16 * high + low, both 0..15: eight sums of two products with such a plane stay
// within 8 * 2 * 15 * 127 = 30480, so nothing saturates and 16 bits hold the sum of a block.
template <>
struct Q8Dot<IntDot::kSaturating> {
  template <int R, int V>
  static void run(const int8_t* w, const Q8Input& x, Q8Sums<R, V>& out) {
    constexpr auto kKind = simd::Int8Kind::kSaturating;
    const simd::Bytes nibble(static_cast<int8_t>(15));
    const simd::Bytes bias(static_cast<int8_t>(-128));
    simd::Shorts low[R][V], high[R][V];
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) low[r][v] = high[r][v] = simd::Shorts(static_cast<int16_t>(0));
    }
#pragma GCC unroll 1
    for (int group = 0; group < kQ8Groups; ++group) {
      simd::Bytes low_plane[V], high_plane[V];
      for (int v = 0; v < V; ++v) {
        const simd::Bytes weights =
            simd::load_bytes(w + group * kQ8GroupBytes + v * kQ8VectorBytes) ^ bias;
        low_plane[v] = weights & nibble;
        high_plane[v] = simd::shift_right_4_in_shorts(weights) & nibble;
      }
      for (int r = 0; r < R; ++r) {
        const simd::Bytes input = simd::splat_4(x.q + r * kQ8Block + group * 4);
        for (int v = 0; v < V; ++v) {
          low[r][v] = low[r][v] + simd::dot_2_i16<kKind>(input, low_plane[v]);
          high[r][v] = high[r][v] + simd::dot_2_i16<kKind>(input, high_plane[v]);
        }
      }
    }
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) {
        const simd::Ints high_sum = simd::add_pairs(high[r][v]);
        out[r][v] = ((high_sum << 4) + simd::add_pairs(low[r][v])) - simd::Ints(128 * x.sum[r]);
      }
    }
  }
};

}  // namespace onehead::detail
