#include "simd/exp.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

#include "reference/exp.hpp"

namespace onehead::simd {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Every 997th float from -infinity to infinity, and the places where something changes.
std::vector<float> samples() {
  std::vector<float> values = {0.0f, -0.0f, -87.0f, 88.72f, kInfinity, -kInfinity, 1e-30f, -1e-40f};
  for (const float edge : {-87.0f, 88.72f, 0.0f}) {
    values.push_back(std::nextafter(edge, kInfinity));
    values.push_back(std::nextafter(edge, -kInfinity));
  }
  for (uint32_t bits = 0; bits < 0x7f800000u; bits += 997) {
    values.push_back(std::bit_cast<float>(bits));
    values.push_back(-std::bit_cast<float>(bits));
  }
  return values;
}

TEST(Exp, EveryWidthHasTheReferencesBits) {
  const std::vector<float> values = samples();
  for (size_t i = 0; i + kLanes <= values.size(); i += kLanes) {
    float batch[kLanes];
    store(batch, exp_f32(load(&values[i])));
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float x = values[i + lane];
      const auto expected = std::bit_cast<uint32_t>(reference::exp_f32(x));
      ASSERT_EQ(std::bit_cast<uint32_t>(batch[lane]), expected) << std::hexfloat << x;
      ASSERT_EQ(std::bit_cast<uint32_t>(exp_f32(x)), expected) << x;
    }
  }
}

TEST(Exp, OfNonpositiveNumbersIsTheSameFunction) {
  const Exp<float> exp;
  for (const float x : samples()) {
    if (x > 0.0f) continue;
    ASSERT_EQ(std::bit_cast<uint32_t>(exp.nonpositive(x)), std::bit_cast<uint32_t>(exp_f32(x)))
        << x;
  }
}

TEST(Exp, IsAccurate) {
  double worst = 0.0;
  for (const float x : samples()) {
    if (x < -87.0f || x > 88.72f) continue;
    const double truth = std::exp(static_cast<double>(x));
    worst = std::max(worst, std::fabs(static_cast<double>(exp_f32(x)) - truth) / truth);
  }
  EXPECT_LE(worst, 1.9e-7);
}

TEST(Exp, AtTheEnds) {
  EXPECT_EQ(exp_f32(0.0f), 1.0f);
  EXPECT_EQ(exp_f32(-0.0f), 1.0f);
  EXPECT_EQ(exp_f32(-kInfinity), 0.0f);
  EXPECT_EQ(exp_f32(-88.0f), 0.0f);
  EXPECT_GE(exp_f32(-87.0f), std::numeric_limits<float>::min());
  EXPECT_EQ(exp_f32(kInfinity), kInfinity);
  EXPECT_EQ(exp_f32(89.0f), kInfinity);
}

}  // namespace
}  // namespace onehead::simd
