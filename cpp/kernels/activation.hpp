// Element-wise steps between the matrix products.
#pragma once

#include <cstdint>

namespace onehead {

// out_i = (gate_i / (1 + exp(-gate_i))) * up_i, with simd/exp.hpp's exp. out may be gate or up.
void silu_mul(const float* gate, const float* up, int32_t n, float* out);

// x_i = x_i + y_i
void add(float* x, const float* y, int32_t n);

// x_i = x_i * factor
void scale(float* x, float factor, int32_t n);

}  // namespace onehead
