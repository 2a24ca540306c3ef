#include "text/stream_decoder.hpp"

#include "format/utf8.hpp"

namespace onehead {

void Utf8Stream::push(std::string_view bytes, std::string& out) {
  size_t at = 0;
  while (!held_.empty() && at < bytes.size()) {
    held_ += bytes[at];
    const Utf8Character c = utf8_at(held_, 0);
    if (c.cut || c.valid) ++at;  // else this byte does not belong to what is held: it starts anew
    if (c.cut) continue;
    out += c.valid ? std::string_view(held_) : kReplacementCharacter;
    held_.clear();
  }
  while (at < bytes.size()) {
    const Utf8Character c = utf8_at(bytes, at);
    if (c.cut) {
      held_ = bytes.substr(at);
      return;
    }
    out += c.valid ? bytes.substr(at, c.n_bytes) : kReplacementCharacter;
    at += c.n_bytes;
  }
}

void Utf8Stream::flush(std::string& out) {
  if (!held_.empty()) out += kReplacementCharacter;
  held_.clear();
}

void StreamDecoder::reset(int32_t previous) {
  utf8_.reset();
  previous_ = previous;
}

void StreamDecoder::push(int32_t id, std::string& out) {
  bytes_.clear();
  tokenizer_->append_text(previous_, id, bytes_);
  previous_ = id;
  utf8_.push(bytes_, out);
}

void StreamDecoder::flush(std::string& out) { utf8_.flush(out); }

}  // namespace onehead
