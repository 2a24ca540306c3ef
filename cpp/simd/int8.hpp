// Integer batches of the int8 matrix product, and the operations on them that xsimd lacks.
//
// A tile has 8 outputs, so the product runs in vectors of 4 outputs x 4 inputs (16 bytes) or, where
// there are 256-bit registers, 8 x 4. A vector widened to 16 bits is two: its low and its high
// half.
#pragma once

#include "base/half.hpp"
#include "simd/f32.hpp"

namespace onehead::simd {

#if defined(__AVX2__)
using Int8Arch = xsimd::avx2;
#else
using Int8Arch = Arch;
#endif

using Bytes = xsimd::batch<int8_t, Int8Arch>;
using Shorts = xsimd::batch<int16_t, Int8Arch>;
using Ints = xsimd::batch<int32_t, Int8Arch>;
using Floats = xsimd::batch<float, Int8Arch>;

inline constexpr int kVectorOutputs = static_cast<int>(Ints::size);
inline constexpr int kTileVectors = 8 / kVectorOutputs;

struct ShortPair {
  Shorts low, high;
};

#if defined(__wasm_simd128__)

// Sign extends each half.
inline ShortPair widen(Bytes bytes) {
  return {Shorts(wasm_i16x8_extend_low_i8x16(bytes)), Shorts(wasm_i16x8_extend_high_i8x16(bytes))};
}
// Four int16 repeated.
inline Shorts splat_4(const int16_t* from) { return Shorts(wasm_v128_load64_splat(from)); }
// Sums of two neighbouring products.
inline Ints dot_pairs(Shorts a, Shorts b) { return Ints(wasm_i32x4_dot_i16x8(a, b)); }
// From sums of pairs to one sum per output: low has the first half of the outputs, high the second.
inline Ints add_neighbours(Ints low, Ints high) {
  return Ints(wasm_i32x4_add(wasm_i32x4_shuffle(low, high, 0, 2, 4, 6),
                             wasm_i32x4_shuffle(low, high, 1, 3, 5, 7)));
}

#elif defined(__AVX2__)

inline ShortPair widen(Bytes bytes) {
  return {Shorts(_mm256_cvtepi8_epi16(_mm256_castsi256_si128(bytes))),
          Shorts(_mm256_cvtepi8_epi16(_mm256_extracti128_si256(bytes, 1)))};
}
inline Shorts splat_4(const int16_t* from) {
  return Shorts(_mm256_broadcastq_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
}
inline Ints dot_pairs(Shorts a, Shorts b) { return Ints(_mm256_madd_epi16(a, b)); }
inline Ints add_neighbours(Ints low, Ints high) {
  // hadd works inside 128-bit halves; the permutation brings the outputs back in order.
  return Ints(_mm256_permute4x64_epi64(_mm256_hadd_epi32(low, high), 0xd8));
}

#elif defined(__SSE2__)

inline ShortPair widen(Bytes bytes) {
  return {Shorts(_mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8)),
          Shorts(_mm_srai_epi16(_mm_unpackhi_epi8(bytes, bytes), 8))};
}
inline Shorts splat_4(const int16_t* from) {
  const __m128i four = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
  return Shorts(_mm_unpacklo_epi64(four, four));
}
inline Ints dot_pairs(Shorts a, Shorts b) { return Ints(_mm_madd_epi16(a, b)); }
inline Ints add_neighbours(Ints low, Ints high) {
  const __m128 a = _mm_castsi128_ps(low);
  const __m128 b = _mm_castsi128_ps(high);
  return Ints(_mm_add_epi32(_mm_castps_si128(_mm_shuffle_ps(a, b, 0x88)),
                            _mm_castps_si128(_mm_shuffle_ps(a, b, 0xdd))));
}

#elif defined(__aarch64__)

inline ShortPair widen(Bytes bytes) {
  return {Shorts(vmovl_s8(vget_low_s8(bytes))), Shorts(vmovl_high_s8(bytes))};
}
inline Shorts splat_4(const int16_t* from) {
  const int16x4_t four = vld1_s16(from);
  return Shorts(vcombine_s16(four, four));
}
inline Ints dot_pairs(Shorts a, Shorts b) {
  return Ints(vpaddq_s32(vmull_s16(vget_low_s16(a), vget_low_s16(b)), vmull_high_s16(a, b)));
}
inline Ints add_neighbours(Ints low, Ints high) { return Ints(vpaddq_s32(low, high)); }

#else
#error "the int8 matrix product has no code for this instruction set"
#endif

// Bytes shifted right as 16-bit numbers: the upper nibble of each comes to its lower place, under
// bits that the caller masks away. (Shifts of bytes are slow on x86.)
inline Bytes shift_right_4_in_shorts(Bytes bytes) {
  return xsimd::bitwise_cast<int8_t>(xsimd::bitwise_cast<int16_t>(bytes) >> 4);
}

inline Bytes load_bytes(const int8_t* from) { return Bytes::load_unaligned(from); }

// Out of line: it is rare, and must not crowd the loop around it.
[[gnu::noinline]] inline void load_any_scales(const uint16_t* from, float* out) {
  for (int i = 0; i < 8; ++i) out[i] = f16_to_f32(from[i]);
}

// The 8 scales of a tile block as f32. Scales are nearly always positive and normal: then the f32
// is the f16's bits shifted and rebiased. Anything else (zero, subnormal, negative, infinite) goes
// the slow, exact way.
inline void load_scales(const uint16_t* from, Floats (&out)[kTileVectors]) {
#if defined(__wasm_simd128__)
  const v128_t half = wasm_v128_load(from);
  const v128_t beyond = wasm_u16x8_ge(wasm_i16x8_sub(half, wasm_i16x8_const_splat(0x0400)),
                                      wasm_i16x8_const_splat(0x7800));
  if (!wasm_v128_any_true(beyond)) [[likely]] {
    const v128_t high = wasm_i16x8_add(wasm_u16x8_shr(half, 3), wasm_i16x8_const_splat(0x3800));
    const v128_t low = wasm_i16x8_shl(half, 13);
    out[0] = Floats(wasm_i16x8_shuffle(low, high, 0, 8, 1, 9, 2, 10, 3, 11));
    out[1] = Floats(wasm_i16x8_shuffle(low, high, 4, 12, 5, 13, 6, 14, 7, 15));
    return;
  }
#elif defined(__SSE2__)
  const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  // As signed numbers, 0x0400 <= half < 0x7c00.
  const __m128i good = _mm_and_si128(_mm_cmpgt_epi16(half, _mm_set1_epi16(0x03ff)),
                                     _mm_cmpgt_epi16(_mm_set1_epi16(0x7c00), half));
  if (_mm_movemask_epi8(good) == 0xffff) [[likely]] {
    const __m128i high = _mm_add_epi16(_mm_srli_epi16(half, 3), _mm_set1_epi16(0x3800));
    const __m128i low = _mm_slli_epi16(half, 13);
    const __m128i first = _mm_unpacklo_epi16(low, high);
    const __m128i second = _mm_unpackhi_epi16(low, high);
#if defined(__AVX2__)
    out[0] = Floats(_mm256_castsi256_ps(_mm256_set_m128i(second, first)));
#else
    out[0] = Floats(_mm_castsi128_ps(first));
    out[1] = Floats(_mm_castsi128_ps(second));
#endif
    return;
  }
#endif
  alignas(32) float scales[8];
  load_any_scales(from, scales);
  for (int v = 0; v < kTileVectors; ++v) {
    out[v] = Floats::load_aligned(scales + v * kVectorOutputs);
  }
}

}  // namespace onehead::simd
