// A 64-bit hash of a stream of bytes, which may come in pieces of any size. It tells files apart
// and notices accidents; it is no protection against somebody who wants it to agree.
//
// Four sums run beside each other; word i of the stream (8 bytes, little-endian, the last one
// filled up with zeros) goes into sum s = i mod 4:
//
//   s = (s ^ word) * kMultiplier,   s = s ^ (s >> 32)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace onehead {

class Fingerprint {
 public:
  void add(std::span<const std::byte> bytes);
  // Of everything so far, its length included.
  uint64_t value() const;

 private:
  static constexpr size_t kSums = 4;
  static constexpr size_t kStride = 8 * kSums;

  void add_stride(const std::byte* bytes);

  uint64_t sums_[kSums] = {1, 2, 3, 4};
  uint64_t length_ = 0;
  std::byte rest_[kStride];  // length_ % kStride bytes that are not in the sums yet
};

}  // namespace onehead
