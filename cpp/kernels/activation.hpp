// Element-wise steps between the matrix products.
#pragma once

#include <cstdint>

namespace onehead {

// out_i = (gate_i / (1 + exp(-gate_i))) * up_i, with simd/exp.hpp's exp. out may be gate or up.
void silu_mul(const float* gate, const float* up, int32_t n, float* out);

// out_i = gelu(gate_i) * up_i with GELU's tanh form, 0.5 x (1 + tanh(u)) for
// u = sqrt(2 / pi) (x + 0.044715 x^3), written as x / (1 + exp(-2u)):
//   w = g * (0x1.988454p+0 + 0x1.2444f2p-4 * (g * g));   out = (g / (1 + exp(-w))) * up
// out may be gate or up.
void gelu_mul(const float* gate, const float* up, int32_t n, float* out);

// x_i = x_i + y_i
void add(float* x, const float* y, int32_t n);

// x_i = x_i * factor
void scale(float* x, float factor, int32_t n);

}  // namespace onehead
