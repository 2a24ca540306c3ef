#include "simd/half_batch.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "simd/int8.hpp"

namespace onehead::simd {
namespace {

bool same(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

TEST(HalfBatch, EveryFiniteF16AndEveryBf16HasTheScalarsBits) {
  const F16Loader load_f16;
  for (uint32_t first = 0; first < 0x10000u; first += kLanes) {
    uint16_t in[kLanes];
    for (uint32_t i = 0; i < kLanes; ++i) in[i] = static_cast<uint16_t>(first + i);
    float f16[kLanes];
    float bf16[kLanes];
    store(f16, load_f16(in));
    store(bf16, load_bf16(in));
    for (int i = 0; i < kLanes; ++i) {
      if (std::isfinite(f16_to_f32(in[i]))) {
        ASSERT_TRUE(same(f16[i], f16_to_f32(in[i]))) << in[i];
      } else {
        ASSERT_FALSE(std::isfinite(f16[i])) << in[i];
      }
      ASSERT_TRUE(same(bf16[i], bf16_to_f32(in[i]))) << in[i];
    }
  }
}

TEST(HalfBatch, EveryFiniteScaleIsExact) {
  const HalfLoader load_scales;
  for (uint32_t first = 0; first < 0x10000u; first += 8) {
    uint16_t in[8];
    for (uint32_t i = 0; i < 8; ++i) in[i] = static_cast<uint16_t>(first + i);
    float scales[8];
    for (int at = 0; at < 8; at += kVectorOutputs)
      load_scales(in + at).store_unaligned(scales + at);
    for (int i = 0; i < 8; ++i) {
      if (!std::isfinite(f16_to_f32(in[i]))) continue;
      ASSERT_TRUE(same(scales[i], f16_to_f32(in[i]))) << in[i];
    }
  }
}

}  // namespace
}  // namespace onehead::simd
