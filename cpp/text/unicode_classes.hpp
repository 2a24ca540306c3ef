// What a regular expression's \p{L}, \p{N} and \s know of Unicode.
#pragma once

#include <cstdint>
#include <vector>

namespace onehead {

enum class CharClass : uint8_t { kOther, kLetter, kNumber, kSpace };

class UnicodeClasses {
 public:
  UnicodeClasses();  // unpacks a table of 2 KB
  CharClass of(uint32_t code) const;

 private:
  CharClass search(uint32_t code) const;

  std::vector<uint32_t> runs_;  // first code point * 4 + class, ascending
  CharClass ascii_[128];        // the same, looked up at once
};

}  // namespace onehead
