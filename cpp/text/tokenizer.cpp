#include "text/tokenizer.hpp"

#include "base/decimal.hpp"
#include "format/utf8.hpp"
#include "text/byte_alphabet.hpp"
#include "text/byte_level.hpp"
#include "text/piece_hash.hpp"
#include "text/sentence_piece.hpp"

namespace onehead {

constexpr size_t kMaxTextBytes = size_t{1} << 28;  // positions in the encoders are 32-bit

std::string_view Tokenizer::piece(int32_t id) const {
  if (!in_vocab(id)) return {};
  const uint32_t begin = piece_begin_[static_cast<size_t>(id)];
  return std::string_view(pool_).substr(begin, piece_begin_[static_cast<size_t>(id) + 1] - begin);
}

int32_t Tokenizer::find(std::string_view text) const {
  const auto equal = [&](uint32_t id) { return piece(static_cast<int32_t>(id)) == text; };
  return static_cast<int32_t>(pieces_.find(piece_hash(text), equal));  // kNone is -1
}

int32_t Tokenizer::find_text(std::string_view text) const {
  const int32_t id = find(text);
  if (id < 0) return -1;
  return kind(id) == Kind::kNormal || kind(id) == Kind::kUserDefined ? id : -1;
}

bool Tokenizer::is_end(int32_t id) const {
  for (int32_t end : ends_) {
    if (id == end) return true;
  }
  return false;
}

bool Tokenizer::is_control(int32_t id) const {
  return in_vocab(id) && (kind(id) == Kind::kControl || kind(id) == Kind::kUnused);
}

// A user-defined piece that holds SentencePiece's space sign is made by merges only: looked for in
// the text, it would turn a literal U+2581 into a space.
bool Tokenizer::is_special(int32_t id) const {
  if (kind(id) == Kind::kControl) return true;
  return kind(id) == Kind::kUserDefined && piece(id).size() <= SpecialTrie::kMaxBytes &&
         (model_ == Model::kByteLevel || piece(id).find(kSpaceSign) == std::string_view::npos);
}

// The longest special piece that `text` begins with, or -1.
int32_t Tokenizer::match_special(std::string_view text, bool control) const {
  return specials_.longest(text,
                           [&](int32_t id) { return control || kind(id) == Kind::kUserDefined; });
}

Status Tokenizer::encode(std::string_view text, const EncodeOptions& options,
                         std::vector<int32_t>& out) const {
  if (text.size() > kMaxTextBytes)
    return {ErrorCode::kTooLarge, "The text is larger than 256 MiB."};
  const size_t n_before = out.size();
  if (options.add_bos.value_or(add_bos_)) {
    if (bos_ < 0) {
      return {ErrorCode::kBadArgument, "This model has no token for the beginning of a text."};
    }
    out.push_back(bos_);
  }
  if (options.add_eos.value_or(false) && eos_ < 0) {
    out.resize(n_before);
    return {ErrorCode::kBadArgument, "This model has no token for the end of a text."};
  }
  // Text is cut at special pieces. Each fragment gets a space of its own in front, if the model
  // wants one: only special tokens or nothing stand before it.
  SentencePieceEncoder sentence_piece(*this);
  ByteLevelEncoder byte_level(*this);
  const auto encode_fragment = [&](std::string_view fragment) -> Status {
    if (fragment.empty()) return {};
    if (model_ == Model::kSentencePiece) return sentence_piece.encode(fragment, out);
    byte_level.encode(fragment, out);
    return {};
  };
  Status status;
  size_t begin = 0;
  size_t next_break = 0;
  for (size_t at = 0; at < text.size() && status.ok();) {
    while (next_break < options.breaks.size() &&
           options.breaks[next_break] <= static_cast<int64_t>(at)) {
      ++next_break;
    }
    const size_t end = next_break < options.breaks.size()
                           ? static_cast<size_t>(options.breaks[next_break])
                           : text.size();
    const int32_t special = match_special(text.substr(0, end).substr(at), options.parse_special);
    if (special < 0) {
      ++at;
      continue;
    }
    status = encode_fragment(text.substr(begin, at - begin));
    out.push_back(special);
    at += piece(special).size();
    begin = at;
  }
  if (status.ok()) status = encode_fragment(text.substr(begin));
  if (options.add_eos.value_or(add_eos_ && options.add_bos.value_or(true))) out.push_back(eos_);
  if (!status.ok()) out.resize(n_before);
  return status;
}

Status Tokenizer::append_byte_tokens(std::string_view character, std::vector<int32_t>& out) const {
  for (char c : character) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte_ids_[byte] >= 0) continue;
    if (unknown_ < 0) {
      return {ErrorCode::kUnsupportedModel,
              "The model's vocabulary has no token for the byte " + to_decimal(byte) + "."};
    }
    out.push_back(unknown_);
    return {};
  }
  for (char c : character) out.push_back(byte_ids_[static_cast<uint8_t>(c)]);
  return {};
}

void Tokenizer::append_bytes(int32_t id, std::string& out) const {
  if (!in_vocab(id)) return;
  const std::string_view text = piece(id);
  switch (kind(id)) {
    case Kind::kControl:
    case Kind::kUnused:
    case Kind::kUnknown:
      return;
    case Kind::kByte:
      out += static_cast<char>(byte_of_piece(text));
      return;
    case Kind::kUserDefined:
      if (model_ == Model::kByteLevel) {
        out += text;
        return;
      }
      break;
    case Kind::kNormal:
      break;
  }
  for (size_t at = 0; at < text.size();) {
    const Utf8Character c = utf8_at(text, at);
    const int32_t byte = model_ == Model::kByteLevel && c.valid ? byte_of_character(c.code) : -1;
    if (model_ == Model::kSentencePiece && c.valid && c.code == kSpaceSignCode) {
      out += ' ';
    } else if (byte >= 0) {
      out += static_cast<char>(byte);
    } else {
      out += text.substr(at, c.n_bytes);
    }
    at += c.n_bytes;
  }
}

void Tokenizer::append_text(int32_t previous, int32_t id, std::string& out) const {
  const size_t n_before = out.size();
  append_bytes(id, out);
  if (!add_space_prefix_ || !in_vocab(id) || is_special(id)) return;
  const bool starts =
      !in_vocab(previous) || kind(previous) == Kind::kUnused || is_special(previous);
  if (starts && out.size() > n_before && out[n_before] == ' ') out.erase(n_before, 1);
}

std::string Tokenizer::decode(std::span<const int32_t> ids) const {
  std::string out;
  int32_t previous = -1;
  for (int32_t id : ids) {
    append_text(previous, id, out);
    previous = id;
  }
  return out;
}

}  // namespace onehead
