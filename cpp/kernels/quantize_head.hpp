// A vector of one head to integers with one scale: keys and values to -127..127, a query to
// -8191..8191.
//
//   scale = max|x| / largest integer,   q = x / scale rounded half to even, within the range
//
// A vector of zeros, or one so small that the scale is zero, has zeros.
#pragma once

#include <cstdint>

namespace onehead {

inline constexpr int32_t kLargestKv = 127;
inline constexpr int32_t kLargestQuery = 8191;

float head_scale(const float* x, int32_t n, int32_t largest);

void quantize_with_scale(const float* x, int32_t n, float scale, int32_t largest, int16_t* q);

// One query for attention over int8 keys, transformed (kernels/hadamard.hpp), as integers and those
// as 128 * high + low with low 0..127. Padded with zeros to a multiple of 4.
struct QuantizedQuery {
  const int16_t* integers = nullptr;
  const int8_t* high = nullptr;
  const int8_t* low = nullptr;
  float scale = 0.0f;    // divided by what the transform multiplies products with
  int32_t high_sum = 0;  // of high
};

constexpr int32_t quantized_query_dim(int32_t head_dim) { return (head_dim + 3) / 4 * 4; }

// Transforms x [n] in place. integers, high and low [quantized_query_dim(n)].
QuantizedQuery quantize_query(float* x, int32_t n, int16_t* integers, int8_t* high, int8_t* low);

}  // namespace onehead
