// Non-negative 32-bit integers to 16 bits, and to bytes of 7 bits.
#pragma once

#include <cstdint>

#include "simd/f32.hpp"

namespace onehead::simd {

// 16 integers 0..16383, each also as 128 * high + low; all on 16-byte boundaries.
inline void narrow_16(const int32_t* from, int16_t* shorts, int8_t* high, int8_t* low) {
#if defined(__wasm_simd128__)
  const auto* in = reinterpret_cast<const v128_t*>(from);
  auto* out = reinterpret_cast<v128_t*>(shorts);
  out[0] = wasm_i16x8_narrow_i32x4(in[0], in[1]);
  out[1] = wasm_i16x8_narrow_i32x4(in[2], in[3]);
  const v128_t seven_bits = wasm_i16x8_splat(127);
  *reinterpret_cast<v128_t*>(high) =
      wasm_i8x16_narrow_i16x8(wasm_u16x8_shr(out[0], 7), wasm_u16x8_shr(out[1], 7));
  *reinterpret_cast<v128_t*>(low) =
      wasm_i8x16_narrow_i16x8(wasm_v128_and(out[0], seven_bits), wasm_v128_and(out[1], seven_bits));
#elif defined(__SSE2__)
  const auto* in = reinterpret_cast<const __m128i*>(from);
  auto* out = reinterpret_cast<__m128i*>(shorts);
  out[0] = _mm_packs_epi32(in[0], in[1]);
  out[1] = _mm_packs_epi32(in[2], in[3]);
  const __m128i seven_bits = _mm_set1_epi16(127);
  *reinterpret_cast<__m128i*>(high) =
      _mm_packs_epi16(_mm_srli_epi16(out[0], 7), _mm_srli_epi16(out[1], 7));
  *reinterpret_cast<__m128i*>(low) =
      _mm_packs_epi16(_mm_and_si128(out[0], seven_bits), _mm_and_si128(out[1], seven_bits));
#else
  for (int i = 0; i < 16; ++i) {
    shorts[i] = static_cast<int16_t>(from[i]);
    high[i] = static_cast<int8_t>(from[i] >> 7);
    low[i] = static_cast<int8_t>(from[i] & 127);
  }
#endif
}

}  // namespace onehead::simd
