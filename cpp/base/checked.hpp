// Unsigned arithmetic that reports overflow, for sizes that come from files.
#pragma once

#include <cstdint>

namespace onehead {

// False, leaving out untouched, when the result does not fit in 64 bits.
[[nodiscard]] constexpr bool checked_add(uint64_t a, uint64_t b, uint64_t& out) {
  if (a > UINT64_MAX - b) return false;
  out = a + b;
  return true;
}

[[nodiscard]] constexpr bool checked_mul(uint64_t a, uint64_t b, uint64_t& out) {
  if (b != 0 && a > UINT64_MAX / b) return false;
  out = a * b;
  return true;
}

// value rounded up to a multiple of alignment (a power of two).
[[nodiscard]] constexpr bool checked_align_up(uint64_t value, uint64_t alignment, uint64_t& out) {
  uint64_t padded = 0;
  if (!checked_add(value, alignment - 1, padded)) return false;
  out = padded & ~(alignment - 1);
  return true;
}

}  // namespace onehead
