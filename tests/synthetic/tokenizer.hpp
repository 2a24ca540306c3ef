// A tiny SentencePiece-like vocabulary, so that synthetic models can encode text too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace onehead::synthetic {

inline constexpr int32_t kUnknownId = 0;
inline constexpr int32_t kBosId = 1;
inline constexpr int32_t kEosId = 2;
inline constexpr int32_t kFirstTextId = 3;

struct Vocabulary {
  std::vector<std::string> pieces;
  std::vector<float> scores;
  std::vector<int32_t> types;  // 1 normal, 2 unknown, 3 control, 6 byte
};

// Exactly `size` pieces (at least 4). From 260 on, the 256 byte pieces are there and any text
// encodes; below that letters, then pairs that merge.
Vocabulary make_vocabulary(int32_t size);

}  // namespace onehead::synthetic
