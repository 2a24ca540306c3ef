// The regular expressions of pre-tokenizers, matched as any engine of regular expressions would:
// alternatives in order, greedily, with backtracking. For short texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace onehead::reference {

// Of a code point: 'L' for \p{L}, 'N' for \p{N}, 'S' for \s, 'O' for all others.
using ClassOf = std::function<char(uint32_t)>;

// The ends of the words of a text by "gpt-2", "smollm", "llama-bpe" or "qwen2". The text is UTF-8,
// but for surrogates.
std::vector<size_t> word_ends(std::string_view pre_tokenizer, std::string_view text,
                              const ClassOf& class_of);

}  // namespace onehead::reference
