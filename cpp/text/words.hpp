// Pre-tokenizers of byte-level BPE: they cut a text into words, whose borders no merge crosses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "text/unicode_classes.hpp"

namespace onehead {

// By what regular expression. The first alternative that matches wins, as in Perl.
enum class WordRule : uint8_t {
  // 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
  kGpt2,
  // The text is cut before and after each \p{N} first, then what lies between by kGpt2.
  kSmolLm,
  // (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*
  // |\s*[\r\n]+|\s+(?!\S)|\s+
  kLlama3,
  kQwen2,  // kLlama3 with \p{N} instead of \p{N}{1,3}
};

// A pre-tokenizer as a file names it (`tokenizer.ggml.pre`).
struct PreTokenizer {
  std::string_view name;
  WordRule rule;
  bool adds_bos = false;     // unless the file says otherwise
  bool whole_words = false;  // a word that is a piece becomes that piece, without merges
};

std::optional<PreTokenizer> find_pre_tokenizer(std::string_view name);
std::string pre_tokenizer_names();  // "a, b, c": what can be found

// The end of the word that starts at `at`, which is inside the text. The text is as readable_utf8
// gives it; other bytes give words too, but meaningless ones.
size_t word_end(WordRule rule, std::string_view text, size_t at, const UnicodeClasses& classes);

// Text that is not UTF-8, as llama.cpp reads it: overlong forms become the characters they spell,
// surrogates stay, every other byte that belongs to no character becomes U+FFFD. Nothing: the text
// is UTF-8 already.
std::optional<std::string> readable_utf8(std::string_view text);

}  // namespace onehead
