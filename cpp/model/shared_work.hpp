// How much work a thread takes at least, in multiply-adds of a matrix product.
#pragma once

#include <algorithm>
#include <cstdint>

namespace onehead {

// Some microseconds, several times what sharing costs.
inline constexpr int64_t kSharedWork = 1 << 16;

// What an element of an element-wise step costs; one that is made by exp, and an angle's sine and
// cosine.
inline constexpr int32_t kElementWork = 16;
inline constexpr int32_t kExpWork = 64;
inline constexpr int32_t kAngleWork = 1024;

// How many items of so much work each make up a thread's least part.
constexpr int32_t grain(int64_t work_per_item) {
  return static_cast<int32_t>(1 + kSharedWork / std::max<int64_t>(work_per_item, 1));
}

}  // namespace onehead
