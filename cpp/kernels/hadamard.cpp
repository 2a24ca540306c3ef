#include "kernels/hadamard.hpp"

#include <utility>

#include "simd/f32.hpp"

namespace onehead {
namespace {

using simd::F32;
using simd::kLanes;

template <int H, uint32_t... I>
F32 partners(F32 x, std::integer_sequence<uint32_t, I...>) {
  return xsimd::swizzle(x, xsimd::batch_constant<uint32_t, simd::Arch, (I ^ H)...>());
}

// Pairs that lie in one batch.
template <int H>
void stage_within(float* x, int32_t n) {
  alignas(F32) float signs[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) signs[lane] = (lane & H) != 0 ? -1.0f : 1.0f;
  const F32 sign = F32::load_aligned(signs);
  int32_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const F32 own = simd::load(x + i);
    simd::store(x + i,
                partners<H>(own, std::make_integer_sequence<uint32_t, kLanes>()) + own * sign);
  }
  for (; i < n; ++i) {
    if ((i & H) != 0) continue;
    const float a = x[i];
    const float b = x[i + H];
    x[i] = a + b;
    x[i + H] = a - b;
  }
}

template <int H>
void stages_within(float* x, int32_t n, int32_t size) {
  if constexpr (H < kLanes) {
    if (H >= size) return;
    stage_within<H>(x, n);
    stages_within<2 * H>(x, n, size);
  }
}

}  // namespace

void hadamard(float* x, int32_t n) {
  const int32_t size = hadamard_size(n);
  stages_within<1>(x, n, size);
  for (int32_t h = kLanes; h < size; h *= 2) {
    for (int32_t begin = 0; begin < n; begin += 2 * h) {
      for (int32_t i = begin; i < begin + h; i += kLanes) {
        const F32 a = simd::load(x + i);
        const F32 b = simd::load(x + i + h);
        simd::store(x + i, a + b);
        simd::store(x + i + h, a - b);
      }
    }
  }
}

void hadamard_inverse(float* x, int32_t n) {
  hadamard(x, n);
  const float factor = 1.0f / static_cast<float>(hadamard_size(n));
  for (int32_t i = 0; i < n; ++i) x[i] = x[i] * factor;
}

}  // namespace onehead
