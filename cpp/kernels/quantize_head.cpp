#include "kernels/quantize_head.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "kernels/hadamard.hpp"
#include "simd/f32.hpp"

namespace onehead {
namespace {

using simd::F32;
using simd::I32;
using simd::kLanes;

// Adding 1.5 * 2^23 rounds half to even and leaves the integer in the low bits.
constexpr float kRounding = 0x1.8p23f;

int16_t quantize_one(float x, float scale, float limit) {
  const float ratio = std::clamp(x / scale, -limit, limit);
  return static_cast<int16_t>(std::bit_cast<int32_t>(ratio + kRounding) -
                              std::bit_cast<int32_t>(kRounding));
}

}  // namespace

float head_scale(const float* x, int32_t n, int32_t largest) {
  // Magnitudes are compared as integers: a NaN or infinity wins and shows in the scale.
  I32 magnitudes(0);
  int32_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    magnitudes =
        xsimd::max(magnitudes, xsimd::bitwise_cast<int32_t>(simd::load(x + i)) & I32(0x7fffffff));
  }
  alignas(I32) int32_t lanes[kLanes];
  magnitudes.store_aligned(lanes);
  int32_t result = *std::max_element(lanes, lanes + kLanes);
  for (; i < n; ++i) result = std::max(result, std::bit_cast<int32_t>(x[i]) & 0x7fffffff);
  return std::bit_cast<float>(result) / static_cast<float>(largest);
}

void quantize_with_scale(const float* x, int32_t n, float scale, int32_t largest, int16_t* q) {
  if (!(scale > 0.0f && scale < std::numeric_limits<float>::infinity())) {
    std::fill_n(q, n, int16_t{0});
    return;
  }
  const F32 limit(static_cast<float>(largest));
  const F32 rounding(kRounding);
  int32_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const F32 ratio = xsimd::min(xsimd::max(simd::load(x + i) / F32(scale), -limit), limit);
    const I32 rounded =
        xsimd::bitwise_cast<int32_t>(ratio + rounding) - xsimd::bitwise_cast<int32_t>(rounding);
    alignas(I32) int32_t lanes[kLanes];
    rounded.store_aligned(lanes);
    for (int lane = 0; lane < kLanes; ++lane) q[i + lane] = static_cast<int16_t>(lanes[lane]);
  }
  for (; i < n; ++i) q[i] = quantize_one(x[i], scale, static_cast<float>(largest));
}

QuantizedQuery quantize_query(float* x, int32_t n, int16_t* integers, int8_t* high, int8_t* low) {
  hadamard(x, n);
  const float scale = head_scale(x, n, kLargestQuery);
  quantize_with_scale(x, n, scale, kLargestQuery, integers);
  const int32_t padded = quantized_query_dim(n);
  std::fill(integers + n, integers + padded, int16_t{0});
  int32_t high_sum = 0;
  for (int32_t i = 0; i < padded; ++i) {
    high[i] = static_cast<int8_t>(integers[i] >> 7);
    low[i] = static_cast<int8_t>(integers[i] & 127);
    high_sum += high[i];
  }
  return {integers, high, low, scale * (1.0f / static_cast<float>(hadamard_size(n))), high_sum};
}

}  // namespace onehead
