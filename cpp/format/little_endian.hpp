// Numbers as they lie in a file: little endian, at any address.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>

namespace onehead {

static_assert(std::endian::native == std::endian::little, "numbers are read as they lie");

template <class T>
T read_le(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

}  // namespace onehead
