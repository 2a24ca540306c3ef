#include "base/math.hpp"

#include <bit>
#include <cstdint>
#include <limits>

namespace onehead {
namespace {

// Adding and subtracting 1.5 * 2^52 rounds to the nearest integer, ties to even.
constexpr double kRoundShift = 0x1.8p52;

constexpr double kLn2High = 0x1.62e42feep-1;  // 32 bits: an exponent times it is exact
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

double power_of_two(int64_t exponent) {
  return std::bit_cast<double>(static_cast<uint64_t>(exponent + 1023) << 52);
}

struct ReducedAngle {
  double high, low;  // angle - quadrant * pi/2, in [-pi/4, pi/4]
  int64_t quadrant;
};

// pi/2 in three parts; the first two have 33 bits, so a quadrant below 2^20 times one is exact.
ReducedAngle reduce_angle(double x) {
  constexpr double kTwoOverPi = 0x1.45f306dc9c883p-1;
  constexpr double kHalfPi1 = 0x1.921fb544p0;
  constexpr double kHalfPi2 = 0x1.0b4611a6p-34;
  constexpr double kHalfPi3 = 0x1.3198a2e037073p-69;
  const double quadrant = (x * kTwoOverPi + kRoundShift) - kRoundShift;
  const double rest1 = x - quadrant * kHalfPi1;
  const double part2 = quadrant * kHalfPi2;
  const double rest2 = rest1 - part2;
  const double lost2 = (rest1 - rest2) - part2;
  const double part3 = quadrant * kHalfPi3 - lost2;
  const double high = rest2 - part3;
  const double low = (rest2 - high) - part3;
  return {high, low, static_cast<int64_t>(quadrant)};
}

// Taylor series on [-pi/4, pi/4]; low enters to first order.
double sin_near_zero(double x, double low) {
  const double z = x * x;
  double p = 1.0 / 355687428096000.0;
  p = -1.0 / 1307674368000.0 + z * p;
  p = 1.0 / 6227020800.0 + z * p;
  p = -1.0 / 39916800.0 + z * p;
  p = 1.0 / 362880.0 + z * p;
  p = -1.0 / 5040.0 + z * p;
  p = 1.0 / 120.0 + z * p;
  const double x3 = x * z;
  // x^3/6 apart from the rest, so that its rounding stays far below the last place of x.
  return x + (low - (0.5 * z) * low + (x3 * (z * p) - x3 * (1.0 / 6.0)));
}

double cos_near_zero(double x, double low) {
  const double z = x * x;
  double p = -1.0 / 6402373705728000.0;
  p = 1.0 / 20922789888000.0 + z * p;
  p = -1.0 / 87178291200.0 + z * p;
  p = 1.0 / 479001600.0 + z * p;
  p = -1.0 / 3628800.0 + z * p;
  p = 1.0 / 40320.0 + z * p;
  p = -1.0 / 720.0 + z * p;
  p = 1.0 / 24.0 + z * p;
  const double half = 0.5 * z;
  const double top = 1.0 - half;
  return top + (((1.0 - top) - half) + (z * z * p - x * low));
}

}  // namespace

double exp64(double x) {
  if (x > 709.8) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0.0;
  constexpr double kLog2E = 0x1.71547652b82fep0;
  const double n = (x * kLog2E + kRoundShift) - kRoundShift;
  const double high = x - n * kLn2High;
  const double low = n * kLn2Low;
  const double r = high - low;
  // Taylor series of (e^r - 1 - r) / r^2 on [-ln2/2, ln2/2].
  double p = 1.0 / 87178291200.0;
  p = 1.0 / 6227020800.0 + r * p;
  p = 1.0 / 479001600.0 + r * p;
  p = 1.0 / 39916800.0 + r * p;
  p = 1.0 / 3628800.0 + r * p;
  p = 1.0 / 362880.0 + r * p;
  p = 1.0 / 40320.0 + r * p;
  p = 1.0 / 5040.0 + r * p;
  p = 1.0 / 720.0 + r * p;
  p = 1.0 / 120.0 + r * p;
  p = 1.0 / 24.0 + r * p;
  p = 1.0 / 6.0 + r * p;
  p = 0.5 + r * p;
  const double value = 1.0 + (high + (r * r * p - low));
  // Two factors: a result near the ends of the range has a scale that is no normal number.
  const auto exponent = static_cast<int64_t>(n);
  const int64_t first = exponent / 2;
  return (value * power_of_two(first)) * power_of_two(exponent - first);
}

double log64(double x) {
  if (x == 0.0) return -std::numeric_limits<double>::infinity();
  if (x == std::numeric_limits<double>::infinity()) return x;
  int64_t exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    exponent = -54;
  }
  // x = 2^exponent * m with m in [sqrt(1/2), sqrt(2)).
  uint64_t bits = std::bit_cast<uint64_t>(x);
  constexpr uint64_t kSqrtHalf = 0x3fe6a09e667f3bcd;
  const int64_t shift = static_cast<int64_t>(bits - kSqrtHalf) >> 52;
  exponent += shift;
  bits -= static_cast<uint64_t>(shift) << 52;
  const double f = std::bit_cast<double>(bits) - 1.0;
  // log(1 + f) = 2 atanh(s), s = f / (2 + f); written around f - f^2/2, which is nearly exact.
  const double s = f / (2.0 + f);
  const double z = s * s;
  double p = 2.0 / 25.0;
  p = 2.0 / 23.0 + z * p;
  p = 2.0 / 21.0 + z * p;
  p = 2.0 / 19.0 + z * p;
  p = 2.0 / 17.0 + z * p;
  p = 2.0 / 15.0 + z * p;
  p = 2.0 / 13.0 + z * p;
  p = 2.0 / 11.0 + z * p;
  p = 2.0 / 9.0 + z * p;
  p = 2.0 / 7.0 + z * p;
  p = 2.0 / 5.0 + z * p;
  p = 2.0 / 3.0 + z * p;
  const double half_square = 0.5 * f * f;
  const auto n = static_cast<double>(exponent);
  return n * kLn2High - ((half_square - (s * (half_square + z * p) + n * kLn2Low)) - f);
}

double sin64(double x) {
  const ReducedAngle a = reduce_angle(x);
  const double value =
      (a.quadrant & 1) == 0 ? sin_near_zero(a.high, a.low) : cos_near_zero(a.high, a.low);
  return (a.quadrant & 2) == 0 ? value : -value;
}

double cos64(double x) {
  const ReducedAngle a = reduce_angle(x);
  const double value =
      (a.quadrant & 1) == 0 ? cos_near_zero(a.high, a.low) : sin_near_zero(a.high, a.low);
  return ((a.quadrant + 1) & 2) == 0 ? value : -value;
}

}  // namespace onehead
