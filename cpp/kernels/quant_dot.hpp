// Exact dot products of a tile's quants with R rows over some groups of a block: the integer heart
// of matmul_quantized, in the ways of IntDot. All give the same integers.
//
// Quants of 4, 5 and 6 bits are 0..63 and so a second operand that every 8-bit dot instruction
// understands alike. Eight-bit quants are not; each way deals with them in its own manner.
#pragma once

#include <cstdint>

#include "kernels/int_dot.hpp"
#include "kernels/tiled_matrix.hpp"
#include "simd/int8_dot.hpp"

namespace onehead::detail {

inline constexpr int kQuantVectorBytes = kQuantGroup * simd::kVectorOutputs;

// One block of the input rows (quantize.hpp), from some group on; rows lie beside each other.
struct DotInput {
  const int8_t* q;
  const int16_t* wide;
  const int8_t* magnitude;
  const int8_t* sign;
  const int16_t* lane_sums;
  const int32_t* sum;
  const int32_t* negative;

  // Of the 16-bit lanes of row r over the groups of `halves` halves from this one on: minus the sum
  // of the inputs, in both lanes of every output.
  simd::Shorts minus_lane_sums(int r, int halves) const {
    const simd::Shorts first = simd::splat_2(lane_sums + r * 4);
    return halves == 1 ? first : first + simd::splat_2(lane_sums + r * 4 + 2);
  }
  int32_t half_sum(int r, int halves) const {
    return halves == 2 ? sum[r] : -(lane_sums[r * 4] + lane_sums[r * 4 + 1]);
  }
};

template <int R, int V>
using DotSums = simd::Ints[R][V];

// w: V vectors of outputs beside each other, group after group, of kHalves halves of a block.
// out[r][v] = sum of (quant - zero_point) * input, exact. zero_point is 0 for kBits == 8, else 0 or
// 2^(kBits - 1).
//
// The loops over the groups stay loops: unrolled, LLVM's wasm back end sinks each chain of sums to
// its end and hoists all loads, and more values are alive than an engine has registers.
template <IntDot>
struct QuantDot;

template <>
struct QuantDot<IntDot::kStrict> {
  template <int kBits, int kHalves, int R, int V>
  static void run(const int8_t* w, const DotInput& x, int32_t zero_point, DotSums<R, V>& out) {
    simd::Ints low[R][V], high[R][V];
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) low[r][v] = high[r][v] = simd::Ints(0);
    }
#pragma GCC unroll 1
    for (int group = 0; group < kHalves * kQuantGroups / 2; ++group) {
      simd::ShortPair weights[V];
      for (int v = 0; v < V; ++v) {
        weights[v] =
            simd::widen(simd::load_bytes(w + group * kQuantGroupBytes + v * kQuantVectorBytes));
      }
      for (int r = 0; r < R; ++r) {
        const simd::Shorts input = simd::splat_4(x.wide + r * kQuantBlock + group * kQuantGroup);
        for (int v = 0; v < V; ++v) {
          low[r][v] = low[r][v] + simd::dot_pairs(weights[v].low, input);
          high[r][v] = high[r][v] + simd::dot_pairs(weights[v].high, input);
        }
      }
    }
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) {
        out[r][v] = simd::add_neighbours(low[r][v], high[r][v]);
        if constexpr (kBits < 8) {
          out[r][v] = out[r][v] - simd::Ints(zero_point * x.half_sum(r, kHalves));
        }
      }
    }
  }
};

// Sums of four products in one instruction.
template <simd::Int8Kind kind>
struct QuantDot4 {
  template <int kBits, int kHalves, int R, int V>
  static void run(const int8_t* w, const DotInput& x, int32_t zero_point, DotSums<R, V>& out) {
    // An unsigned second operand takes eight-bit quants plus 128; 128 times the sum of the inputs
    // is taken off beforehand.
    constexpr bool kBiased = kBits == 8 && kind == simd::Int8Kind::kUnsigned;
    const simd::Bytes bias(static_cast<int8_t>(-128));
    for (int r = 0; r < R; ++r) {
      const int32_t start =
          kBits == 8 ? (kBiased ? -128 * x.sum[r] : 0) : -zero_point * x.half_sum(r, kHalves);
      for (int v = 0; v < V; ++v) out[r][v] = simd::Ints(start);
    }
#pragma GCC unroll 1
    for (int group = 0; group < kHalves * kQuantGroups / 2; ++group) {
      simd::Bytes weights[V];
      for (int v = 0; v < V; ++v) {
        weights[v] = simd::load_bytes(w + group * kQuantGroupBytes + v * kQuantVectorBytes);
        if constexpr (kBiased) weights[v] = weights[v] ^ bias;
      }
      for (int r = 0; r < R; ++r) {
        const simd::Bytes input = simd::splat_4(x.q + r * kQuantBlock + group * kQuantGroup);
        for (int v = 0; v < V; ++v) {
          out[r][v] = simd::dot_4<kind>(input, weights[v], out[r][v]);
        }
      }
    }
  }
};

