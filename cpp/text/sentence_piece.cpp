#include "text/sentence_piece.hpp"

#include <algorithm>

#include "text/piece_hash.hpp"

namespace onehead {

// Equal scores: the leftmost pair first.
bool SentencePieceEncoder::worse(const Pair& a, const Pair& b) {
  return a.score < b.score || (a.score == b.score && a.left > b.left);
}

std::string_view SentencePieceEncoder::text_of(const Symbol& symbol) const {
  return std::string_view(text_).substr(symbol.begin, symbol.n_bytes);
}

// Characters are as long as their first byte says, also where the bytes are not UTF-8.
void SentencePieceEncoder::split(std::string_view text) {
  text_.clear();
  text_.reserve(text.size() + text.size() / 4 + 8);
  if (tokenizer_.add_space_prefix_) text_ += kSpaceSign;
  for (char c : text) {
    if (c == ' ') {
      text_ += kSpaceSign;
    } else {
      text_ += c;
    }
  }
  symbols_.clear();
  symbols_.reserve(text.size() + 1);
  for (size_t at = 0; at < text_.size();) {
    const auto lead = static_cast<uint8_t>(text_[at]);
    const size_t n = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const auto i = static_cast<int32_t>(symbols_.size());
    const auto n_bytes = static_cast<uint32_t>(std::min(n, text_.size() - at));
    symbols_.push_back({i - 1, i + 1, static_cast<uint32_t>(at), n_bytes, -1});
    at += n_bytes;
  }
  symbols_.back().next = -1;
}

void SentencePieceEncoder::consider(int32_t left, int32_t right) {
  if (left < 0 || right < 0) return;
  const Symbol& a = symbols_[static_cast<size_t>(left)];
  const Symbol& b = symbols_[static_cast<size_t>(right)];
  const uint32_t n_bytes = a.n_bytes + b.n_bytes;
  if (n_bytes > tokenizer_.max_piece_bytes_) return;
  const int32_t id = tokenizer_.find_text(std::string_view(text_).substr(a.begin, n_bytes));
  if (id < 0) return;
  queue_.push_back({tokenizer_.scores_[static_cast<size_t>(id)], left, right, n_bytes, id});
  std::push_heap(queue_.begin(), queue_.end(), worse);
}

void SentencePieceEncoder::merge(const Pair& pair) {
  Symbol& left = symbols_[static_cast<size_t>(pair.left)];
  Symbol& right = symbols_[static_cast<size_t>(pair.right)];
  // Either symbol may have been merged with another one since the pair was seen.
  if (left.n_bytes == 0 || right.n_bytes == 0 || left.n_bytes + right.n_bytes != pair.n_bytes) {
    return;
  }
  left.n_bytes = pair.n_bytes;
  left.id = pair.id;
  left.next = right.next;
  right.n_bytes = 0;
  if (right.next >= 0) symbols_[static_cast<size_t>(right.next)].previous = pair.left;
  consider(left.previous, pair.left);
  consider(pair.left, left.next);
}

Status SentencePieceEncoder::encode(std::string_view text, std::vector<int32_t>& out) {
  split(text);
  for (int32_t i = 1; i < static_cast<int32_t>(symbols_.size()); ++i) consider(i - 1, i);
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), worse);
    const Pair pair = queue_.back();
    queue_.pop_back();
    merge(pair);
  }
  for (int32_t i = 0; i >= 0; i = symbols_[static_cast<size_t>(i)].next) {
    const Symbol& symbol = symbols_[static_cast<size_t>(i)];
    const std::string_view bytes = text_of(symbol);
    const int32_t id = symbol.id >= 0 ? symbol.id : tokenizer_.find_text(bytes);
    if (id >= 0) {
      out.push_back(id);
      continue;
    }
    // In a vocabulary without the space sign, its bytes would come back as U+2581.
    Status status = tokenizer_.append_byte_tokens(bytes == kSpaceSign ? " " : bytes, out);
    if (!status.ok()) return status;
  }
  return {};
}

}  // namespace onehead
