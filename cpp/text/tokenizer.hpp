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

namespace onehead {

struct EncodeOptions {
  std::optional<bool> add_bos;  // absent: as the file says
  bool parse_special = false;   // false: text such as "</s>" stays text, never a control token
};

class Tokenizer {
 public:
  // Copies what it needs: the header may go.
  static Expected<Tokenizer> create(const GgufHeader& header);

  // Appends the tokens of `text` to `out`. Any bytes will do, valid UTF-8 or not.
  Status encode(std::string_view text, const EncodeOptions& options,
                std::vector<int32_t>& out) const;

  // Appends the bytes that a token stands for; a control token stands for none. Bytes of one token
  // need not be whole characters: see StreamDecoder.
  void append_bytes(int32_t id, std::string& out) const;

  // The bytes of a whole sequence: decode(encode(x)) == x, for any bytes x.
  std::string decode(std::span<const int32_t> ids) const;

  // True if encode puts a space before text that follows `previous` (-1: the start), so that the
  // first space of a token after it is not text. Needed by whoever decodes token by token.
  bool drops_space_after(int32_t previous) const;

  int32_t vocab_size() const { return static_cast<int32_t>(kinds_.size()); }
  int32_t bos() const { return bos_; }  // -1: none
  int32_t eos() const { return eos_; }  // -1: none
  bool adds_bos() const { return add_bos_; }
  bool is_end(int32_t id) const;  // a generation stops here: end of text, of a turn, of a message
  bool is_control(int32_t id) const;           // control or unused: never text
  std::string_view piece(int32_t id) const;    // as it stands in the file; empty if out of range
  int32_t find(std::string_view piece) const;  // -1: none. The lowest id where pieces repeat

 private:
  enum class Model : uint8_t { kSentencePiece, kByteLevel };
  enum class Kind : uint8_t { kNormal = 1, kUnknown, kControl, kUserDefined, kUnused, kByte };
  friend class TokenizerBuilder;
  friend class SentencePieceEncoder;
  friend class ByteLevelEncoder;

  Tokenizer() = default;
  bool in_vocab(int32_t id) const { return id >= 0 && id < vocab_size(); }
  Status encode_plain(std::string_view text, std::vector<int32_t>& out) const;
  int32_t find_merge(int32_t left, int32_t right) const;

  Model model_ = Model::kSentencePiece;
  bool add_bos_ = false;
  bool add_space_prefix_ = false;
  int32_t bos_ = -1;
  int32_t eos_ = -1;
  int32_t unknown_ = -1;
  std::vector<int32_t> ends_;

  std::string pool_;                   // all pieces, one after another
  std::vector<uint32_t> piece_begin_;  // [vocab_size + 1] offsets into pool_
  std::vector<Kind> kinds_;            // [vocab_size]
  std::vector<float> scores_;          // [vocab_size], SentencePiece only
  std::vector<uint32_t> piece_slots_;  // open-addressing hash table: id + 1, 0 is free
  std::vector<int32_t> specials_;      // ids parse_special may match, longest first per first byte
  int32_t byte_ids_[256] = {};         // token of a single byte, -1: none

  struct Merge {  // rank: position in the file's list, lower merges first
    int32_t left, right, merged, rank;
  };
  std::vector<Merge> merges_;
  std::vector<uint32_t> merge_slots_;  // as piece_slots_, over (left, right)
};

}  // namespace onehead
