// Exact dot products of one vector of outputs with R rows over one block of 32 inputs: the integer
// heart of matmul_q8, in the four ways of IntDot. All give the same integers.
#pragma once

#include <cstdint>

#include "kernels/int_dot.hpp"
#include "kernels/tiled_matrix.hpp"
#include "simd/int8_dot.hpp"

namespace onehead::detail {

// One block of an input row.
struct Q8Input {
  const int8_t* q;      // [32]
  const int16_t* wide;  // [32]
  int32_t sum;
};

inline constexpr int kQ8Groups = kQ8Block / 4;
inline constexpr int kQ8GroupBytes = 4 * kQ8TileRows;  // from one group of 4 inputs to the next

template <IntDot>
struct Q8Dot;

template <>
struct Q8Dot<IntDot::kStrict> {
  template <int R>
  static void run(const int8_t* w, const Q8Input (&x)[R], simd::Ints (&out)[R]) {
    simd::Ints low[R], high[R];
    for (int r = 0; r < R; ++r) low[r] = high[r] = simd::Ints(0);
#pragma GCC unroll 8
    for (int group = 0; group < kQ8Groups; ++group) {
      const simd::ShortPair weights = simd::widen(simd::load_bytes(w + group * kQ8GroupBytes));
      for (int r = 0; r < R; ++r) {
        const simd::Shorts input = simd::splat_4(x[r].wide + group * 4);
        low[r] = low[r] + simd::dot_pairs(weights.low, input);
        high[r] = high[r] + simd::dot_pairs(weights.high, input);
      }
    }
    for (int r = 0; r < R; ++r) out[r] = simd::add_neighbours(low[r], high[r]);
  }
};

template <>
struct Q8Dot<IntDot::kSigned> {
  template <int R>
  static void run(const int8_t* w, const Q8Input (&x)[R], simd::Ints (&out)[R]) {
    for (int r = 0; r < R; ++r) out[r] = simd::Ints(0);
#pragma GCC unroll 8
    for (int group = 0; group < kQ8Groups; ++group) {
      const simd::Bytes weights = simd::load_bytes(w + group * kQ8GroupBytes);
      for (int r = 0; r < R; ++r) {
        out[r] = simd::dot_4<simd::Int8Kind::kSigned>(simd::splat_4(x[r].q + group * 4), weights,
                                                      out[r]);
      }
    }
  }
};

// Weights plus 128 as unsigned bytes; 128 times the sum of the inputs is taken off beforehand.
template <>
struct Q8Dot<IntDot::kUnsigned> {
  template <int R>
  static void run(const int8_t* w, const Q8Input (&x)[R], simd::Ints (&out)[R]) {
    for (int r = 0; r < R; ++r) out[r] = simd::Ints(-128 * x[r].sum);
#pragma GCC unroll 8
    for (int group = 0; group < kQ8Groups; ++group) {
      const simd::Bytes weights =
          simd::load_bytes(w + group * kQ8GroupBytes) ^ simd::Bytes(static_cast<int8_t>(-128));
      for (int r = 0; r < R; ++r) {
        out[r] = simd::dot_4<simd::Int8Kind::kUnsigned>(simd::splat_4(x[r].q + group * 4), weights,
                                                        out[r]);
      }
    }
  }
};

// Weights plus 128 = 16 * high + low, both 0..15: eight sums of two products with such a plane stay
// within 8 * 2 * 15 * 127 = 30480, so nothing saturates and 16 bits hold the sum of a block.
template <>
struct Q8Dot<IntDot::kSaturating> {
  template <int R>
  static void run(const int8_t* w, const Q8Input (&x)[R], simd::Ints (&out)[R]) {
    constexpr auto kKind = simd::Int8Kind::kSaturating;
    const simd::Bytes nibble(static_cast<int8_t>(15));
    simd::Shorts low[R], high[R];
    for (int r = 0; r < R; ++r) low[r] = high[r] = simd::Shorts(static_cast<int16_t>(0));
#pragma GCC unroll 8
    for (int group = 0; group < kQ8Groups; ++group) {
      const simd::Bytes weights = simd::load_bytes(w + group * kQ8GroupBytes);
      const simd::Bytes low_plane = weights & nibble;
      // Adding 128 flips the top bit, which is bit 3 of the high plane. The shift runs in 16 bits.
      const simd::Shorts shifted = xsimd::bitwise_cast<int16_t>(weights) >> 4;
      const simd::Bytes high_plane = (xsimd::bitwise_cast<int8_t>(shifted) & nibble) ^
                                     simd::Bytes(static_cast<int8_t>(8));
      for (int r = 0; r < R; ++r) {
        const simd::Bytes input = simd::splat_4(x[r].q + group * 4);
        low[r] = low[r] + simd::dot_2_i16<kKind>(input, low_plane);
        high[r] = high[r] + simd::dot_2_i16<kKind>(input, high_plane);
      }
    }
    for (int r = 0; r < R; ++r) {
      const simd::Ints high_sum = simd::add_pairs(high[r]);
      out[r] = ((high_sum << 4) + simd::add_pairs(low[r])) - simd::Ints(128 * x[r].sum);
    }
  }
};

}  // namespace onehead::detail
