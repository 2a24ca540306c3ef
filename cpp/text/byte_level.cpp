#include "text/byte_level.hpp"

#include <algorithm>

#include "format/utf8.hpp"
#include "text/byte_alphabet.hpp"
#include "text/words.hpp"

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
  right.id = kMerged;
  if (right.next >= 0) symbols_[static_cast<size_t>(right.next)].previous = pair.left;
  consider(left.previous, pair.left);
  consider(pair.left, left.next);
}

// The piece that the whole word is, or -1.
int32_t ByteLevelEncoder::find_whole(std::string_view word) {
  if (word.size() > tokenizer_.max_piece_bytes_) return -1;
  spelled_.clear();
  for (char c : word) append_utf8(character_of_byte(static_cast<uint8_t>(c)), spelled_);
  return tokenizer_.find_text(spelled_);
}

void ByteLevelEncoder::encode_word(std::string_view word, std::vector<int32_t>& out) {
  if (tokenizer_.whole_words_) {
    if (const int32_t id = find_whole(word); id >= 0) return out.push_back(id);
  }
  const auto n = static_cast<int32_t>(word.size());
  symbols_.clear();
  for (int32_t i = 0; i < n; ++i) {
    const auto byte = static_cast<uint8_t>(word[static_cast<size_t>(i)]);
    symbols_.push_back({i - 1, i + 1, tokenizer_.byte_ids_[byte]});
  }
  symbols_.back().next = -1;
  for (int32_t i = 1; i < n; ++i) consider(i - 1, i);
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), worse);
    const Pair pair = queue_.back();
    queue_.pop_back();
    merge(pair);
  }
  for (int32_t i = 0; i >= 0; i = symbols_[static_cast<size_t>(i)].next) {
    const int32_t id = symbols_[static_cast<size_t>(i)].id;
    if (id >= 0) out.push_back(id);
  }
}

void ByteLevelEncoder::encode(std::string_view text, std::vector<int32_t>& out) {
  const std::optional<std::string> readable = readable_utf8(text);
  if (readable) text = *readable;
  for (size_t at = 0; at < text.size();) {
    const size_t end = word_end(tokenizer_.word_rule_, text, at, *tokenizer_.classes_);
    encode_word(text.substr(at, end - at), out);
    at = end;
  }
}

}  // namespace onehead
