// UTF-8, one character at a time, ill-formed input cut as the WHATWG decoder cuts it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace onehead {

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

struct Utf8Character {
  uint32_t code = 0;     // code point, if valid
  uint32_t n_bytes = 1;  // of the character, or of the ill-formed part that one U+FFFD stands for
  bool valid = false;
  bool cut = false;  // not valid only because the text ends within it
};

// The character at `at`, which is inside `text`.
Utf8Character utf8_at(std::string_view text, size_t at);

void append_utf8(uint32_t code, std::string& out);

}  // namespace onehead
