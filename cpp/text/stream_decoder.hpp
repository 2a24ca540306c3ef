// Turns tokens into text one by one, holding back bytes until they are whole UTF-8 characters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "text/tokenizer.hpp"

namespace onehead {

// Bytes in, valid UTF-8 out, whatever the cuts. Ill-formed bytes become U+FFFD as the WHATWG
// decoder (TextDecoder) does it: one for each maximal part of a character, one for any other stray
// byte.
class Utf8Stream {
 public:
  void push(std::string_view bytes, std::string& out);
  void flush(std::string& out);  // what is held back will never be whole
  void reset() { held_.clear(); }

 private:
  std::string held_;  // the beginning of a character, at most 3 bytes
};

// All pushes and the flush together give what Utf8Stream makes of the bytes of Tokenizer::decode.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}
  void reset(int32_t previous);             // the token before the first pushed one; -1: none
  void push(int32_t id, std::string& out);  // appends the characters that are now whole
  void flush(std::string& out);             // at the end of a generation

 private:
  const Tokenizer* tokenizer_;
  Utf8Stream utf8_;
  std::string bytes_;  // of one token; kept for its capacity
  int32_t previous_ = -1;
};

}  // namespace onehead
