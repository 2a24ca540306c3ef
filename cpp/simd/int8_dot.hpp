// The 8-bit dot instructions that engines may have, behind one interface: relaxed SIMD's in wasm,
// and their meaning spelled out natively, so that every machine can test all of them.
//
//   dot_4:     lane i of the result = acc_i + sum over j < 4 of x[4i + j] * w[4i + j]
//   dot_2_i16: lane i of the result = x[2i] * w[2i] + x[2i + 1] * w[2i + 1], in 16 bits
//
// x is signed. Whether w is signed, and whether sums of two products saturate at 16 bits, depends
// on the engine where a w has bit 7 set; that is what Int8Kind says.
#pragma once

#include <algorithm>

#include "simd/int8.hpp"

namespace onehead::simd {

enum class Int8Kind { kSigned, kUnsigned, kSaturating };

// Four int8 repeated.
inline Bytes splat_4(const int8_t* from) {
  int32_t four;
  __builtin_memcpy(&four, from, sizeof four);
  return xsimd::bitwise_cast<int8_t>(Ints(four));
}

#if defined(__wasm_relaxed_simd__)

inline constexpr bool kHasInt8Dot = true;

template <Int8Kind>
Ints dot_4(Bytes x, Bytes w, Ints acc) {
  return Ints(wasm_i32x4_relaxed_dot_i8x16_i7x16_add(x, w, acc));
}
template <Int8Kind>
Shorts dot_2_i16(Bytes x, Bytes w) {
  return Shorts(wasm_i16x8_relaxed_dot_i8x16_i7x16(x, w));
}
// Sums of two neighbours.
inline Ints add_pairs(Shorts sums) { return Ints(wasm_i32x4_extadd_pairwise_i16x8(sums)); }

#else

// A simd128 build has only the strict product.
#if defined(__wasm_simd128__)
inline constexpr bool kHasInt8Dot = false;
#else
inline constexpr bool kHasInt8Dot = true;
#endif

namespace detail {

inline int32_t second_operand(Int8Kind kind, int8_t w) {
  return kind == Int8Kind::kSigned ? w : static_cast<uint8_t>(w);
}

// The i16 that an engine of this kind computes for two products.
inline int32_t pair_sum(Int8Kind kind, const int8_t* x, const int8_t* w) {
  const int32_t sum = x[0] * second_operand(kind, w[0]) + x[1] * second_operand(kind, w[1]);
  return kind == Int8Kind::kSaturating ? std::clamp(sum, -32768, 32767) : sum;
}

}  // namespace detail

template <Int8Kind kind>
Ints dot_4(Bytes x, Bytes w, Ints acc) {
  alignas(Bytes) int8_t xs[Bytes::size], ws[Bytes::size];
  alignas(Ints) int32_t sums[Ints::size];
  x.store_aligned(xs);
  w.store_aligned(ws);
  acc.store_aligned(sums);
  for (size_t i = 0; i < Ints::size; ++i) {
    sums[i] += detail::pair_sum(kind, xs + 4 * i, ws + 4 * i) +
               detail::pair_sum(kind, xs + 4 * i + 2, ws + 4 * i + 2);
  }
  return Ints::load_aligned(sums);
}

template <Int8Kind kind>
Shorts dot_2_i16(Bytes x, Bytes w) {
#if defined(__AVX2__)
  if constexpr (kind == Int8Kind::kSaturating) return Shorts(_mm256_maddubs_epi16(w, x));
#endif
  alignas(Bytes) int8_t xs[Bytes::size], ws[Bytes::size];
  alignas(Shorts) int16_t sums[Shorts::size];
  x.store_aligned(xs);
  w.store_aligned(ws);
  for (size_t i = 0; i < Shorts::size; ++i) {
    sums[i] = static_cast<int16_t>(detail::pair_sum(kind, xs + 2 * i, ws + 2 * i));
  }
  return Shorts::load_aligned(sums);
}

// Sums of two neighbours.
inline Ints add_pairs(Shorts sums) { return dot_pairs(sums, Shorts(static_cast<int16_t>(1))); }

#endif

}  // namespace onehead::simd
