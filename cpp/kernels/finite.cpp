#include "kernels/finite.hpp"

#include <bit>

namespace onehead {

bool all_finite(const float* x, int32_t n) {
  // A finite value has an exponent below 255; one pass without branches, so that it vectorises.
  uint32_t broken = 0;
  for (int32_t i = 0; i < n; ++i) {
    const uint32_t magnitude = std::bit_cast<uint32_t>(x[i]) & 0x7fffffffu;
    broken |= (magnitude >= 0x7f800000u) ? 1u : 0u;
  }
  return broken == 0;
}

}  // namespace onehead
