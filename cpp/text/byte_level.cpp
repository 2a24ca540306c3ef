#include "text/byte_level.hpp"

#include <algorithm>

#include "text/gpt2_words.hpp"

namespace onehead {

bool ByteLevelEncoder::worse(const Pair& a, const Pair& b) {
  return a.rank > b.rank || (a.rank == b.rank && a.left > b.left);
}

void ByteLevelEncoder::consider(int32_t left, int32_t right) {
  if (left < 0 || right < 0) return;
  const int32_t left_id = symbols_[static_cast<size_t>(left)].id;
  const int32_t right_id = symbols_[static_cast<size_t>(right)].id;
  const uint32_t rank = tokenizer_.find_merge(left_id, right_id);
  if (rank == SlotTable::kNone) return;
  queue_.push_back({rank, left, right, left_id, right_id});
  std::push_heap(queue_.begin(), queue_.end(), worse);
}

void ByteLevelEncoder::merge(const Pair& pair) {
  Symbol& left = symbols_[static_cast<size_t>(pair.left)];
  Symbol& right = symbols_[static_cast<size_t>(pair.right)];
  // Either symbol may have been merged with another one since the pair was seen.
  if (left.id != pair.left_id || right.id != pair.right_id || left.next != pair.right) return;
  left.id = tokenizer_.merges_[pair.rank].merged;
  left.next = right.next;
  right.id = -1;
  if (right.next >= 0) symbols_[static_cast<size_t>(right.next)].previous = pair.left;
  consider(left.previous, pair.left);
  consider(pair.left, left.next);
}

Status ByteLevelEncoder::encode_word(std::string_view word, std::vector<int32_t>& out) {
  ids_.clear();
  for (char c : word) {
    const int32_t id = tokenizer_.byte_ids_[static_cast<uint8_t>(c)];
    if (id >= 0) {
      ids_.push_back(id);
      continue;
    }
    Status status = tokenizer_.append_byte_tokens({&c, 1}, ids_);
    if (!status.ok()) return status;
  }
  const auto n = static_cast<int32_t>(ids_.size());
  symbols_.clear();
  for (int32_t i = 0; i < n; ++i) symbols_.push_back({i - 1, i + 1, ids_[static_cast<size_t>(i)]});
  symbols_.back().next = -1;
  for (int32_t i = 1; i < n; ++i) consider(i - 1, i);
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), worse);
    const Pair pair = queue_.back();
    queue_.pop_back();
    merge(pair);
  }
  for (int32_t i = 0; i >= 0; i = symbols_[static_cast<size_t>(i)].next) {
    out.push_back(symbols_[static_cast<size_t>(i)].id);
  }
  return {};
}

Status ByteLevelEncoder::encode(std::string_view text, std::vector<int32_t>& out) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = gpt2_word_end(text, at, *tokenizer_.classes_);
    Status status = encode_word(text.substr(at, end - at), out);
    if (!status.ok()) return status;
    at = end;
  }
  return {};
}

}  // namespace onehead
