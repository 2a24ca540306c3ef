#include "reference/word_regex.hpp"

#include <cstdint>

namespace onehead::reference {
namespace {

// One alternative of a regular expression. L, N, S: \p{L}, \p{N}, \s. O: [^\s\p{L}\p{N}].
// P: [^\r\n\p{L}\p{N}]. R: [\r\n]. ! at the end: (?!\S). Anything else is itself. Then ?, * or +.
using Pattern = std::string_view;
using Patterns = std::vector<Pattern>;

struct Character {
  uint32_t code;
  char kind;
  size_t end;  // in bytes
};
using Text = std::vector<Character>;

Text characters(std::string_view text, const ClassOf& class_of) {
  Text out;
  for (size_t at = 0; at < text.size();) {
    const auto byte = [&](size_t i) {
      return static_cast<uint32_t>(static_cast<uint8_t>(text[i]));
    };
    const uint32_t lead = byte(at++);
    uint32_t code = lead < 0x80   ? lead
                    : lead < 0xE0 ? lead & 31
                    : lead < 0xF0 ? lead & 15
                                  : lead & 7;
    while (at < text.size() && (byte(at) & 0xC0) == 0x80) code = code << 6 | (byte(at++) & 63);
    out.push_back({code, class_of(code), at});
  }
  return out;
}

bool newline(const Character& c) { return c.code == '\r' || c.code == '\n'; }

bool matches(char symbol, const Character& c, bool any_case) {
  switch (symbol) {
    case 'L':
    case 'N':
    case 'S':
    case 'O':
      return c.kind == symbol;
    case 'P':
      return c.kind != 'L' && c.kind != 'N' && !newline(c);
    case 'R':
      return newline(c);
    default:
      break;
  }
  const auto code = static_cast<uint32_t>(symbol);
  const bool letter = symbol >= 'a' && symbol <= 'z';
  return c.code == code || (any_case && letter && c.code + 32 == code);
}

// Where the pattern's match that starts at `at` ends, or -1.
std::ptrdiff_t match(Pattern pattern, const Text& text, size_t at, size_t end, bool any_case) {
  if (pattern.empty()) return static_cast<std::ptrdiff_t>(at);
  if (pattern == "!") {
    return at < end && text[at].kind != 'S' ? -1 : static_cast<std::ptrdiff_t>(at);
  }
  const char quantifier = pattern.size() > 1 ? pattern[1] : '\0';
  const bool quantified = quantifier == '?' || quantifier == '*' || quantifier == '+';
  const size_t least = quantifier == '?' || quantifier == '*' ? 0 : 1;
  const size_t most = quantifier == '*' || quantifier == '+' ? end - at : 1;
  size_t n = 0;
  while (n < most && at + n < end && matches(pattern[0], text[at + n], any_case)) ++n;
  for (;; --n) {
    if (n < least) return -1;
    const Pattern rest = pattern.substr(quantified ? 2 : 1);
    if (const auto stop = match(rest, text, at + n, end, any_case); stop >= 0) return stop;
    if (n == 0) return -1;
  }
}

void split(const Patterns& patterns, bool any_case, const Text& text, size_t at, size_t end,
           std::vector<size_t>& out) {
  while (at < end) {
    std::ptrdiff_t stop = -1;
    for (size_t i = 0; i < patterns.size() && stop < 0; ++i) {
      stop = match(patterns[i], text, at, end, any_case);
    }
    at = static_cast<size_t>(stop);  // some pattern matches everything
    out.push_back(text[at - 1].end);
  }
}

}  // namespace

std::vector<size_t> word_ends(std::string_view pre_tokenizer, std::string_view bytes,
                              const ClassOf& class_of) {
  const Patterns gpt2 = {"'s", "'t",   "'re",  "'ve",  "'m",  "'ll",
                         "'d", " ?L+", " ?N+", " ?O+", "S+!", "S+"};
  const Patterns llama3 = {"'s",   "'t",    "'re",    "'ve",  "'m",  "'ll", "'d",
                           "P?L+", "NN?N?", " ?O+R*", "S*R+", "S+!", "S+"};
  Patterns qwen2 = llama3;
  qwen2[8] = "N";
  const Text text = characters(bytes, class_of);
  std::vector<size_t> out;
  size_t begin = 0;
  if (pre_tokenizer == "smollm") {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i].kind != 'N') continue;
      split(gpt2, false, text, begin, i, out);
      out.push_back(text[i].end);
      begin = i + 1;
    }
  }
  const bool like_gpt2 = pre_tokenizer == "gpt-2" || pre_tokenizer == "smollm";
  const Patterns& patterns = like_gpt2 ? gpt2 : pre_tokenizer == "qwen2" ? qwen2 : llama3;
  split(patterns, !like_gpt2, text, begin, text.size(), out);
  return out;
}

}  // namespace onehead::reference
