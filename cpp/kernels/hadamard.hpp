// The Walsh-Hadamard transform, which spreads what stands out in a few places over all of them: a
// vector is then worth the more when it is quantised with one scale. Dot products keep their value
// when both sides are transformed, but for a factor.
#pragma once

#include <cstdint>

namespace onehead {

// The largest power of two that divides n: elements are transformed in runs of so many, and dot
// products grow by this factor. Transforming twice multiplies by it.
constexpr int32_t hadamard_size(int32_t n) { return n & -n; }

// x [n] in place. For h = 1, 2, 4 … below hadamard_size(n), for all pairs i, j = i + h whose i
// lacks the bit h: x_i, x_j = x_i + x_j, x_i - x_j.
void hadamard(float* x, int32_t n);

// The same, and x_i = x_i / hadamard_size(n).
void hadamard_inverse(float* x, int32_t n);

}  // namespace onehead
