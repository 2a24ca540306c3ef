// Builds a tokenizer from a file's metadata. Whatever the file says is checked here, once; the
// encoders rely on it.
#include <algorithm>
#include <cstring>
#include <iterator>

#include "base/decimal.hpp"
#include "format/little_endian.hpp"
#include "format/message.hpp"
#include "format/utf8.hpp"
#include "text/byte_alphabet.hpp"
#include "text/piece_hash.hpp"
#include "text/tokenizer.hpp"

namespace onehead {
namespace {

uint64_t merge_hash(int32_t left, int32_t right) {
  return mix_bits(static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 |
                  static_cast<uint32_t>(right));
}

}  // namespace

uint32_t Tokenizer::find_merge(int32_t left, int32_t right) const {
  const auto equal = [&](uint32_t rank) {
    return merges_[rank].left == left && merges_[rank].right == right;
  };
  return merge_ranks_.find(merge_hash(left, right), equal);
}

class TokenizerBuilder {
 public:
  explicit TokenizerBuilder(const GgufHeader& header) : header_(header) {}

  Expected<Tokenizer> build() {
    if (read_model() && read_pieces() && read_kinds() && read_scores() && read_special_ids() &&
        index_pieces() && read_merges() && index_specials()) {
      index_bytes();
      return std::move(out_);
    }
    return error_;
  }

 private:
  using Kind = Tokenizer::Kind;
  using Model = Tokenizer::Model;

  bool fail(Status status) {
    error_ = std::move(status);
    return false;
  }

  bool read_model() {
    const std::string_view model = header_.string_or("tokenizer.ggml.model", "");
    if (model == "llama") {
      out_.model_ = Model::kSentencePiece;
      out_.add_bos_ = true;
      out_.add_space_prefix_ = header_.bool_or("tokenizer.ggml.add_space_prefix", true);
    } else if (model == "gpt2") {
      out_.model_ = Model::kByteLevel;
      const std::string_view name = header_.string_or("tokenizer.ggml.pre", "gpt-2");
      const std::optional<PreTokenizer> pre = find_pre_tokenizer(name);
      if (!pre) {
        return fail(
            unsupported_model({"The tokenizer's pre-tokenizer ", quoted(name),
                               " is not supported; these are: ", pre_tokenizer_names(), "."}));
      }
      out_.word_rule_ = pre->rule;
      out_.whole_words_ = pre->whole_words;
      out_.add_bos_ = pre->adds_bos;
      out_.classes_.emplace();
    } else if (model.empty()) {
      return fail(unsupported_model({"The file carries no tokenizer."}));
    } else {
      return fail(unsupported_model(
          {"The tokenizer model ", quoted(model), " is not supported; 'llama' and 'gpt2' are."}));
    }
    out_.add_bos_ = header_.bool_or("tokenizer.ggml.add_bos_token", out_.add_bos_);
    out_.add_eos_ = header_.bool_or("tokenizer.ggml.add_eos_token", false);
    return true;
  }

  bool read_pieces() {
    const std::optional<GgufArray> tokens = header_.find_array("tokenizer.ggml.tokens");
    if (!tokens || tokens->element_type != GgufValueType::kString || tokens->count == 0) {
      return fail(bad_file({"The file's tokenizer has no list of tokens."}));
    }
    // Lengths fit in 32 bits: the reader refuses larger headers.
    size_t n_bytes = 0;
    std::string_view piece;
    for (GgufStrings pieces(*tokens); pieces.next(piece);) n_bytes += piece.size();
    out_.pool_.reserve(n_bytes);
    out_.piece_begin_.reserve(static_cast<size_t>(tokens->count) + 1);
    for (GgufStrings pieces(*tokens); pieces.next(piece);) {
      out_.piece_begin_.push_back(static_cast<uint32_t>(out_.pool_.size()));
      out_.pool_ += piece;
      out_.max_piece_bytes_ = std::max(out_.max_piece_bytes_, piece.size());
    }
    out_.piece_begin_.push_back(static_cast<uint32_t>(out_.pool_.size()));
    out_.kinds_.assign(static_cast<size_t>(tokens->count), Kind::kNormal);
    return true;
  }

  // An array of the vocabulary's length, or none.
  bool array_of_vocab(std::string_view key, std::optional<GgufArray>& array) {
    array = header_.find_array(key);
    if (array && array->count == out_.kinds_.size()) return true;
    if (!array && !header_.has(key)) return true;
    return fail(bad_file({"The array ", key, " does not fit the tokenizer's list of tokens."}));
  }

