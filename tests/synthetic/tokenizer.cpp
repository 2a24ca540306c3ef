#include "synthetic/tokenizer.hpp"

#include <string_view>

namespace onehead::synthetic {
namespace {

constexpr std::string_view kSpace = "\xE2\x96\x81";  // U+2581, SentencePiece's visible space

enum : int32_t { kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6 };

std::string byte_piece(int value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string piece = "<0x";
  piece += digits[static_cast<size_t>(value >> 4)];
  piece += digits[static_cast<size_t>(value & 15)];
  return piece + ">";
}

// Single characters first, most frequent first, then pieces of two and three that they merge into.
std::vector<std::string> text_pieces() {
  std::vector<std::string> pieces = {std::string(kSpace)};
  constexpr std::string_view letters =
      "etaoinshrdlucmfwypvbgkjqxz.,ETAOINSHRDLUCMFWYPVBGKJQXZ0123456789!?'-:;";
  constexpr std::string_view first = "tahieosrn";
  constexpr std::string_view second = "hneraosti";
  // The smallest vocabularies get a few merges too: they follow the first 28 characters.
  for (size_t i = 0; i < 28; ++i) pieces.emplace_back(1, letters[i]);
  for (const char* merge : {"th", "he", "the", "an"}) pieces.emplace_back(merge);
  pieces.push_back(std::string(kSpace) + "the");
  for (size_t i = 28; i < letters.size(); ++i) pieces.emplace_back(1, letters[i]);
  for (const char a : first) {
    for (const char b : second) {
      const std::string pair = {a, b};
      if (pair != "th" && pair != "he" && pair != "an") pieces.push_back(pair);
    }
  }
  return pieces;
}

}  // namespace

Vocabulary make_vocabulary(int32_t size) {
  Vocabulary vocabulary;
  const auto add = [&](std::string piece, float score, int32_t type) {
    vocabulary.pieces.push_back(std::move(piece));
    vocabulary.scores.push_back(score);
    vocabulary.types.push_back(type);
  };
  add("<unk>", 0.0f, kUnknown);
  add("<s>", 0.0f, kControl);
  add("</s>", 0.0f, kControl);
  if (size >= kFirstTextId + 256 + 1) {
    for (int value = 0; value < 256; ++value) add(byte_piece(value), 0.0f, kByte);
  }
  const std::vector<std::string> pieces = text_pieces();
  for (size_t i = 0; vocabulary.pieces.size() < static_cast<size_t>(size); ++i) {
    // Beyond the list: pieces that no text contains, to fill the size asked for.
    add(i < pieces.size() ? pieces[i] : "unused" + std::to_string(i), -static_cast<float>(i),
        kNormal);
  }
  return vocabulary;
}

}  // namespace onehead::synthetic
