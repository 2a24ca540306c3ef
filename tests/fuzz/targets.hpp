// What is fuzzed: each target takes any bytes and aborts if a promise of the engine is broken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace onehead::fuzz {

using Bytes = std::vector<std::byte>;
using Target = void (*)(std::span<const std::byte>);

// The bytes as a GGUF file: whole and in pieces it is the same file or the same failure, and every
// tensor lies inside it.
void gguf_header(std::span<const std::byte> data);

// The bytes as a file with a tokenizer, which then reads a text that is part of the bytes.
void tokenizer_file(std::span<const std::byte> data);

// The bytes as a text and the pieces of a vocabulary that has all bytes: the text comes back, whole
// and streamed.
void tokenizer_text(std::span<const std::byte> data);

// The bytes as a GGUF file with a model: its dimensions are in bounds and agree with every tensor,
// or a sentence says why not.
void model_shape(std::span<const std::byte> data);

// The bytes as a rule and a text: its words are those of the rule's regular expression.
void words(std::span<const std::byte> data);

struct Named {
  const char* name;
  Target run;
  std::vector<Bytes> (*seeds)();
};

// All targets, each with sound inputs to start from.
std::span<const Named> targets();

}  // namespace onehead::fuzz
