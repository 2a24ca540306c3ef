// GPT-2's alphabet: byte-level vocabularies write each byte as one printable character. Printable
// Latin-1 stands for itself; the other 68 bytes, in order, are U+0100, U+0101, …
#pragma once

#include <cstdint>

namespace onehead {

constexpr bool stands_for_itself(uint32_t code) {
  return (code > 0x20 && code < 0x7F) || (code > 0xA0 && code < 0x100 && code != 0xAD);
}

// The byte that a character stands for, or -1.
constexpr int32_t byte_of_character(uint32_t code) {
  if (stands_for_itself(code)) return static_cast<int32_t>(code);
  if (code < 0x100 || code >= 0x100 + 68) return -1;
  const auto rank = static_cast<int32_t>(code - 0x100);
  if (rank < 33) return rank;           // 0x00 to 0x20
  return rank < 67 ? rank + 94 : 0xAD;  // 0x7F to 0xA0; the soft hyphen
}

constexpr uint32_t character_of_byte(uint8_t byte) {
  if (stands_for_itself(byte)) return byte;
  if (byte <= 0x20) return 0x100u + byte;
  return byte == 0xAD ? 0x100u + 67 : 0x100u + byte - 94;
}

}  // namespace onehead
