// 16-bit floats to batches of f32.
#pragma once

#include "base/half.hpp"
#include "simd/f32.hpp"

namespace onehead::simd {

// kLanes 16-bit integers, sign extended.
inline I32 load_i16(const uint16_t* from) {
#if defined(__wasm_simd128__)
  return I32(wasm_i32x4_load16x4(from));
#elif defined(__AVX512F__)
  return I32(_mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))));
#elif defined(__AVX2__)
  return I32(_mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
#elif defined(__SSE2__)
  const __m128i half = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
  return I32(_mm_srai_epi32(_mm_unpacklo_epi16(half, half), 16));
#elif defined(__ARM_NEON)
  return I32(vmovl_s16(vreinterpret_s16_u16(vld1_u16(from))));
#else
  alignas(I32) int32_t wide[kLanes];
  for (int i = 0; i < kLanes; ++i) wide[i] = static_cast<int16_t>(from[i]);
  return I32::load_aligned(wide);
#endif
}

inline F32 load_bf16(const uint16_t* from) {
  return xsimd::bitwise_cast<float>(load_i16(from) << 16);
}

namespace detail {
inline constexpr float kF16Factors[] = {0x1p127f, 0x1p97f, 0x1p-112f};
inline constexpr int32_t kF16Mask[] = {static_cast<int32_t>(0x8fffffffu)};
}  // namespace detail

// f16 loads with their constants at hand (see Exp): exact for finite values, subnormals too;
// infinities and NaN stay non-finite. A half's bits, moved to where f32 has exponent and mantissa,
// are its value times 2^-112. On the way back an exponent of 31 overflows.
class F16Loader {
 public:
  F16Loader() : mask_(opaque(detail::kF16Mask)[0]) {
    const float* factors = opaque(detail::kF16Factors);
    for (int i = 0; i < 3; ++i) factors_[i] = F32(factors[i]);
  }

  F32 operator()(const uint16_t* from) const {
    const I32 bits = (load_i16(from) << 13) & mask_;  // the sign moved along
    const F32 tiny = xsimd::bitwise_cast<float>(bits);
    return ((tiny * factors_[0]) * factors_[1]) * factors_[2];
  }

 private:
  I32 mask_;
  F32 factors_[3];
};

}  // namespace onehead::simd
