// 16-bit floats to batches of f32.
#pragma once

#include "base/half.hpp"
#include "simd/f32.hpp"

namespace onehead::simd {

// kLanes 16-bit integers, zero extended.
inline U32 load_u16(const uint16_t* from) {
#if defined(__wasm_simd128__)
  return U32(wasm_u32x4_load16x4(from));
#elif defined(__AVX512F__)
  return U32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))));
#elif defined(__AVX2__)
  return U32(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
#elif defined(__SSE2__)
  return U32(_mm_unpacklo_epi16(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)),
                                _mm_setzero_si128()));
#elif defined(__ARM_NEON)
  return U32(vmovl_u16(vld1_u16(from)));
#else
  alignas(U32) uint32_t wide[kLanes];
  for (int i = 0; i < kLanes; ++i) wide[i] = from[i];
  return U32::load_aligned(wide);
#endif
}

inline F32 load_bf16(const uint16_t* from) {
  return xsimd::bitwise_cast<float>(load_u16(from) << 16);
}

// Exact for finite values; infinities and NaN stay non-finite. The half's bits, moved to where f32 has
// exponent and mantissa, are its value times 2^-112. On the way back an exponent of 31 overflows.
inline F32 load_f16(const uint16_t* from) {
  const I32 high = xsimd::bitwise_cast<int32_t>(load_u16(from) << 16);
  const I32 bits = (high >> 3) & I32(static_cast<int32_t>(0x8fffffffu));  // the sign moved along
  const F32 tiny = xsimd::bitwise_cast<float>(bits);
  return ((tiny * F32(0x1p127f)) * F32(0x1p97f)) * F32(0x1p-112f);
}

}  // namespace onehead::simd
