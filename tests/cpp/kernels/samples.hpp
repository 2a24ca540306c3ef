// Seeded inputs and bit comparisons for the kernel tests.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "simd/f32.hpp"
#include "synthetic/random.hpp"

namespace onehead {

using Floats = std::vector<float>;

inline Floats random_floats(synthetic::Random& random, int32_t n, float magnitude = 1.0f) {
  Floats values(static_cast<size_t>(n));
  for (float& value : values) value = random.symmetric() * magnitude;
  return values;
}

// Equal bits; any NaN equals any NaN.
inline ::testing::AssertionResult same_bits(const float* actual, const Floats& expected) {
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(actual[i]) && std::isnan(expected[i])) continue;
    if (std::bit_cast<uint32_t>(actual[i]) != std::bit_cast<uint32_t>(expected[i])) {
      return ::testing::AssertionFailure() << "element " << i << " of " << expected.size() << " is "
                                           << std::hexfloat << actual[i] << ", not " << expected[i];
    }
  }
  return ::testing::AssertionSuccess();
}

// A copy that starts `offset` floats past a 64-byte boundary, with guards around it.
class Misaligned {
 public:
  Misaligned(const Floats& values, int offset)
      : buffer_(*AlignedBuffer::allocate((values.size() + 48) * sizeof(float))),
        begin_(buffer_.at<float>(0) + 16 + offset),
        n_(values.size()) {
    std::fill_n(buffer_.at<float>(0), n_ + 48, kGuard);
    std::copy(values.begin(), values.end(), begin_);
  }

  float* data() { return begin_; }
  // Nothing was written outside.
  bool intact() const {
    for (const float* p = buffer_.at<float>(0); p < begin_; ++p) {
      if (*p != kGuard) return false;
    }
    for (int i = 0; i < 16; ++i) {
      if (begin_[n_ + static_cast<size_t>(i)] != kGuard) return false;
    }
    return true;
  }

 private:
  static constexpr float kGuard = 12345.0f;
  AlignedBuffer buffer_;
  float* begin_;
  size_t n_;
};

// Counts around every batch boundary, and a few odd larger ones.
inline std::vector<int32_t> counts() {
  std::vector<int32_t> all;
  for (int32_t n = 0; n <= 2 * simd::kLanes + 1; ++n) all.push_back(n);
  for (const int32_t n : {47, 63, 64, 65, 172, 288, 1001}) all.push_back(n);
  return all;
}

}  // namespace onehead