template <>
struct QuantDot<IntDot::kSigned> : QuantDot4<simd::Int8Kind::kSigned> {};
template <>
struct QuantDot<IntDot::kUnsigned> : QuantDot4<simd::Int8Kind::kUnsigned> {};

// Sums of two products in 16 bits.
template <>
struct QuantDot<IntDot::kSaturating> {
  static constexpr auto kKind = simd::Int8Kind::kSaturating;

  // With c = 2^(kBits - 1), sum (q - c) * x lies within c * 127 * (inputs of a lane): at most
  // 16 * 127 * 16 = 32 * 127 * 8 = 32512. So a lane that starts at -c * sum(x) ends with its exact
  // value, whatever wraps on the way, and is widened once.
  template <int kBits, int kHalves, int R, int V>
  static void run(const int8_t* w, const DotInput& x, int32_t zero_point, DotSums<R, V>& out) {
    if constexpr (kBits == 8) {
      run_eight_bits<R, V>(w, x, out);
      return;
    }
    static_assert(kBits == 8 || (1 << (kBits - 1)) * 127 * 8 * kHalves <= 32767);
    simd::Shorts sums[R][V];
    for (int r = 0; r < R; ++r) {
      const simd::Shorts start = x.minus_lane_sums(r, kHalves) << (kBits - 1);
      for (int v = 0; v < V; ++v) sums[r][v] = start;
    }
#pragma GCC unroll 1
    for (int group = 0; group < kHalves * kQuantGroups / 2; ++group) {
      simd::Bytes weights[V];
      for (int v = 0; v < V; ++v) {
        weights[v] = simd::load_bytes(w + group * kQuantGroupBytes + v * kQuantVectorBytes);
      }
      for (int r = 0; r < R; ++r) {
        const simd::Bytes input = simd::splat_4(x.q + r * kQuantBlock + group * kQuantGroup);
        for (int v = 0; v < V; ++v) {
          sums[r][v] = sums[r][v] + simd::dot_2_i16<kKind>(input, weights[v]);
        }
      }
    }
    for (int r = 0; r < R; ++r) {
      const int32_t centre = 1 << (kBits - 1);
      const int32_t rest = (centre - zero_point) * x.half_sum(r, kHalves);
      for (int v = 0; v < V; ++v) out[r][v] = simd::add_pairs(sums[r][v]) + simd::Ints(rest);
    }
  }

  // |x| is a second operand of 7 bits, so the weights can be the signed first one once the sign of
  // x has gone over to them: w ^ sign is w where x >= 0 and -w - 1 where it is negative, so the sum
  // falls short by |x| there, which is where the sums start. Two products are at most
  // 2 * 128 * 127 = 32512.
  template <int R, int V>
  static void run_eight_bits(const int8_t* w, const DotInput& x, DotSums<R, V>& out) {
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) out[r][v] = simd::Ints(x.negative[r]);
    }
#pragma GCC unroll 1
    for (int group = 0; group < kQuantGroups; ++group) {
      simd::Bytes weights[V];
      for (int v = 0; v < V; ++v) {
        weights[v] = simd::load_bytes(w + group * kQuantGroupBytes + v * kQuantVectorBytes);
      }
      for (int r = 0; r < R; ++r) {
        const int at = r * kQuantBlock + group * kQuantGroup;
        const simd::Bytes magnitude = simd::splat_4(x.magnitude + at);
        const simd::Bytes sign = simd::splat_4(x.sign + at);
        for (int v = 0; v < V; ++v) {
          out[r][v] =
              out[r][v] + simd::add_pairs(simd::dot_2_i16<kKind>(weights[v] ^ sign, magnitude));
        }
      }
    }
  }
};

}  // namespace onehead::detail