  bool read_kinds() {
    std::optional<GgufArray> types;
    if (!array_of_vocab("tokenizer.ggml.token_type", types)) return false;
    if (types && types->element_type != GgufValueType::kI32) {
      return fail(bad_file({"The tokenizer's token types are not 32-bit whole numbers."}));
    }
    const bool has_bytes = out_.model_ == Model::kSentencePiece;
    for (int32_t id = 0; id < out_.vocab_size(); ++id) {
      Kind& kind = out_.kinds_[static_cast<size_t>(id)];
      if (!types) {
        if (has_bytes && byte_of_piece(out_.piece(id)) >= 0) kind = Kind::kByte;
        continue;
      }
      const auto type = read_le<int32_t>(types->data + sizeof(int32_t) * static_cast<size_t>(id));
      if (type == static_cast<int32_t>(Kind::kNormal) || type == 0) continue;  // 0: "undefined"
      if (type < 0 || type > static_cast<int32_t>(Kind::kByte)) {
        return fail(bad_file({"The token ", quoted(out_.piece(id)), " has the unknown type ",
                              to_decimal(type), "."}));
      }
      kind = static_cast<Kind>(type);
      if (kind == Kind::kByte && (!has_bytes || byte_of_piece(out_.piece(id)) < 0)) {
        return fail(bad_file(
            {"The token ", quoted(out_.piece(id)), " is said to be a byte, but names none."}));
      }
    }
    return true;
  }

  bool read_scores() {
    if (out_.model_ != Model::kSentencePiece) return true;
    std::optional<GgufArray> scores;
    if (!array_of_vocab("tokenizer.ggml.scores", scores)) return false;
    if (!scores || scores->element_type != GgufValueType::kF32) {
      return fail(bad_file({"The tokenizer has no scores for its tokens."}));
    }
    out_.scores_.resize(out_.kinds_.size());
    std::memcpy(out_.scores_.data(), scores->data, sizeof(float) * out_.scores_.size());
    for (size_t id = 0; id < out_.scores_.size(); ++id) {
      const float score = out_.scores_[id];
      if (!(score - score == 0)) {
        return fail(bad_file({"The score of the token ",
                              quoted(out_.piece(static_cast<int32_t>(id))), " is not a number."}));
      }
    }
    return true;
  }

  // -1: none. Absent: the id that Llama's own vocabulary gives it, if it is of that kind there.
  bool read_id(std::string_view key, int32_t& id, int32_t usual = -1, Kind kind = Kind::kControl) {
    id = -1;
    if (!header_.has(key)) {
      const bool is_llama = out_.model_ == Model::kSentencePiece && out_.in_vocab(usual);
      if (is_llama && out_.kind(usual) == kind) id = usual;
      return true;
    }
    const std::optional<int64_t> value = header_.find_integer(key);
    if (value && (*value == -1 || *value == UINT32_MAX)) return true;
    if (!value || *value < 0 || *value >= out_.vocab_size()) {
      return fail(bad_file({"The metadata ", key, " names no token of the vocabulary."}));
    }
    id = static_cast<int32_t>(*value);
    return true;
  }

  bool read_special_ids() {
    int32_t end_of_turn = -1;
    int32_t end_of_message = -1;
    if (!read_id("tokenizer.ggml.bos_token_id", out_.bos_, 1) ||
        !read_id("tokenizer.ggml.eos_token_id", out_.eos_, 2) ||
        !read_id("tokenizer.ggml.unknown_token_id", out_.unknown_, 0, Kind::kUnknown) ||
        !read_id("tokenizer.ggml.eot_token_id", end_of_turn) ||
        !read_id("tokenizer.ggml.eom_token_id", end_of_message)) {
      return false;
    }
    // Some files leave these tokens' types at "normal"; as text they would reach the reader.
    for (int32_t id : {out_.bos_, out_.eos_, end_of_turn, end_of_message}) {
      if (id >= 0) out_.kinds_[static_cast<size_t>(id)] = Kind::kControl;
    }
    if (out_.unknown_ >= 0 && out_.kind(out_.unknown_) == Kind::kNormal) {
      out_.kinds_[static_cast<size_t>(out_.unknown_)] = Kind::kUnknown;
    }
    for (int32_t id : {out_.eos_, end_of_turn, end_of_message}) {
      if (id >= 0 && !out_.is_end(id)) out_.ends_.push_back(id);
    }
    if (out_.add_bos_ && out_.bos_ < 0) {
      if (header_.has("tokenizer.ggml.add_bos_token")) {
        return fail(bad_file({"The file wants a token before each text, but names none."}));
      }
      out_.add_bos_ = false;
    }
    if (out_.add_eos_ && out_.eos_ < 0) {
      return fail(bad_file({"The file wants a token after each text, but names none."}));
    }
    return true;
  }

  bool index_pieces() {
    out_.pieces_.reset(out_.kinds_.size());
    for (int32_t id = 0; id < out_.vocab_size(); ++id) {
      const std::string_view piece = out_.piece(id);
      if (piece.empty()) continue;
      const auto equal = [&](uint32_t other) {
        return out_.piece(static_cast<int32_t>(other)) == piece;
      };
      switch (out_.pieces_.insert(piece_hash(piece), static_cast<uint32_t>(id), equal)) {
        case SlotTable::Inserted::kNew:
          break;
        case SlotTable::Inserted::kThere:
          return fail(bad_file({"The tokenizer's list has the token ", quoted(piece), " twice."}));
        case SlotTable::Inserted::kTooMany:
          return fail(bad_file({"The tokenizer's list of tokens is made to be slow."}));
      }
    }
    add_known_ends();
    return true;
  }

