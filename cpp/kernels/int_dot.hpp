// How the exact int8 dot products are computed. Every way gives the same integers.
#pragma once

#include <cstdint>
#include <string_view>

namespace onehead {

enum class IntDot : uint8_t {
  kStrict,      // 16-bit multiply and add pairs: every engine
  kSigned,      // 8-bit dot, both operands signed
  kUnsigned,    // 8-bit dot, second operand unsigned, exact
  kSaturating,  // 8-bit pair sums that saturate at 16 bits: operands such that they never do
};

inline constexpr IntDot kIntDots[] = {IntDot::kStrict, IntDot::kSigned, IntDot::kUnsigned,
                                      IntDot::kSaturating};

constexpr std::string_view int_dot_name(IntDot back_end) {
  switch (back_end) {
    case IntDot::kStrict:
      return "strict";
    case IntDot::kSigned:
      return "signed";
    case IntDot::kUnsigned:
      return "unsigned";
    case IntDot::kSaturating:
      return "saturating";
  }
  return "strict";
}

// The fastest way that is right on this machine: the engine's 8-bit dot is probed and must then
// pass a self-test on adversarial values; otherwise, and in builds without one, kStrict.
IntDot select_int_dot();

}  // namespace onehead
