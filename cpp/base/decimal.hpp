// Whole numbers as text, for messages; std::to_string would pull in locale-aware formatting.
#pragma once

#include <cstdint>
#include <string>

namespace onehead {

inline std::string to_decimal(int64_t value) {
  char digits[20];
  int n = 0;
  uint64_t rest =
      value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  do {
    digits[n++] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  std::string text(value < 0 ? "-" : "");
  while (n > 0) text += digits[--n];
  return text;
}

}  // namespace onehead
