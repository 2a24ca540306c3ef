// The batch type of this build: one instruction set per executable, so its width is a constant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <xsimd/xsimd.hpp>

namespace onehead::simd {

using Arch = xsimd::default_arch;
using F32 = xsimd::batch<float, Arch>;
using I32 = xsimd::batch<int32_t, Arch>;
using U32 = xsimd::batch<uint32_t, Arch>;

inline constexpr int kLanes = static_cast<int>(F32::size);

// Registers that a kernel's inner loop may fill: 16 on x86 before AVX-512, and so in wasm (engines
// on x86 keep one for themselves); 32 on AVX-512. It chooses tile shapes, never results.
inline constexpr bool kManyRegisters = kLanes == 16;

// Sums that cross lanes have this many partials, so no batch may be wider.
inline constexpr int kPartials = 16;
static_assert(kPartials % kLanes == 0);

// xsimd chooses by what the compiler was told to use; narrower batches would pass every test.
#if defined(__AVX512F__)
static_assert(kLanes == 16);
#elif defined(__AVX__)
static_assert(kLanes == 8);
#else
static_assert(kLanes == 4);
#endif

inline F32 load(const float* from) { return F32::load_unaligned(from); }
inline void store(float* to, F32 value) { value.store_unaligned(to); }

// The same pointer, of which the compiler no longer knows where it points: what is read through it
// stays a read.
template <class T>
inline const T* opaque(const T* pointer) {
  __asm__("" : "+r"(pointer));
  return pointer;
}

namespace detail {
template <int Shift, uint32_t... I>
F32 rotate(F32 value, std::integer_sequence<uint32_t, I...>) {
  return xsimd::swizzle(value, xsimd::batch_constant<uint32_t, Arch, (I + Shift) % kLanes...>());
}
}  // namespace detail

// The batch with its lanes turned: lane i of the result is lane i + Shift.
template <int Shift>
F32 rotate(F32 value) {
  return detail::rotate<Shift>(value, std::make_integer_sequence<uint32_t, kLanes>());
}

// The largest lane, in every lane. No lane is NaN, or the result is unspecified.
template <int Width = kLanes / 2>
inline F32 max_of_lanes(F32 value) {
  const F32 folded = xsimd::max(value, rotate<Width>(value));
  if constexpr (Width == 1) {
    return folded;
  } else {
    return max_of_lanes<Width / 2>(folded);
  }
}

}  // namespace onehead::simd
