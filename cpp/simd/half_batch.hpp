// 16-bit floats to batches of f32, exact for every value: subnormals survive without touching
// subnormal f32s (which some processors handle slowly), infinities stay infinite.
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

inline F32 load_f16(const uint16_t* from) {
  const U32 half = load_u16(from);
  const U32 magnitude = (half & U32(0x7fffu)) << 13;
  const U32 sign = (half & U32(0x8000u)) << 16;
  // Exponent bias 15 -> 127. Infinity's exponent 31 must become 255.
  const I32 signed_magnitude = xsimd::bitwise_cast<int32_t>(magnitude);
  const U32 rebias(112u << 23);
  U32 normal = magnitude + rebias;
  const auto infinite = signed_magnitude > I32((31 << 23) - 1);
  normal = normal + xsimd::bitwise_cast<uint32_t>(
                        xsimd::select(infinite, I32(112 << 23), I32(0)));
  // A subnormal m * 2^-24 is (2^-14 + m * 2^-24) - 2^-14, both ends normal f32.
  const F32 base = xsimd::bitwise_cast<float>(U32(113u << 23));
  const F32 subnormal =
      xsimd::bitwise_cast<float>(magnitude + U32(113u << 23)) - base;
  const auto is_subnormal = signed_magnitude < I32(1 << 23);
  const U32 bits = xsimd::bitwise_cast<uint32_t>(
      xsimd::select(xsimd::batch_bool_cast<float>(is_subnormal), subnormal,
                    xsimd::bitwise_cast<float>(normal)));
  return xsimd::bitwise_cast<float>(bits | sign);
}

}  // namespace onehead::simd
