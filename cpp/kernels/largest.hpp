// Of n finite numbers, n > 0.
#pragma once

#include <cstdint>

namespace onehead {

float largest(const float* x, int32_t n);

// Of equals, the first.
int32_t index_of_largest(const float* x, int32_t n);

}  // namespace onehead