  bool read_merges() {
    if (out_.model_ != Model::kByteLevel) return true;
    const std::optional<GgufArray> merges = header_.find_array("tokenizer.ggml.merges");
    if (!merges || merges->element_type != GgufValueType::kString) {
      return fail(bad_file({"The tokenizer has no list of merges."}));
    }
    out_.merges_.reserve(static_cast<size_t>(merges->count));
    out_.merge_ranks_.reset(static_cast<size_t>(merges->count));
    std::string_view text;
    std::string joined;
    for (GgufStrings list(*merges); list.next(text);) {
      // "left right"; pieces hold no spaces, but the left one may begin with one by mistake.
      const size_t space = text.find(' ', 1);
      if (space == std::string_view::npos || space + 1 == text.size()) {
        return fail(bad_file({"The tokenizer's merge ", quoted(text), " is not a pair."}));
      }
      joined = text.substr(0, space);
      joined += text.substr(space + 1);
      const Tokenizer::Merge merge{out_.find(text.substr(0, space)),
                                   out_.find(text.substr(space + 1)), out_.find(joined)};
      if (merge.left < 0 || merge.right < 0 || merge.merged < 0) {
        return fail(bad_file({"The tokenizer's merge ", quoted(text),
                              " speaks of tokens that are not in its list."}));
      }
      // Plain text must not become a control token, nor a user-defined one, which is not written in
      // the byte alphabet.
      if (out_.kind(merge.merged) != Kind::kNormal) continue;
      const auto rank = static_cast<uint32_t>(out_.merges_.size());
      out_.merges_.push_back(merge);
      const auto equal = [&](uint32_t other) {
        return out_.merges_[other].left == merge.left && out_.merges_[other].right == merge.right;
      };
      if (out_.merge_ranks_.insert(merge_hash(merge.left, merge.right), rank, equal) ==
          SlotTable::Inserted::kTooMany) {
        return fail(bad_file({"The tokenizer's list of merges is made to be slow."}));
      }
    }
    return true;
  }

  void index_bytes() {
    std::fill(std::begin(out_.byte_ids_), std::end(out_.byte_ids_), -1);
    if (out_.model_ == Model::kSentencePiece) {
      for (int32_t id = out_.vocab_size() - 1; id >= 0; --id) {  // downwards: the lowest id stays
        if (out_.kind(id) == Kind::kByte) out_.byte_ids_[byte_of_piece(out_.piece(id))] = id;
      }
      return;
    }
    for (uint32_t byte = 0; byte < 256; ++byte) {
      std::string character;
      append_utf8(character_of_byte(static_cast<uint8_t>(byte)), character);
      const int32_t id = out_.find(character);
      if (id >= 0 && out_.kind(id) == Kind::kNormal) out_.byte_ids_[byte] = id;
    }
  }

  bool index_specials() {
    for (int32_t id = 0; id < out_.vocab_size(); ++id) {
      if (!out_.is_special(id) && out_.kind(id) != Kind::kUnknown) continue;
      if (!out_.specials_.add(out_.piece(id), id)) {
        return fail(bad_file({"The tokenizer has too many special tokens."}));
      }
    }
    return true;
  }

  // Models end a text or a turn with tokens that many files do not name in their metadata. These
  // are the names that llama.cpp looks for; as there, a token so called is a control token whatever
  // the file says.
  void add_known_ends() {
    for (std::string_view piece : {"</s>",
                                   "<eos>",
                                   "[EOS]",
                                   "<|endoftext|>",
                                   "<|end_of_text|>",
                                   "<|im_end|>",
                                   "<|end|>",
                                   "<|eot_id|>",
                                   "<|eom_id|>",
                                   "<end_of_turn>",
                                   "<end_of_utterance>",
                                   "<EOT>",
                                   "_<EOT>",
                                   "[EOT]",
                                   "<|fim_pad|>",
                                   "<fim-pad>",
                                   "<fim_pad>",
                                   "<PAD>",
                                   "[PAD]",
                                   "<|fim_repo|>",
                                   "<|repo_name|>",
                                   "<fim-repo>",
                                   "<REPO>",
                                   "<reponame>",
                                   "<|file_sep|>"}) {
      const int32_t id = out_.find(piece);
      if (id < 0 || out_.is_end(id)) continue;
      out_.kinds_[static_cast<size_t>(id)] = Kind::kControl;
      out_.ends_.push_back(id);
    }
  }

  const GgufHeader& header_;
  Tokenizer out_;
  Status error_;
};

Expected<Tokenizer> Tokenizer::create(const GgufHeader& header) {
  return TokenizerBuilder(header).build();
}

}  // namespace onehead
