// exp in f32, the same bits for a float and for every batch width. Made of + - * and bit operations:
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

template <class V>
V exp_inside(V x) {
  const V shift(0x1.8p23f);
  const V t = x * V(0x1.715476p+0f) + shift;
  const V n = t - shift;
  const V r = (x - n * V(0x1.63p-1f)) - n * V(-0x1.bd0106p-13f);
  V p = V(0x1.106252p-7f) * r + V(0x1.572a64p-5f);
  p = p * r + V(0x1.5557bp-3f);
  p = p * r + V(0x1.fffdfcp-2f);
  const V e = ((r * r) * p + r) + V(1.0f);
  return scale_by_exponent(e, t);
}

}  // namespace detail

// V is float or F32. Not called exp: xsimd has one too, and an unqualified call would find that.
template <class V>
V exp_f32(V x) {
  const V value = detail::select(x < V(-87.0f), V(0.0f), detail::exp_inside(x));
  return detail::select(x > V(88.72f), V(std::numeric_limits<float>::infinity()), value);
}

// exp for x <= 0, one comparison cheaper.
template <class V>
V exp_nonpositive(V x) {
  return detail::select(x < V(-87.0f), V(0.0f), detail::exp_inside(x));
}

}  // namespace onehead::simd
