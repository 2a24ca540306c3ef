// Root-mean-square normalisation of one row.
#pragma once

#include <cstdint>

namespace onehead {

// out_i = (x_i * r) * weight_i with r = 1 / sqrt(sum(x^2) / n + eps). The sum has 16 partials,
// element i in partial i mod 16, folded 8-4-2-1. out may be x.
void rms_norm(const float* x, const float* weight, float eps, int32_t n, float* out);

}  // namespace onehead
