// The golden tables (tests/goldens/README.md) as C++ values, and their place on disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace onehead::support {

struct GoldenCase {
  std::string model;  // path from the repository's root, or public-models/ and a name
  std::string text;   // what the prompt says, for people; may be empty
  bool precision_f32 = false;
  bool cache_int8 = false;
  std::vector<std::pair<int32_t, int32_t>> ablate;  // (layer, head)
  std::vector<int32_t> prompt;
  int32_t max_tokens = 0;
  std::vector<int32_t> tokens;      // greedy; the last may be the end of text
  std::vector<double> logprobs;     // of each of `tokens`
  std::vector<std::string> logits;  // hash per position: the prompt, then all of `tokens` but one
  std::string attention, queries, keys, values, hidden;  // hashes of the prompt's trace

  // What the model reads in all: the prompt and every token but the last.
  std::vector<int32_t> sequence() const;
  std::string label() const;
};

struct GoldenTable {
  std::vector<GoldenCase> cases;

  static std::optional<GoldenTable> read(const std::filesystem::path& path);
  std::string to_json() const;
};

std::filesystem::path source_dir();  // the repository's root

// Where a case's model lies. Public models are outside the repository, in the folder that
// $ONEHEAD_PUBLIC_MODELS names; without it their path is empty.
std::filesystem::path model_file(const std::string& model);

inline constexpr const char* kOneAnswerTable = "tests/goldens/one_answer.json";
inline constexpr const char* kShippedTable = "tests/goldens/onehead_tiny.json";
inline constexpr const char* kPublicTable = "tests/goldens/public_models.json";

}  // namespace onehead::support
