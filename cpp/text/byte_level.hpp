// Byte-level BPE: inside each word of the pre-tokenizer, bytes are merged, first-listed merge
// first. A byte without a token stands between its neighbours and is left out at the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.hpp"

namespace onehead {

class ByteLevelEncoder {
 public:
  explicit ByteLevelEncoder(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  void encode(std::string_view text, std::vector<int32_t>& out);

 private:
  static constexpr int32_t kMerged = -2;  // into the symbol before
  struct Symbol {
    int32_t previous, next;
    int32_t id;  // -1: a byte without a token
  };
  struct Pair {
    uint32_t rank;
    int32_t left, right;        // symbols …
    int32_t left_id, right_id;  // … and what they were when the pair was seen
  };
  static bool worse(const Pair& a, const Pair& b);
  void encode_word(std::string_view word, std::vector<int32_t>& out);
  int32_t find_whole(std::string_view word);
  void consider(int32_t left, int32_t right);
  void merge(const Pair& pair);

  const Tokenizer& tokenizer_;
  std::string spelled_;  // a word in the byte alphabet
  std::vector<Symbol> symbols_;
  std::vector<Pair> queue_;  // a heap
};

}  // namespace onehead
