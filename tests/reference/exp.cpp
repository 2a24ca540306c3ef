#include "reference/exp.hpp"

#include <cstdint>
#include <cstring>
#include <limits>

namespace onehead::reference {

float exp_f32(float x) {
  if (x < -87.0f) return 0.0f;
  if (x > 88.72f) return std::numeric_limits<float>::infinity();

  // Adding 1.5 * 2^23 leaves no bits for a fraction: the sum is rounded to a whole number, half to
  // even, and its low bits hold that number n.
  const float shifted = x * 0x1.715476p+0f + 0x1.8p23f;
  const float n = shifted - 0x1.8p23f;

  const float high_part_removed = x - n * 0x1.63p-1f;
  const float r = high_part_removed - n * -0x1.bd0106p-13f;

  float p = 0x1.106252p-7f;
  p = p * r + 0x1.572a64p-5f;
  p = p * r + 0x1.5557bp-3f;
  p = p * r + 0x1.fffdfcp-2f;
  const float squared_times_p = (r * r) * p;
  const float e = (squared_times_p + r) + 1.0f;

  // e * 2^n, exact: n is added to the exponent field.
  int32_t bits;
  std::memcpy(&bits, &e, sizeof bits);
  bits += static_cast<int32_t>(n) * (1 << 23);
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

}  // namespace onehead::reference
