#include "text/words.hpp"

#include <string>

#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"
#include "reference/word_regex.hpp"

namespace onehead::fuzz {

void words(std::span<const std::byte> data) {
  if (data.empty()) return;
  static const UnicodeClasses classes;
  constexpr std::string_view kNames[] = {"gpt-2", "smollm", "llama-bpe", "qwen2"};
  const std::string_view name = kNames[static_cast<uint8_t>(data[0]) % 4];
  const WordRule rule = find_pre_tokenizer(name)->rule;
  const std::string_view bytes(reinterpret_cast<const char*>(data.data()) + 1,
                               std::min<size_t>(data.size() - 1, 400));
  const std::string text = readable_utf8(bytes).value_or(std::string(bytes));
  require(!readable_utf8(text) || text.find("\xED") != std::string::npos,
          "what is readable stays as it is, but for surrogates");
  std::vector<size_t> ends;
  for (size_t at = 0; at < text.size();) {
    const size_t end = word_end(rule, text, at, classes);
    require(end > at && end <= text.size(), "words cover the text");
    ends.push_back(at = end);
  }
  const auto class_of = [](uint32_t code) { return "OLNS"[static_cast<size_t>(classes.of(code))]; };
  require(ends == reference::word_ends(name, text, class_of), "words are the regular expression's");
  // Bytes that are not readable make words too.
  for (size_t at = 0; at < bytes.size();) {
    const size_t end = word_end(rule, bytes, at, classes);
    require(end > at && end <= bytes.size(), "words cover any bytes");
    at = end;
  }
}

}  // namespace onehead::fuzz
