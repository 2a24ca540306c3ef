// Byte-level BPE: inside each word of the pre-tokenizer, bytes are merged, first-listed merge
// first.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "text/tokenizer.hpp"

namespace onehead {

class ByteLevelEncoder {
 public:
  explicit ByteLevelEncoder(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  Status encode(std::string_view text, std::vector<int32_t>& out);

 private:
  struct Symbol {
    int32_t previous, next;
    int32_t id;  // -1: merged into the one before
  };
  struct Pair {
    uint32_t rank;
    int32_t left, right;        // symbols …
    int32_t left_id, right_id;  // … and what they were when the pair was seen
  };
  static bool worse(const Pair& a, const Pair& b);
  Status encode_word(std::string_view word, std::vector<int32_t>& out);
  void consider(int32_t left, int32_t right);
  void merge(const Pair& pair);

  const Tokenizer& tokenizer_;
  std::vector<int32_t> ids_;  // of the word's bytes
  std::vector<Symbol> symbols_;
  std::vector<Pair> queue_;  // a heap
};

}  // namespace onehead
