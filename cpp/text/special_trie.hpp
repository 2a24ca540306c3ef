// The pieces that are looked for in a text before all else, by their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace onehead {

class SpecialTrie {
 public:
  // Longer pieces are not looked for: their length bounds the work for each byte of a text.
  static constexpr size_t kMaxBytes = 256;

  SpecialTrie() { nodes_.resize(256); }  // the first bytes have their places

  // False: no room. Nobody has so many special pieces.
  [[nodiscard]] bool add(std::string_view piece, int32_t id);

  // The longest piece that `text` (not empty) begins with and that is accepted(id), or -1.
  template <class Accepted>
  int32_t longest(std::string_view text, const Accepted& accepted) const {
    int32_t found = -1;
    auto node = static_cast<uint32_t>(static_cast<uint8_t>(text[0]));
    for (size_t i = 1;; ++i) {
      if (nodes_[node].id >= 0 && accepted(nodes_[node].id)) found = nodes_[node].id;
      if (i == text.size()) return found;
      node = child(node, text[i]);
      if (node == 0) return found;
    }
  }

 private:
  struct Node {
    uint32_t first_child = 0, next_sibling = 0;  // 0: none
    int32_t id = -1;                             // of the piece that ends here
    char byte = 0;
  };

  uint32_t child(uint32_t node, char byte) const {
    uint32_t next = nodes_[node].first_child;
    while (next != 0 && nodes_[next].byte != byte) next = nodes_[next].next_sibling;
    return next;
  }

  std::vector<Node> nodes_;
};

}  // namespace onehead
