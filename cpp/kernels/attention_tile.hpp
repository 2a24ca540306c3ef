// The two inner loops of attention over a tile of query rows: scores, and the weighted sum of V.
// R rows, B batches of positions (scores) or of dimensions (V). Each element loaded serves all R rows.
#pragma once

#include <cstdint>

#include "simd/f32.hpp"

namespace onehead::detail {

// Batches beside R rows: as many accumulators as the registers hold, enough to hide an add's latency.
template <int R>
inline constexpr int kTileBatches = simd::kManyRegisters ? 4 : (R == 1 ? 8 : R == 2 ? 4 : 2);

// acc[r][b] = sum over d ascending of q[r][d] * k[d * stride + lanes of batch b], from +0.
template <int R, int B>
inline void score_tile(const float* k, int32_t stride, int32_t head_dim, const float* const* q,
                       simd::F32 (&acc)[R][B]) {
  for (auto& row : acc) {
    for (auto& batch : row) batch = simd::F32(0.0f);
  }
  for (int32_t d = 0; d < head_dim; ++d, k += stride) {
    simd::F32 keys[B];
    for (int b = 0; b < B; ++b) keys[b] = simd::load(k + b * simd::kLanes);
    for (int r = 0; r < R; ++r) {
      const simd::F32 query(q[r][d]);
      for (int b = 0; b < B; ++b) acc[r][b] = acc[r][b] + query * keys[b];
    }
  }
}

}  // namespace onehead::detail
