#include "base/aligned_buffer.hpp"

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "base/decimal.hpp"

namespace onehead {
namespace {

bool fits(size_t bytes) { return bytes <= SIZE_MAX - AlignedBuffer::kAlignment; }

}  // namespace

Expected<AlignedBuffer> AlignedBuffer::allocate(size_t bytes) {
  if (bytes == 0) return AlignedBuffer();
  // calloc and not aligned_alloc + memset: natively, fresh pages are zero and stay untouched.
  return aligned(fits(bytes) ? std::calloc(bytes + kAlignment, 1) : nullptr, bytes);
}

Expected<AlignedBuffer> AlignedBuffer::allocate_unset(size_t bytes) {
  if (bytes == 0) return AlignedBuffer();
  return aligned(fits(bytes) ? std::malloc(bytes + kAlignment) : nullptr, bytes);
}

Expected<AlignedBuffer> AlignedBuffer::aligned(void* allocation, size_t bytes) {
  AlignedBuffer buffer;
  if (allocation == nullptr) {
    return Status{
        ErrorCode::kOutOfMemory,
        "could not allocate " + to_decimal(static_cast<int64_t>(bytes)) + " bytes of memory"};
  }
  const uintptr_t start = reinterpret_cast<uintptr_t>(allocation);
  const uintptr_t misalignment = start % kAlignment;
  buffer.allocation_ = allocation;
  buffer.data_ =
      static_cast<std::byte*>(allocation) + (misalignment == 0 ? 0 : kAlignment - misalignment);
  buffer.size_ = bytes;
  return buffer;
}

AlignedBuffer::~AlignedBuffer() { std::free(allocation_); }

AlignedBuffer::AlignedBuffer(AlignedBuffer&& other) noexcept
    : allocation_(std::exchange(other.allocation_, nullptr)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

AlignedBuffer& AlignedBuffer::operator=(AlignedBuffer&& other) noexcept {
  std::swap(allocation_, other.allocation_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace onehead
