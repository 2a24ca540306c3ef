// Pieces of a vocabulary: how they are hashed, and the two spellings that mean something else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/slot_table.hpp"

namespace onehead {

constexpr std::string_view kSpaceSign = "\xE2\x96\x81";  // U+2581: SentencePiece's space
constexpr uint32_t kSpaceSignCode = 0x2581;

inline uint64_t piece_hash(std::string_view piece) {
  uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a
  for (char c : piece) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3u;
  return mix_bits(hash);
}

// The byte that "<0x0A>" stands for, or -1 if the piece is not of this form.
constexpr int32_t byte_of_piece(std::string_view piece) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return -1;
  int32_t byte = 0;
  for (char c : piece.substr(3, 2)) {
    const int32_t digit = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return -1;
    byte = byte * 16 + digit;
  }
  return byte;
}

}  // namespace onehead
