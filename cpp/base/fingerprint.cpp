#include "base/fingerprint.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace onehead {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15;  // odd: no word is lost

constexpr uint64_t mix(uint64_t sum, uint64_t word) {
  sum = (sum ^ word) * kMultiplier;
  return sum ^ (sum >> 32);
}

}  // namespace

void Fingerprint::add_stride(const std::byte* bytes) {
  uint64_t words[kSums];
  std::memcpy(words, bytes, kStride);
  for (size_t i = 0; i < kSums; ++i) sums_[i] = mix(sums_[i], words[i]);
}

void Fingerprint::add(std::span<const std::byte> bytes) {
  const auto held = static_cast<size_t>(length_ % kStride);
  length_ += bytes.size();
  if (held > 0) {
    const size_t n = std::min(bytes.size(), kStride - held);
    std::copy_n(bytes.begin(), n, rest_ + held);
    bytes = bytes.subspan(n);
    if (held + n < kStride) return;
    add_stride(rest_);
  }
  for (; bytes.size() >= kStride; bytes = bytes.subspan(kStride)) add_stride(bytes.data());
  std::copy(bytes.begin(), bytes.end(), rest_);
}

uint64_t Fingerprint::value() const {
  Fingerprint last = *this;
  const auto held = static_cast<size_t>(length_ % kStride);
  if (held > 0) {
    std::fill(last.rest_ + held, last.rest_ + kStride, std::byte{0});
    last.add_stride(last.rest_);
  }
  uint64_t hash = length_;
  for (const uint64_t sum : last.sums_) hash = mix(hash, sum);
  return mix(hash, hash >> 29);
}

}  // namespace onehead
