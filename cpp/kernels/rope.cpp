#include "kernels/rope.hpp"

#include "base/math.hpp"
#include "simd/f32.hpp"

namespace onehead {

void rope_frequencies(double base, int32_t rope_dim, double* inv_freq) {
  const double log_base = log64(base);
  for (int32_t i = 0; i < rope_dim / 2; ++i) {
    const double exponent = (2.0 * static_cast<double>(i)) / static_cast<double>(rope_dim);
    inv_freq[i] = exp64(-exponent * log_base);
  }
}

void rope_angles(int32_t position, const double* inv_freq, int32_t n_pairs, float* cos,
                 float* sin) {
  for (int32_t i = 0; i < n_pairs; ++i) {
    const double angle = static_cast<double>(position) * inv_freq[i];
    cos[i] = static_cast<float>(cos64(angle));
    sin[i] = static_cast<float>(sin64(angle));
  }
}

void rope_interleaved(float* head, const float* cos, const float* sin, int32_t n_pairs) {
  for (int32_t i = 0; i < n_pairs; ++i) {
    const float x0 = head[2 * i];
    const float x1 = head[2 * i + 1];
    head[2 * i] = x0 * cos[i] - x1 * sin[i];
    head[2 * i + 1] = x0 * sin[i] + x1 * cos[i];
  }
}

void rope_half(float* head, const float* cos, const float* sin, int32_t n_pairs) {
  float* other = head + n_pairs;
  int32_t i = 0;
  for (; i + simd::kLanes <= n_pairs; i += simd::kLanes) {
    const simd::F32 x0 = simd::load(head + i);
    const simd::F32 x1 = simd::load(other + i);
    const simd::F32 c = simd::load(cos + i);
    const simd::F32 s = simd::load(sin + i);
    simd::store(head + i, x0 * c - x1 * s);
    simd::store(other + i, x0 * s + x1 * c);
  }
  for (; i < n_pairs; ++i) {
    const float x0 = head[i];
    const float x1 = other[i];
    head[i] = x0 * cos[i] - x1 * sin[i];
    other[i] = x0 * sin[i] + x1 * cos[i];
  }
}

}  // namespace onehead
