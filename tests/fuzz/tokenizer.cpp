#include "text/tokenizer.hpp"

#include <string>

#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"
#include "fuzz/vocab_file.hpp"
#include "text/piece_hash.hpp"
#include "text/stream_decoder.hpp"

namespace onehead::fuzz {
namespace {

std::string_view as_text(std::span<const std::byte> data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

// Streaming gives what the whole gives, whatever the ids.
void check_stream(const Tokenizer& tokenizer, std::span<const int32_t> ids) {
  std::string whole;
  Utf8Stream utf8;
  utf8.push(tokenizer.decode(ids), whole);
  utf8.flush(whole);
  std::string streamed;
  StreamDecoder decoder(tokenizer);
  for (int32_t id : ids) decoder.push(id, streamed);
  decoder.flush(streamed);
  require(streamed == whole, "streamed as whole");
}

// To SentencePiece, its space sign is a space.
std::string comes_back(const VocabAndText& parts) {
  std::string text = parts.text;
  if (parts.byte_level) return text;
  for (size_t at; (at = text.find(kSpaceSign)) != std::string::npos;) {
    text.replace(at, kSpaceSign.size(), " ");
  }
  return text;
}

}  // namespace

void tokenizer_file(std::span<const std::byte> data) {
  if (data.empty()) return;
  GgufHeader header;
  const auto state = parse_gguf_header(data, data.size(), header);
  if (!state.ok()) return;
  const auto tokenizer = Tokenizer::create(header);
  if (!tokenizer.ok()) {
    require(!tokenizer.status().message.empty(), "an error has a sentence");
    return;
  }
  const std::string_view text =
      as_text(data).substr(data.size() - std::min<size_t>(200, data.size()));
  for (bool special : {false, true}) {
    std::vector<int32_t> ids = {-1};
    const Status status = tokenizer->encode(text, {.parse_special = special}, ids);
    require(status.ok() || ids.size() == 1, "a failure leaves the ids as they were");
    for (size_t i = 1; i < ids.size(); ++i) {
      require(ids[i] >= 0 && ids[i] < tokenizer->vocab_size(), "ids are tokens");
      const bool bos = i == 1 && ids[i] == tokenizer->bos();
      require(special || bos || !tokenizer->is_control(ids[i]), "text gives no control tokens");
    }
    check_stream(*tokenizer, ids);
  }
}

void tokenizer_text(std::span<const std::byte> data) {
  const VocabAndText parts = vocab_and_text(data);
  GgufHeader header;
  const auto state = parse_gguf_header(parts.file, parts.file.size(), header);
  require(state.ok(), "the vocabulary's file is sound");
  const auto tokenizer = Tokenizer::create(header);
  if (!tokenizer.ok()) return;  // pieces may be such that merges fail
  std::vector<int32_t> ids;
  require(tokenizer->encode(parts.text, {.add_bos = false}, ids).ok(), "all bytes have tokens");
  if (!readable_utf8(parts.text)) {
    require(tokenizer->decode(ids) == comes_back(parts), "the text comes back");
  }
  check_stream(*tokenizer, ids);
}

}  // namespace onehead::fuzz
