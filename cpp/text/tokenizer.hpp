// Text to token ids and back, by the vocabulary that a GGUF file carries: SentencePiece-like BPE
// (`llama`) or byte-level BPE (`gpt2`).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "format/gguf.hpp"
#include "text/slot_table.hpp"
#include "text/special_trie.hpp"
#include "text/unicode_classes.hpp"
#include "text/words.hpp"

namespace onehead {

struct EncodeOptions {
  std::optional<bool> add_bos = std::nullopt;  // absent: as the file says
  std::optional<bool> add_eos = std::nullopt;  // absent: as the file says, unless add_bos is false
  bool parse_special = false;  // false: text such as "</s>" stays text, never a control token
  // Ascending offsets in the text; nothing that is special is matched across one. So text of a
  // stranger within a template's stays text, and is cut into tokens together with what is around
  // it.
  std::span<const int32_t> breaks = {};
};

class Tokenizer {
 public:
  // Copies what it needs: the header may go. Errors: kBadFile, kUnsupportedModel.
  static Expected<Tokenizer> create(const GgufHeader& header);

  // Appends the tokens of `text` to `out`; on failure `out` is as it was. Any bytes will do; those
  // that are not UTF-8 are read as llama.cpp reads them. Bytes that a byte-level vocabulary has no
  // token for are left out, as there.
  Status encode(std::string_view text, const EncodeOptions& options,
                std::vector<int32_t>& out) const;

  // Appends the bytes that a token stands for; a control token stands for none. Bytes of one token
  // need not be whole characters: see StreamDecoder.
  void append_bytes(int32_t id, std::string& out) const;

  // The bytes of a whole sequence: decode(encode(x)) == x, for any UTF-8 text x whose bytes the
  // vocabulary has. With SentencePiece, U+2581 in x is a space like any other.
  std::string decode(std::span<const int32_t> ids) const;

  // As append_bytes, without the space that encode puts before text after `previous` (-1: the start
  // of the sequence). decode() is this, token by token.
  void append_text(int32_t previous, int32_t id, std::string& out) const;

  int32_t vocab_size() const { return static_cast<int32_t>(kinds_.size()); }
  int32_t bos() const { return bos_; }  // -1: none
  int32_t eos() const { return eos_; }  // -1: none
  bool adds_bos() const { return add_bos_; }
  bool adds_eos() const { return add_eos_; }
  bool is_end(int32_t id) const;               // of the text, of a turn, of a message
  bool is_control(int32_t id) const;           // control or unused: never text
  std::string_view piece(int32_t id) const;    // as it stands in the file; empty if out of range
  int32_t find(std::string_view piece) const;  // -1: none

 private:
  friend class TokenizerBuilder;
  friend class SentencePieceEncoder;
  friend class ByteLevelEncoder;

  enum class Model : uint8_t { kSentencePiece, kByteLevel };
  enum class Kind : uint8_t { kNormal = 1, kUnknown, kControl, kUserDefined, kUnused, kByte };
  struct Merge {  // its rank is its place in the list: lower merges first
    int32_t left, right, merged;
  };

  Tokenizer() = default;
  bool in_vocab(int32_t id) const { return id >= 0 && id < vocab_size(); }
  Kind kind(int32_t id) const { return kinds_[static_cast<size_t>(id)]; }
  bool is_special(int32_t id) const;                       // matched in the text before all else
  int32_t find_text(std::string_view text) const;          // a token that plain text may become
  uint32_t find_merge(int32_t left, int32_t right) const;  // rank, or SlotTable::kNone
  int32_t match_special(std::string_view text, bool control) const;
  // SentencePiece: a token for each byte of a character; the unknown token if one is missing.
  Status append_byte_tokens(std::string_view character, std::vector<int32_t>& out) const;

  Model model_ = Model::kSentencePiece;
  bool add_bos_ = false;
  bool add_eos_ = false;
  bool add_space_prefix_ = false;
  int32_t bos_ = -1;
  int32_t eos_ = -1;
  int32_t unknown_ = -1;
  std::vector<int32_t> ends_;

  std::string pool_;                   // all pieces, one after another
  std::vector<uint32_t> piece_begin_;  // [vocab_size + 1] offsets into pool_
  std::vector<Kind> kinds_;            // [vocab_size]
  SlotTable pieces_;                   // ids by piece
  size_t max_piece_bytes_ = 0;
  int32_t byte_ids_[256];  // token of a single byte, -1: none

  SpecialTrie specials_;  // ids of the pieces that are matched in the text before all else

  std::vector<float> scores_;  // [vocab_size], SentencePiece

  // Byte level.
  std::vector<Merge> merges_;
  SlotTable merge_ranks_;
  WordRule word_rule_ = WordRule::kGpt2;
  bool whole_words_ = false;  // a word that is a piece becomes that piece, without merges
  std::optional<UnicodeClasses> classes_;
};

}  // namespace onehead
