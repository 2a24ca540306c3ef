#include "base/math.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "synthetic/random.hpp"

namespace onehead {
namespace {

// Distance between a result and the long double truth in units of the result's last place.
double ulps(double actual, long double truth) {
  const double rounded = static_cast<double>(truth);
  const double step = std::nextafter(std::fabs(rounded), std::numeric_limits<double>::infinity()) -
                      std::fabs(rounded);
  return static_cast<double>(std::fabs(static_cast<long double>(actual) - truth) / step);
}

double uniform(synthetic::Random& random, double low, double high) {
  return low + (high - low) * (static_cast<double>(random.next() >> 11) * 0x1p-53);
}

TEST(Math, ExpIsWithinOneUlp) {
  synthetic::Random random(1);
  for (int i = 0; i < 200000; ++i) {
    const double x = i % 2 == 0 ? uniform(random, -708.0, 709.7) : uniform(random, -2.0, 2.0);
    ASSERT_LE(ulps(exp64(x), std::exp(static_cast<long double>(x))), 1.0) << x;
  }
}

TEST(Math, ExpAtTheEnds) {
  EXPECT_EQ(exp64(0.0), 1.0);
  EXPECT_EQ(exp64(-0.0), 1.0);
  EXPECT_EQ(exp64(-std::numeric_limits<double>::infinity()), 0.0);
  EXPECT_EQ(exp64(std::numeric_limits<double>::infinity()),
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(exp64(710.0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(exp64(-746.0), 0.0);
  // Subnormal results lose places gradually, as they must.
  EXPECT_NEAR(exp64(-740.0) / std::exp(-740.0), 1.0, 1e-2);
  EXPECT_EQ(exp64(1e-300), 1.0);
}

TEST(Math, LogIsWithinOneUlp) {
  synthetic::Random random(2);
  for (int i = 0; i < 200000; ++i) {
    double x = uniform(random, 0.5, 2.0);
    if (i % 2 == 1) x = std::bit_cast<double>(random.next() & 0x7fffffffffffffffu);
    if (!std::isfinite(x) || x == 0.0) continue;
    ASSERT_LE(ulps(log64(x), std::log(static_cast<long double>(x))), 1.0) << x;
  }
}

TEST(Math, LogAtTheEnds) {
  EXPECT_EQ(log64(1.0), 0.0);
  EXPECT_EQ(log64(0.0), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(log64(std::numeric_limits<double>::infinity()),
            std::numeric_limits<double>::infinity());
  const double smallest = std::numeric_limits<double>::denorm_min();
  EXPECT_LE(ulps(log64(smallest), std::log(static_cast<long double>(smallest))), 1.0);
}

TEST(Math, SinAndCosAreWithinOneUlpUpToAMillion) {
  synthetic::Random random(3);
  constexpr double kLimits[] = {0.8, 10.0, 4096.0, 1e6};
  for (int i = 0; i < 200000; ++i) {
    const double limit = kLimits[i % 4];
    const double x = uniform(random, -limit, limit);
    ASSERT_LE(ulps(sin64(x), std::sin(static_cast<long double>(x))), 1.0) << x;
    ASSERT_LE(ulps(cos64(x), std::cos(static_cast<long double>(x))), 1.0) << x;
  }
}

TEST(Math, SinAndCosAtIntegersAsRopeUsesThem) {
  for (int position = 0; position < 100000; ++position) {
    const double x = position;
    ASSERT_LE(ulps(sin64(x), std::sin(static_cast<long double>(x))), 1.0) << x;
    ASSERT_LE(ulps(cos64(x), std::cos(static_cast<long double>(x))), 1.0) << x;
  }
  EXPECT_EQ(sin64(0.0), 0.0);
  EXPECT_EQ(cos64(0.0), 1.0);
}

TEST(Math, SinAndCosNearMultiplesOfHalfPi) {
  for (int n = 1; n < 600000; n = n * 5 / 4 + 1) {
    const double x = n * 1.5707963267948966;
    ASSERT_LE(ulps(sin64(x), std::sin(static_cast<long double>(x))), 1.0) << n;
    ASSERT_LE(ulps(cos64(x), std::cos(static_cast<long double>(x))), 1.0) << n;
  }
}

}  // namespace
}  // namespace onehead
