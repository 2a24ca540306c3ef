// SentencePiece's BPE: characters are merged, best score first, as long as the result is a piece.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "text/tokenizer.hpp"

namespace onehead {

class SentencePieceEncoder {
 public:
  explicit SentencePieceEncoder(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  Status encode(std::string_view text, std::vector<int32_t>& out);

 private:
  struct Symbol {  // a character, later a piece: text_[begin, begin + n_bytes)
    int32_t previous, next;
    uint32_t begin, n_bytes;
    int32_t id;  // of the merged piece; -1 for a single character
  };
  struct Pair {  // two neighbours that would make a piece
    float score;
    int32_t left, right;
    uint32_t n_bytes;
    int32_t id;
  };
  static bool worse(const Pair& a, const Pair& b);
  void split(std::string_view text);
  void consider(int32_t left, int32_t right);
  void merge(const Pair& pair);
  std::string_view text_of(const Symbol& symbol) const;

  const Tokenizer& tokenizer_;
  std::string text_;  // spaces replaced by the space sign
  std::vector<Symbol> symbols_;
  std::vector<Pair> queue_;  // a heap
};

}  // namespace onehead
