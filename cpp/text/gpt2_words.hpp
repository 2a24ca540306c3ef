// GPT-2's pre-tokenizer: merges never cross the borders of its words.
#pragma once

#include <cstddef>
#include <string_view>

#include "text/unicode_classes.hpp"

namespace onehead {

// The end of the word that starts at `at`, by the regular expression
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// A byte that is no UTF-8 counts as a character that is neither letter, number nor space.
size_t gpt2_word_end(std::string_view text, size_t at, const UnicodeClasses& classes);

}  // namespace onehead
