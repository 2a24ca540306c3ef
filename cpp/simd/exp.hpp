// exp in f32, the same bits for a float and for every batch width. Made of + - * and bit
// operations:
//
//   x < -87             -> 0        (nothing below 2^-126, so no subnormals)
//   x > 88.72           -> +infinity
//   t = x * 0x1.715476p+0 + 0x1.8p23         n = t - 0x1.8p23        (x / ln 2, half to even)
//   r = (x - n * 0x1.63p-1) - n * -0x1.bd0106p-13
//   p = ((0x1.106252p-7 * r + 0x1.572a64p-5) * r + 0x1.5557bp-3) * r + 0x1.fffdfcp-2
//   e = ((r * r) * p + r) + 1
//   exp(x) = float(bits(e) + (bits(t) << 23))                          (e * 2^n)
//
// Within 1.9e-7 of the true value (relative) from -87 to 88.72; exp(0) = 1.
#pragma once

#include <bit>
#include <limits>

#include "simd/f32.hpp"

namespace onehead::simd {
namespace detail {

inline float scale_by_exponent(float e, float t) {
  return std::bit_cast<float>(std::bit_cast<uint32_t>(e) + (std::bit_cast<uint32_t>(t) << 23));
}
inline F32 scale_by_exponent(F32 e, F32 t) {
  return xsimd::bitwise_cast<float>(xsimd::bitwise_cast<uint32_t>(e) +
                                    (xsimd::bitwise_cast<uint32_t>(t) << 23));
}

inline float select(bool condition, float yes, float no) { return condition ? yes : no; }
inline F32 select(F32::batch_bool_type condition, F32 yes, F32 no) {
  return xsimd::select(condition, yes, no);
}

inline constexpr float kExpTerms[] = {
    0x1.715476p+0f, 0x1.8p23f,      0x1.63p-1f,    -0x1.bd0106p-13f,
    0x1.106252p-7f, 0x1.572a64p-5f, 0x1.5557bp-3f, 0x1.fffdfcp-2f,
    1.0f,           -87.0f};

}  // namespace detail

// The function with its constants at hand: a loop makes one beforehand. V is float or F32.
template <class V>
class Exp {
 public:
  Exp() {
    // Read from memory: vector constants written in the code are made anew at every use by V8,
    // which takes longer than what they are used for.
    const float* terms = opaque(detail::kExpTerms);
    for (int i = 0; i < kTerms; ++i) c_[i] = V(terms[i]);
  }

  V operator()(V x) const {
    return detail::select(x > V(88.72f), V(std::numeric_limits<float>::infinity()), nonpositive(x));
  }

  // For x <= 0, one comparison cheaper.
  V nonpositive(V x) const {
    V values[1] = {x};
    nonpositive(values);
    return values[0];
  }

  // N values in place, step by step and not value by value: the chains of dependent operations run
  // beside each other. (The loop over the polynomial's terms must stay one: unrolled, LLVM's wasm
  // back end puts the chains one after the other again.)
  template <int N>
  void nonpositive(V (&x)[N]) const {
    V t[N], r[N], p[N];
    for (int i = 0; i < N; ++i) t[i] = x[i] * c_[0] + c_[1];
    for (int i = 0; i < N; ++i) {
      const V n = t[i] - c_[1];
      r[i] = (x[i] - n * c_[2]) - n * c_[3];
    }
    for (int i = 0; i < N; ++i) p[i] = c_[4];
#pragma GCC unroll 1
    for (int term = 5; term < 8; ++term) {
      const V c = c_[term];
      for (int i = 0; i < N; ++i) p[i] = p[i] * r[i] + c;
    }
    for (int i = 0; i < N; ++i) {
      const V e = ((r[i] * r[i]) * p[i] + r[i]) + c_[8];
      x[i] = detail::select(x[i] < c_[9], V(0.0f), detail::scale_by_exponent(e, t[i]));
    }
  }

 private:
  static constexpr int kTerms = 10;
  V c_[kTerms];
};

// Not called exp: xsimd has one too, and an unqualified call would find that.
template <class V>
V exp_f32(V x) {
  return Exp<V>()(x);
}

}  // namespace onehead::simd
