#include "text/sentence_piece.hpp"

#include <algorithm>

#include "format/utf8.hpp"
#include "text/piece_hash.hpp"

namespace onehead {

// Equal scores: the leftmost pair first.
bool SentencePieceEncoder::worse(const Pair& a, const Pair& b) {
  return a.score < b.score || (a.score == b.score && a.left > b.left);
}

std::string_view SentencePieceEncoder::text_of(const Symbol& symbol) const {
  return std::string_view(text_).substr(symbol.begin, symbol.n_bytes);
}

void SentencePieceEncoder::split(std::string_view text) {
  bool has_bytes = true;
  for (char c : kSpaceSign) has_bytes &= tokenizer_.byte_ids_[static_cast<uint8_t>(c)] >= 0;

  const auto add = [&](std::string_view bytes, bool literal) {
    const auto at = static_cast<int32_t>(symbols_.size());
    symbols_.push_back({at - 1, at + 1, static_cast<uint32_t>(text_.size()),
                        static_cast<uint32_t>(bytes.size()), -1, literal});
    text_ += bytes;
  };
  text_.reserve(text.size() + text.size() / 4 + 8);
  symbols_.reserve(text.size() + 1);
  if (tokenizer_.add_space_prefix_) add(kSpaceSign, false);
  for (size_t at = 0; at < text.size();) {
    const Utf8Character c = utf8_at(text, at);
    const std::string_view bytes = text.substr(at, c.n_bytes);
    // A space sign in the text itself is kept apart from the spaces, so that it comes back.
    add(bytes == " " ? kSpaceSign : bytes, has_bytes && bytes == kSpaceSign);
    at += c.n_bytes;
  }
  symbols_.back().next = -1;
}

void SentencePieceEncoder::consider(int32_t left, int32_t right) {
  if (left < 0 || right < 0) return;
  const Symbol& a = symbols_[static_cast<size_t>(left)];
  const Symbol& b = symbols_[static_cast<size_t>(right)];
  const uint32_t n_bytes = a.n_bytes + b.n_bytes;
  if (a.literal || b.literal || n_bytes > tokenizer_.max_piece_bytes_) return;
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
    int32_t id = symbol.id;
    if (id < 0 && !symbol.literal) id = tokenizer_.find_text(bytes);
    if (id >= 0) {
      out.push_back(id);
      continue;
    }
    // In a vocabulary without the space sign, its bytes would come back as U+2581.
    const bool space = bytes == kSpaceSign && !symbol.literal;
    Status status = tokenizer_.append_byte_tokens(space ? " " : bytes, out);
    if (!status.ok()) return status;
  }
  return {};
}

}  // namespace onehead
