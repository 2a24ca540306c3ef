#include "text/gpt2_words.hpp"

#include "format/utf8.hpp"

namespace onehead {
namespace {

struct Classified {
  CharClass kind;
  size_t n_bytes;
};

Classified classify(std::string_view text, size_t at, const UnicodeClasses& classes) {
  const Utf8Character c = utf8_at(text, at);
  return {c.valid ? classes.of(c.code) : CharClass::kOther, c.n_bytes};
}

size_t contraction_bytes(std::string_view text) {
  for (std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    if (text.starts_with(ending)) return ending.size();
  }
  return 0;
}

}  // namespace

size_t gpt2_word_end(std::string_view text, size_t at, const UnicodeClasses& classes) {
  if (const size_t n = contraction_bytes(text.substr(at)); n > 0) return at + n;

  // One space may stand before a run of letters, of numbers or of other characters.
  const size_t start = text[at] == ' ' ? at + 1 : at;
  if (start < text.size()) {
    const CharClass kind = classify(text, start, classes).kind;
    if (kind != CharClass::kSpace) {
      size_t end = start;
      while (end < text.size()) {
        const Classified c = classify(text, end, classes);
        if (c.kind != kind) break;
        end += c.n_bytes;
      }
      return end;
    }
  }

  // A run of white space; its last character goes to the word that follows, if one does.
  size_t end = at;
  size_t last = at;
  while (end < text.size()) {
    const Classified c = classify(text, end, classes);
    if (c.kind != CharClass::kSpace) break;
    last = end;
    end += c.n_bytes;
  }
  return end == text.size() || last == at ? end : last;
}

}  // namespace onehead
