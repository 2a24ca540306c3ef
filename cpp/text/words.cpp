#include "text/words.hpp"

#include <algorithm>

#include "format/utf8.hpp"

namespace onehead {
namespace {

struct Character {
  uint32_t code;
  CharClass kind;
  size_t end;
};

class Scanner {
 public:
  Scanner(std::string_view text, const UnicodeClasses& classes) : text_(text), classes_(classes) {}

  size_t gpt2(size_t at, bool digits_apart) const {
    if (const size_t n = contraction_bytes(at, false); n > 0) return at + n;
    const size_t start = text_[at] == ' ' ? at + 1 : at;  // one space may stand before a run
    if (start < text_.size()) {
      const Character c = character(start);
      if (digits_apart && c.kind == CharClass::kNumber) return start == at ? c.end : start;
      if (c.kind != CharClass::kSpace) return run_end(start, c.kind);
    }
    const size_t end = run_end(at, CharClass::kSpace);
    if (digits_apart && is(end, CharClass::kNumber)) return end;
    return without_last(at, end);
  }

  size_t llama3(size_t at, int max_digits) const {
    if (const size_t n = contraction_bytes(at, true); n > 0) return at + n;
    const Character c = character(at);
    if (c.kind == CharClass::kLetter) return run_end(at, CharClass::kLetter);
    if (c.kind == CharClass::kNumber) {
      size_t end = c.end;
      for (int n = 1; n < max_digits && is(end, CharClass::kNumber); ++n) end = character(end).end;
      return end;
    }
    if (!is_newline(at) && is(c.end, CharClass::kLetter)) return run_end(c.end, CharClass::kLetter);
    const size_t start = text_[at] == ' ' ? at + 1 : at;
    if (is(start, CharClass::kOther)) {
      size_t end = run_end(start, CharClass::kOther);
      while (is_newline(end)) ++end;
      return end;
    }
    const size_t end = run_end(at, CharClass::kSpace);
    for (size_t i = end; i > at; --i) {
      if (is_newline(i - 1)) return i;
    }
    return without_last(at, end);
  }

 private:
  // The bytes are not checked: in readable text a lead byte tells all.
  Character character(size_t at) const {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(text_[i]); };
    const uint32_t lead = byte(at);
    if (lead < 0x80) return {lead, classes_.of(lead), at + 1};
    const size_t n = std::min<size_t>(lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4, text_.size() - at);
    uint32_t code = lead & (0x7Fu >> n);
    for (size_t i = 1; i < n; ++i) code = code << 6 | (byte(at + i) & 0x3F);
    return {code, classes_.of(code), at + n};
  }

  bool is(size_t at, CharClass kind) const {
    return at < text_.size() && character(at).kind == kind;
  }

  bool is_newline(size_t at) const {
    return at < text_.size() && (text_[at] == '\n' || text_[at] == '\r');
  }

  size_t run_end(size_t at, CharClass kind) const {
    while (at < text_.size()) {
      const Character c = character(at);
      if (c.kind != kind) break;
      at = c.end;
    }
    return at;
  }

  // White space [at, end): its last character goes to the word that follows, if one does.
  size_t without_last(size_t at, size_t end) const {
    if (end == text_.size()) return end;
    size_t last = at;
    for (size_t next = character(at).end; next < end; next = character(next).end) last = next;
    return last == at ? end : last;
  }

  size_t contraction_bytes(size_t at, bool any_case) const {
    if (text_[at] != '\'') return 0;
    const auto letter = [&](size_t i) {
      if (at + i >= text_.size()) return '\0';
      const char c = text_[at + i];
      return any_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    const char first = letter(1);
    const char second = letter(2);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
    if ((first == 'r' || first == 'v') && second == 'e') return 3;
    return first == 'l' && second == 'l' ? 3 : 0;
  }

  std::string_view text_;
  const UnicodeClasses& classes_;
};

// Names under which files hold one of the rules, unchanged. llama.cpp's lists were compared.
constexpr PreTokenizer kPreTokenizers[] = {
    {"gpt-2", WordRule::kGpt2},
    {"a.x-4.0", WordRule::kGpt2},
    {"exaone4", WordRule::kGpt2},
    {"gigachat", WordRule::kGpt2},
    {"granite-docling", WordRule::kGpt2},
    {"jais", WordRule::kGpt2},
    {"mellum", WordRule::kGpt2},
    {"mpt", WordRule::kGpt2},
    {"olmo", WordRule::kGpt2},
    {"phi-2", WordRule::kGpt2},
    {"trillion", WordRule::kGpt2},
    {"smollm", WordRule::kSmolLm},
    {"codeshell", WordRule::kSmolLm},
    {"command-r", WordRule::kSmolLm},
    {"exaone", WordRule::kSmolLm},
    {"minerva-7b", WordRule::kSmolLm},
    {"refact", WordRule::kSmolLm},
    {"starcoder", WordRule::kSmolLm},
    {"llama-bpe", WordRule::kLlama3, true, true},
    {"falcon3", WordRule::kLlama3, true, true},
    {"lfm2", WordRule::kLlama3, true, true},
    {"llama-v3", WordRule::kLlama3, true, true},
    {"llama3", WordRule::kLlama3, true, true},
    {"pixtral", WordRule::kLlama3, true, true},
    {"chatglm-bpe", WordRule::kLlama3},
    {"dbrx", WordRule::kLlama3},
    {"glm4", WordRule::kLlama3},
    {"smaug-bpe", WordRule::kLlama3},
    {"qwen2", WordRule::kQwen2},
    {"deepseek-r1-qwen", WordRule::kQwen2},
    {"hunyuan", WordRule::kQwen2},
    {"megrez", WordRule::kQwen2},
    {"stablelm2", WordRule::kQwen2},
};

bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Utf8Character c = utf8_at(text, at);
    if (!c.valid) return false;
    at += c.n_bytes;
  }
  return true;
}

}  // namespace

std::optional<PreTokenizer> find_pre_tokenizer(std::string_view name) {
  for (const PreTokenizer& pre : kPreTokenizers) {
    if (pre.name == name) return pre;
  }
  return std::nullopt;
}

std::string pre_tokenizer_names() {
  std::string out;
  for (const PreTokenizer& pre : kPreTokenizers) {
    if (!out.empty()) out += ", ";
    out += pre.name;
  }
  return out;
}

size_t word_end(WordRule rule, std::string_view text, size_t at, const UnicodeClasses& classes) {
  const Scanner scanner(text, classes);
  switch (rule) {
    case WordRule::kGpt2:
      return scanner.gpt2(at, false);
    case WordRule::kSmolLm:
      return scanner.gpt2(at, true);
    case WordRule::kLlama3:
      return scanner.llama3(at, 3);
    case WordRule::kQwen2:
      break;
  }
  return scanner.llama3(at, 1);
}

std::optional<std::string> readable_utf8(std::string_view text) {
  if (is_utf8(text)) return std::nullopt;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<uint8_t>(text[at]);
    size_t n = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead >= 0xF8 || n > text.size() - at) n = 0;
    uint32_t code = n <= 1 ? lead : lead & (0x7Fu >> n);
    for (size_t i = 1; i < n; ++i) {
      const auto next = static_cast<uint8_t>(text[at + i]);
      if ((next & 0xC0) != 0x80) n = 0;
      code = code << 6 | (next & 0x3F);
    }
    if (n == 0 || code > 0x10FFFF) {
      out += kReplacementCharacter;
      ++at;
      continue;
    }
    append_utf8(code, out);
    at += n;
  }
  return out;
}

}  // namespace onehead
