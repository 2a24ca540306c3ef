// Writes a GGUF header number by number, so that any of them can be wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace onehead {

class GgufBytes {
 public:
  template <class T>
  GgufBytes& number(T value) {
    char in_memory[sizeof(T)];
    std::memcpy(in_memory, &value, sizeof(T));
    return raw({in_memory, sizeof(T)});
  }
  GgufBytes& raw(std::string_view text) {
    for (char c : text) bytes_.push_back(static_cast<std::byte>(c));
    return *this;
  }
  GgufBytes& string(std::string_view text) { return number<uint64_t>(text.size()).raw(text); }
  GgufBytes& begin(uint64_t n_tensors, uint64_t n_entries, uint32_t version = 3) {
    return raw("GGUF").number(version).number(n_tensors).number(n_entries);
  }
  GgufBytes& key(std::string_view name, uint32_t type) { return string(name).number(type); }
  GgufBytes& tensor(std::string_view name, std::span<const uint64_t> dims, uint32_t type,
                    uint64_t offset) {
    string(name).number(static_cast<uint32_t>(dims.size()));
    for (uint64_t dim : dims) number(dim);
    return number(type).number(offset);
  }
  GgufBytes& zeros(size_t n) {
    for (; n > 0; --n) bytes_.push_back({});
    return *this;
  }
  GgufBytes& align(size_t alignment = 32) {
    return zeros((alignment - bytes_.size() % alignment) % alignment);
  }

  std::span<const std::byte> bytes() const { return bytes_; }
  uint64_t size() const { return bytes_.size(); }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace onehead
