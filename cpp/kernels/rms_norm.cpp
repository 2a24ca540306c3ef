#include "kernels/rms_norm.hpp"

#include <cmath>

#include "simd/partial_sum.hpp"

namespace onehead {

using simd::F32;
using simd::kLanes;

void rms_norm(const float* x, const float* weight, float eps, int32_t n, float* out) {
  simd::PartialSum partials;
  int32_t i = 0;
  for (; i + simd::kPartials <= n; i += simd::kPartials) {
    for (int b = 0; b < simd::kPartialBatches; ++b) {
      const F32 value = simd::load(x + i + b * kLanes);
      partials.add(b, value * value);
    }
  }
  float rest[simd::kPartials];
  const int32_t n_rest = n - i;
  for (int j = 0; j < n_rest; ++j) rest[j] = x[i + j] * x[i + j];
  partials.add_rest(rest, n_rest);
  const float sum = partials.fold();
  const float r = 1.0f / std::sqrt(sum / static_cast<float>(n) + eps);

  int32_t at = 0;
  for (; at + kLanes <= n; at += kLanes) {
    simd::store(out + at, (simd::load(x + at) * F32(r)) * simd::load(weight + at));
  }
  for (; at < n; ++at) out[at] = (x[at] * r) * weight[at];
}

}  // namespace onehead
