#include "kernels/largest.hpp"

#include <algorithm>

#include "simd/f32.hpp"

namespace onehead {
namespace {

constexpr int32_t kPart = 256;

}  // namespace

float largest(const float* x, int32_t n) {
  float result = x[0];
  int32_t i = 0;
  if (n >= simd::kLanes) {
    simd::F32 lanes = simd::load(x);
    for (i = simd::kLanes; i + simd::kLanes <= n; i += simd::kLanes) {
      lanes = xsimd::max(lanes, simd::load(x + i));
    }
    result = simd::max_of_lanes(lanes).get(0);
  }
  for (; i < n; ++i) result = std::max(result, x[i]);
  return result;
}

int32_t index_of_largest(const float* x, int32_t n) {
  int32_t part = 0;  // the first that holds the largest
  float best = largest(x, std::min(kPart, n));
  for (int32_t begin = kPart; begin < n; begin += kPart) {
    const float of_part = largest(x + begin, std::min(kPart, n - begin));
    if (of_part > best) {
      best = of_part;
      part = begin;
    }
  }
  return static_cast<int32_t>(std::find(x + part, x + n, best) - x);
}

}  // namespace onehead
