// The batch type of this build: one instruction set per executable, so its width is a constant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <xsimd/xsimd.hpp>

namespace onehead::simd {

using Arch = xsimd::default_arch;
using F32 = xsimd::batch<float, Arch>;
using I32 = xsimd::batch<int32_t, Arch>;
using U32 = xsimd::batch<uint32_t, Arch>;

inline constexpr int kLanes = static_cast<int>(F32::size);

// Registers that a kernel's inner loop may fill: 16 on x86 before AVX-512, and so in wasm (engines on
// x86 keep one for themselves); 32 on AVX-512. It chooses tile shapes, never results.
inline constexpr bool kManyRegisters = kLanes == 16;

// Sums that cross lanes have this many partials, so no batch may be wider.
inline constexpr int kPartials = 16;
static_assert(kPartials % kLanes == 0);
#ifdef ONEHEAD_EXPECT_LANES
static_assert(kLanes == ONEHEAD_EXPECT_LANES, "the build's instruction set is not the one it names");
#endif

inline F32 load(const float* from) { return F32::load_unaligned(from); }
inline void store(float* to, F32 value) { value.store_unaligned(to); }

}  // namespace onehead::simd
