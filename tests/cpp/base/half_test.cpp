#include "base/half.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "synthetic/random.hpp"

namespace onehead {
namespace {

TEST(Half, EveryF16HasItsValue) {
  for (uint32_t half = 0; half < 0x10000u; ++half) {
    const int exponent = static_cast<int>((half >> 10) & 31u);
    const int mantissa = static_cast<int>(half & 0x3ffu);
    const float actual = f16_to_f32(static_cast<uint16_t>(half));
    ASSERT_EQ(std::signbit(actual), half >= 0x8000u);
    if (exponent == 31) {
      ASSERT_EQ(std::isnan(actual), mantissa != 0);
      ASSERT_EQ(std::isinf(actual), mantissa == 0);
      continue;
    }
    const double magnitude =
        exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    ASSERT_EQ(std::fabs(actual), magnitude) << half;
  }
}

TEST(Half, F32ToF16IsTheInverse) {
  for (uint32_t half = 0; half < 0x10000u; ++half) {
    const float value = f16_to_f32(static_cast<uint16_t>(half));
    if (std::isnan(value)) continue;
    ASSERT_EQ(f32_to_f16(value), half);
  }
}

// Between two neighbours the nearer one is taken, and of a tie the even one.
TEST(Half, F32ToF16RoundsHalfToEven) {
  for (uint32_t half = 0; half < 0x7bffu; ++half) {
    const float low = f16_to_f32(static_cast<uint16_t>(half));
    const float high = f16_to_f32(static_cast<uint16_t>(half + 1));
    const float middle = low + (high - low) / 2;
    ASSERT_EQ(f32_to_f16(middle), half + (half & 1u));
    ASSERT_EQ(f32_to_f16(std::nextafter(middle, low)), half);
    ASSERT_EQ(f32_to_f16(std::nextafter(middle, high)), half + 1);
    ASSERT_EQ(f32_to_f16(-std::nextafter(middle, high)), (half + 1) | 0x8000u);
  }
}

TEST(Half, F32ToF16AtTheEnds) {
  EXPECT_EQ(f32_to_f16(65519.0f), 0x7bff);
  EXPECT_EQ(f32_to_f16(65520.0f), 0x7c00);
  EXPECT_EQ(f32_to_f16(-std::numeric_limits<float>::infinity()), 0xfc00);
  EXPECT_EQ(f32_to_f16(0x1p-25f), 0);
  EXPECT_EQ(f32_to_f16(0x1.8p-25f), 1);
  EXPECT_TRUE(std::isnan(f16_to_f32(f32_to_f16(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(Half, Bf16IsTheUpperHalfOfF32) {
  EXPECT_EQ(bf16_to_f32(0x3f80), 1.0f);
  EXPECT_EQ(bf16_to_f32(0xc049), -3.140625f);
  EXPECT_EQ(bf16_to_f32(0x0001), 0x1p-133f);
}

}  // namespace
}  // namespace onehead
