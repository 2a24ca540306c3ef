#include "format/decimal_float.hpp"

#include <cmath>
#include <cstdint>

#include "base/decimal.hpp"

namespace onehead {
namespace {

struct Decimal {  // digits · 10^exponent
  uint64_t digits = 0;
  int exponent = 0;
};

// Powers up to 10^22 are exact, so that a scaling costs one or two roundings.
double scale(double value, int exponent) {
  constexpr double kExact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  for (; exponent > 22; exponent -= 22) value *= kExact[22];
  for (; exponent < -22; exponent += 22) value /= kExact[22];
  return exponent < 0 ? value / kExact[-exponent] : value * kExact[exponent];
}

// value > 0 to n significant digits, trailing zeros dropped.
Decimal round_to(double value, int n) {
  int exponent = 0;
  double limit = scale(1, n);
  double scaled = value;
  while (scaled >= limit) scaled = scale(value, --exponent);
  while (scaled < limit / 10) scaled = scale(value, ++exponent);
  Decimal decimal{static_cast<uint64_t>(std::llround(scaled)), -exponent};
  while (decimal.digits != 0 && decimal.digits % 10 == 0) {
    decimal.digits /= 10;
    ++decimal.exponent;
  }
  return decimal;
}

void append_decimal(Decimal decimal, std::string& out) {
  std::string digits = to_decimal(static_cast<int64_t>(decimal.digits));
  const int n = static_cast<int>(digits.size());
  const int point = n + decimal.exponent;  // digits before the decimal point
  if (point > 0 && point <= 15) {
    if (point >= n) {
      digits.append(static_cast<size_t>(point - n), '0');
    } else {
      digits.insert(static_cast<size_t>(point), ".");
    }
    out += digits;
  } else if (point <= 0 && point > -5) {
    out += "0.";
    out.append(static_cast<size_t>(-point), '0');
    out += digits;
  } else {
    out += digits.substr(0, 1);
    if (n > 1) out += "." + digits.substr(1);
    out += "e" + to_decimal(point - 1);
  }
}

bool begin_number(double& value, std::string& out) {
  if (!(value - value == 0)) {
    out += "null";
    return false;
  }
  if (value == 0) {
    out += "0";
    return false;
  }
  if (value < 0) {
    out += "-";
    value = -value;
  }
  return true;
}

}  // namespace

void append_f32(float value, std::string& out) {
  double magnitude = value;
  if (!begin_number(magnitude, out)) return;
  Decimal decimal;
  for (int n = 1; n <= 9; ++n) {
    decimal = round_to(magnitude, n);
    const double back = scale(static_cast<double>(decimal.digits), decimal.exponent);
    if (static_cast<float>(back) == static_cast<float>(magnitude)) break;
  }
  append_decimal(decimal, out);
}

void append_f64(double value, std::string& out) {
  if (!begin_number(value, out)) return;
  Decimal decimal;
  for (int n = 15; n <= 17; ++n) {
    decimal = round_to(value, n);
    if (scale(static_cast<double>(decimal.digits), decimal.exponent) == value) break;
  }
  append_decimal(decimal, out);
}

}  // namespace onehead
