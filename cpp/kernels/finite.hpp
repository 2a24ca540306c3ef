// The check that stands between a broken model and a wrong answer.
#pragma once

#include <cstdint>

namespace onehead {

// Whether none of x [n] is infinite or NaN.
bool all_finite(const float* x, int32_t n);

}  // namespace onehead
