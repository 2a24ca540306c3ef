// Owned bytes on a 64-byte boundary: a cache line, and the widest batch.
#pragma once

#include <cstddef>

#include "base/status.hpp"

namespace onehead {

class AlignedBuffer {
 public:
  static constexpr size_t kAlignment = 64;

  // Zeroed bytes. Memory that cannot be had is ErrorCode::kOutOfMemory, never a trap.
  static Expected<AlignedBuffer> allocate(size_t bytes);
  // Bytes that may be anything, for what is written in whole before it is read.
  static Expected<AlignedBuffer> allocate_unset(size_t bytes);

  AlignedBuffer() = default;
  ~AlignedBuffer();
  AlignedBuffer(AlignedBuffer&& other) noexcept;
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;
  AlignedBuffer(const AlignedBuffer&) = delete;
  AlignedBuffer& operator=(const AlignedBuffer&) = delete;

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  size_t size() const { return size_; }

  // The bytes from an offset on as T's; the offset must suit T's alignment.
  template <class T>
  T* at(size_t byte_offset) {
    return reinterpret_cast<T*>(data_ + byte_offset);
  }
  template <class T>
  const T* at(size_t byte_offset) const {
    return reinterpret_cast<const T*>(data_ + byte_offset);
  }

 private:
  static Expected<AlignedBuffer> aligned(void* allocation, size_t bytes);

  void* allocation_ = nullptr;
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace onehead
