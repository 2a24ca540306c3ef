// Makes a file with a tokenizer of every byte, and of pieces and merges that fuzzed bytes ask for.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace onehead::fuzz {

struct VocabAndText {
  std::vector<std::byte> file;
  std::string text;
  bool byte_level = false;
};

// data: a byte of options (bit 0: byte level, bit 1: no space prefix), then records of a byte
// n (bits 0 to 5: length, bit 6: user-defined, bit 7: part of the text) and n bytes. A piece that
// is there already, or that is user-defined but not UTF-8, is left out.
VocabAndText vocab_and_text(std::span<const std::byte> data);

}  // namespace onehead::fuzz
