#include "text/special_trie.hpp"

namespace onehead {

constexpr size_t kMaxNodes = size_t{1} << 20;

bool SpecialTrie::add(std::string_view piece, int32_t id) {
  if (piece.empty() || piece.size() > kMaxBytes) return true;
  auto node = static_cast<uint32_t>(static_cast<uint8_t>(piece[0]));
  for (char byte : piece.substr(1)) {
    uint32_t next = child(node, byte);
    if (next == 0) {
      if (nodes_.size() == kMaxNodes) return false;
      next = static_cast<uint32_t>(nodes_.size());
      nodes_.push_back({0, nodes_[node].first_child, -1, byte});
      nodes_[node].first_child = next;
    }
    node = next;
  }
  nodes_[node].id = id;
  return true;
}

}  // namespace onehead
