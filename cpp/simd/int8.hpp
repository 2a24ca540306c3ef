// Integer batches of the int8 matrix product, and the operations on them that xsimd lacks.
//
// A tile has 8 outputs, so the product runs in vectors of 4 outputs x 4 inputs (16 bytes) or, where
// there are 256-bit registers, 8 x 4. A vector widened to 16 bits is two: its low and its high
// half.
#pragma once

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

// The even and the odd elements of two vectors, in order.
struct IntPair {
  Ints even, odd;
};

#if defined(__wasm_simd128__)

// Sign extends each half.
inline ShortPair widen(Bytes bytes) {
  return {Shorts(wasm_i16x8_extend_low_i8x16(bytes)), Shorts(wasm_i16x8_extend_high_i8x16(bytes))};
}
// widen(load_bytes(from)): memory is read and extended in one instruction for each half.
inline ShortPair load_widened(const int8_t* from) {
  return {Shorts(wasm_i16x8_load8x8(from)), Shorts(wasm_i16x8_load8x8(from + 8))};
}
// Four int16 repeated.
inline Shorts splat_4(const int16_t* from) { return Shorts(wasm_v128_load64_splat(from)); }
// Sums of two neighbouring products.
inline Ints dot_pairs(Shorts a, Shorts b) { return Ints(wasm_i32x4_dot_i16x8(a, b)); }
inline IntPair deinterleave(Ints low, Ints high) {
  return {Ints(wasm_i32x4_shuffle(low, high, 0, 2, 4, 6)),
          Ints(wasm_i32x4_shuffle(low, high, 1, 3, 5, 7))};
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
inline IntPair deinterleave(Ints low, Ints high) {
  // The shuffles work inside 128-bit halves; the permutation brings the outputs back in order.
  const __m256 a = _mm256_castsi256_ps(low);
  const __m256 b = _mm256_castsi256_ps(high);
  const __m256i even = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88));
  const __m256i odd = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd));
  return {Ints(_mm256_permute4x64_epi64(even, 0xd8)), Ints(_mm256_permute4x64_epi64(odd, 0xd8))};
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
inline IntPair deinterleave(Ints low, Ints high) {
  const __m128 a = _mm_castsi128_ps(low);
  const __m128 b = _mm_castsi128_ps(high);
  return {Ints(_mm_castps_si128(_mm_shuffle_ps(a, b, 0x88))),
          Ints(_mm_castps_si128(_mm_shuffle_ps(a, b, 0xdd)))};
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
inline IntPair deinterleave(Ints low, Ints high) {
  return {Ints(vuzp1q_s32(low, high)), Ints(vuzp2q_s32(low, high))};
}

#else
#error "the int8 matrix product has no code for this instruction set"
#endif

// From sums of pairs to one sum per output: low has the first half of the outputs, high the second.
inline Ints add_neighbours(Ints low, Ints high) {
  const IntPair pairs = deinterleave(low, high);
  return pairs.even + pairs.odd;
}

// Bytes [outputs][4 inputs], widened: [outputs][inputs 0 and 1], and the same with inputs 2 and 3.
inline ShortPair widen_pairs(Bytes bytes) {
  const ShortPair wide = widen(bytes);
  const IntPair pairs =
      deinterleave(xsimd::bitwise_cast<int32_t>(wide.low), xsimd::bitwise_cast<int32_t>(wide.high));
  return {xsimd::bitwise_cast<int16_t>(pairs.even), xsimd::bitwise_cast<int16_t>(pairs.odd)};
}

// Bytes shifted as 16-bit numbers: bits of one byte come into the other, where the caller masks
// them away. (Shifts of bytes are slow on x86.)
template <int kCount>
Bytes shift_right(Bytes bytes) {
  return xsimd::bitwise_cast<int8_t>(xsimd::bitwise_cast<uint16_t>(bytes) >> kCount);
}
template <int kCount>
Bytes shift_left(Bytes bytes) {
  return xsimd::bitwise_cast<int8_t>(xsimd::bitwise_cast<uint16_t>(bytes) << kCount);
}

inline Bytes load_bytes(const int8_t* from) { return Bytes::load_unaligned(from); }

#if !defined(__wasm_simd128__)
inline ShortPair load_widened(const int8_t* from) { return widen(load_bytes(from)); }
#endif

// Loads and what is made of them stay on their side of this point (the compiler for wasm would
// gather all loads of a long piece of code at its beginning).
inline void keep_order() { __asm__ volatile("" ::: "memory"); }

inline void store_bytes(int8_t* to, Bytes bytes) { bytes.store_unaligned(to); }

// Two int16 repeated.
inline Shorts splat_2(const int16_t* from) {
  int32_t two;
  __builtin_memcpy(&two, from, sizeof two);
  return xsimd::bitwise_cast<int16_t>(Ints(two));
}

namespace detail {
inline constexpr int32_t kHalfMask[] = {static_cast<int32_t>(0x8fffffffu)};
inline constexpr float kHalfFactor[] = {0x1p112f};
}  // namespace detail

// Finite f16 to f32, with its constants at hand. A half's bits, moved to where f32 has exponent and
// mantissa, are its value times 2^-112; the product is exact, subnormal halves and zeros included.
class HalfLoader {
 public:
  HalfLoader() : mask_(opaque(detail::kHalfMask)[0]), factor_(opaque(detail::kHalfFactor)[0]) {}

  // kVectorOutputs of them.
  Floats operator()(const uint16_t* from) const {
#if defined(__wasm_simd128__)
    const Ints wide(wasm_i32x4_load16x4(from));
#elif defined(__AVX2__)
    const Ints wide(_mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
#elif defined(__SSE2__)
    const __m128i half = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
    const Ints wide(_mm_srai_epi32(_mm_unpacklo_epi16(half, half), 16));
#else
    const Ints wide(vmovl_s16(vreinterpret_s16_u16(vld1_u16(from))));
#endif
    const Ints bits = (wide << 13) & mask_;  // the sign moved along
    return xsimd::bitwise_cast<float>(bits) * factor_;
  }

 private:
  Ints mask_;
  Floats factor_;
};

}  // namespace onehead::simd
