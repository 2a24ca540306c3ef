// FNV-1a, 64 bits: the hash of the golden tables. For each byte: hash = (hash xor byte) * prime.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>

namespace onehead::support {

class Fnv1a {
 public:
  void add_byte(uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001B3u; }

  // The four bytes of each float, little endian, in order.
  void add_floats(std::span<const float> values) {
    for (const float value : values) {
      const auto bits = std::bit_cast<uint32_t>(value);
      for (int shift = 0; shift < 32; shift += 8) add_byte(static_cast<uint8_t>(bits >> shift));
    }
  }

  // 16 lower-case hexadecimal digits.
  std::string hex() const {
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(hash_ >> shift) & 15];
    return text;
  }

 private:
  uint64_t hash_ = 0xCBF29CE484222325u;
};

inline std::string hash_floats(std::span<const float> values) {
  Fnv1a hash;
  hash.add_floats(values);
  return hash.hex();
}

}  // namespace onehead::support
