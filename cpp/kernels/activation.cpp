#include "kernels/activation.hpp"

#include "simd/exp.hpp"

namespace onehead {
namespace {

using simd::F32;
using simd::kLanes;

template <class V>
V silu_mul(const simd::Exp<V>& exp, V gate, V up) {
  return (gate / (V(1.0f) + exp(-gate))) * up;
}

template <class V>
V gelu_mul(const simd::Exp<V>& exp, V gate, V up) {
  const V w = gate * (V(0x1.988454p+0f) + V(0x1.2444f2p-4f) * (gate * gate));
  return (gate / (V(1.0f) + exp(-w))) * up;
}

}  // namespace

void silu_mul(const float* gate, const float* up, int32_t n, float* out) {
  const simd::Exp<F32> exp;
  int32_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    simd::store(out + i, silu_mul(exp, simd::load(gate + i), simd::load(up + i)));
  }
  for (; i < n; ++i) out[i] = silu_mul(simd::Exp<float>(), gate[i], up[i]);
}

void gelu_mul(const float* gate, const float* up, int32_t n, float* out) {
  const simd::Exp<F32> exp;
  int32_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    simd::store(out + i, gelu_mul(exp, simd::load(gate + i), simd::load(up + i)));
  }
  for (; i < n; ++i) out[i] = gelu_mul(simd::Exp<float>(), gate[i], up[i]);
}

void add(float* x, const float* y, int32_t n) {
  int32_t i = 0;
  for (; i + kLanes <= n; i += kLanes) simd::store(x + i, simd::load(x + i) + simd::load(y + i));
  for (; i < n; ++i) x[i] = x[i] + y[i];
}

void scale(float* x, float factor, int32_t n) {
  int32_t i = 0;
  for (; i + kLanes <= n; i += kLanes) simd::store(x + i, simd::load(x + i) * F32(factor));
  for (; i < n; ++i) x[i] = x[i] * factor;
}

}  // namespace onehead
