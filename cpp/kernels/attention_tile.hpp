// The inner loops of attention. Scores and the weighted sum of V are one operation: rows of x (K's
// rows are dimensions, V's are positions) times coefficients (q, or the weights), summed over the
// rows of x in ascending order:
//
//   acc_rj = acc_rj + sum over t of a_r[t] * x[t][j]
#pragma once

#include <cstdint>

#include "simd/f32.hpp"

namespace onehead::detail {

// Coefficients of the query rows of a tile lie this many floats apart.
inline constexpr int32_t kCoefficientStride = 64;

// Batches of x beside R query rows: R * B accumulators, enough to hide an add's latency, few enough
// to stay in registers with B elements of x and a coefficient.
template <int R>
inline constexpr int kTileBatches = simd::kManyRegisters ? 4 : (R == 2 ? 4 : 2);

// R query rows, B batches of x; every element of x that is loaded serves all R rows.
template <int R, int B>
inline void accumulate_tile(const float* x, int32_t stride, const float* a, int32_t count,
                            simd::F32 (&acc)[R][B]) {
#pragma GCC unroll 1
  for (const float* end = a + count; a != end; ++a, x += stride) {
    simd::F32 elements[B];
    for (int b = 0; b < B; ++b) elements[b] = simd::load(x + b * simd::kLanes);
    for (int r = 0; r < R; ++r) {
      const simd::F32 coefficient(a[r * kCoefficientStride]);
      for (int b = 0; b < B; ++b) acc[r][b] = acc[r][b] + coefficient * elements[b];
    }
  }
}

// T rows of x of one query row, all n columns: acc lies in memory, x is read from end to end.
template <int T>
inline void accumulate_rows(const float* x, int32_t stride, const float* a, int32_t n, float* acc) {
  using simd::F32;
  F32 coefficients[T];
  for (int t = 0; t < T; ++t) coefficients[t] = F32(a[t]);
  int32_t j = 0;
#pragma GCC unroll 1
  for (; j + simd::kLanes <= n; j += simd::kLanes) {
    F32 sum = simd::load(acc + j);
    for (int t = 0; t < T; ++t) sum = sum + coefficients[t] * simd::load(x + t * stride + j);
    simd::store(acc + j, sum);
  }
  for (; j < n; ++j) {
    for (int t = 0; t < T; ++t) acc[j] = acc[j] + a[t] * x[t * stride + j];
  }
}

// One query row, for which there is nothing to reuse: x comes from memory once, so it is read in
// the order in which it lies there.
inline void accumulate_row(const float* x, int32_t stride, const float* a, int32_t count, int32_t n,
                           float* acc) {
  int32_t t = 0;
  for (; t + 4 <= count; t += 4) accumulate_rows<4>(x + t * stride, stride, a + t, n, acc);
  for (; t < count; ++t) accumulate_rows<1>(x + t * stride, stride, a + t, n, acc);
}

}  // namespace onehead::detail
