// Makes everything under tests/goldens with the scalar reference alone: the synthetic models, the
// table over them and stories260K, and the table of the shipped model. Kernels take no part.
//
//   make_goldens            everything
//   make_goldens shipped    only the table of the shipped model (after retraining)
//   make_goldens public     only that of the public models, in the folder that
//                           $ONEHEAD_PUBLIC_MODELS names; it takes minutes
//   make_goldens <file> <prompt id>…    prints the reference's answer for any model; writes nothing

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/gguf.hpp"
#include "reference/answer.hpp"
#include "reference/model.hpp"
#include "support/files.hpp"
#include "support/golden_table.hpp"
#include "synthetic/model.hpp"
#include "text/tokenizer.hpp"

namespace {

namespace fs = std::filesystem;
using onehead::GgufHeader;
using onehead::Tokenizer;
using onehead::support::GoldenCase;
using onehead::support::GoldenTable;

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "make_goldens: %s\n", message.c_str());
  std::exit(1);
}

// A model file, and a tokenizer for prompts given as text.
struct File {
  explicit File(std::string relative_path) : path(std::move(relative_path)) {
    auto read = onehead::support::read_bytes(onehead::support::model_file(path));
    if (!read) fail("cannot read " + path);
    bytes = std::move(*read);
    const auto parsed = onehead::parse_gguf_header(bytes, bytes.size(), header);
    if (!parsed.ok()) fail(path + ": " + parsed.status().message);
  }

  GoldenCase answer(GoldenCase question) const {
    question.model = path;
    const auto model = onehead::reference::read_model(bytes, question.precision_f32);
    if (!model.ok()) fail(path + ": " + model.status().message);
    std::printf("%s\n", question.label().c_str());
    std::fflush(stdout);
    return onehead::reference::answer(std::move(question), *model);
  }

  std::string path;
  std::vector<std::byte> bytes;
  GgufHeader header;
};

Tokenizer tokenizer_of(const File& file) {
  auto tokenizer = Tokenizer::create(file.header);
  if (!tokenizer.ok()) fail(file.path + ": " + tokenizer.status().message);
  return std::move(*tokenizer);
}

void encode(const Tokenizer& tokenizer, std::string_view text,
            const onehead::EncodeOptions& options, std::vector<int32_t>& out) {
  const onehead::Status status = tokenizer.encode(text, options, out);
  if (!status.ok()) fail("cannot encode: " + status.message);
}

void write(const std::string& path, std::span<const std::byte> bytes) {
  if (!onehead::support::write_bytes(onehead::support::source_dir() / path, bytes)) {
    fail("cannot write " + path);
  }
}

void write(const std::string& path, const std::string& text) {
  write(path, std::as_bytes(std::span(text)));
}

// One position, a few, more than one block of 64, more than two; each followed by greedy steps that
// cross into the next block (60 + 12) or not.
constexpr int32_t kPromptLengths[] = {1, 9, 60, 150};
constexpr int32_t kMaxTokens = 12;

void add_synthetic(const onehead::synthetic::ModelShape& shape, GoldenTable& table) {
  const std::string path = "tests/goldens/models/" + std::string(shape.name) + ".gguf";
  write(path, onehead::synthetic::make_model(shape).to_gguf());
  const File file(path);
  const auto question = [&](int32_t length) {
    GoldenCase c;
    c.prompt = onehead::synthetic::random_prompt(shape.vocab_size, length,
                                                 shape.seed * 1000 + static_cast<uint64_t>(length));
    c.max_tokens = kMaxTokens;
    return c;
  };
  for (const int32_t length : kPromptLengths) {
    if (length + kMaxTokens <= shape.context_length) {
      table.cases.push_back(file.answer(question(length)));
    }
  }
  if (onehead::is_quantized(shape.type)) {
    GoldenCase c = question(60);
    c.precision_f32 = true;
    table.cases.push_back(file.answer(c));
  }
  {
    // 200 positions: two blocks whose keys have a center.
    GoldenCase c = question(200 + kMaxTokens <= shape.context_length ? 200 : 60);
    c.cache_int8 = true;
    table.cases.push_back(file.answer(c));
  }
  if (shape.n_query_heads > 1) {
    GoldenCase c = question(20);
    c.ablate = {{0, 1}, {shape.n_layers - 1, 0}};
    if (shape.n_layers == 1) c.ablate = {{0, 1}};
    table.cases.push_back(file.answer(c));
  }
}

// The prompts of the reference outputs in tests/data, to as many positions as those have.
void add_stories(GoldenTable& table) {
  const File file("tests/data/stories260K.gguf");
  const Tokenizer tokenizer = tokenizer_of(file);
  for (const char* text : {"", "Once upon a time", "The cat", "Tom and Lily"}) {
    GoldenCase c;
    c.text = text;
    encode(tokenizer, text, {.add_bos = true, .parse_special = false}, c.prompt);
    const int32_t n_positions = c.text.empty() ? 257 : 128;
    c.max_tokens = n_positions + 1 - static_cast<int32_t>(c.prompt.size());
    table.cases.push_back(file.answer(c));
  }
}

constexpr const char* kShippedSentences[] = {
    "The cat purrs.",
    "The quick brown fox jumps over the lazy dog.",
    "I don't know where she lives.",
    "How much does it cost?",
    "My brother bought three red books yesterday.",
    "If it rains tomorrow, we will stay at home and read.",
    "Zxqv 123 – ¿qué? \xF0\x9F\x98\x80",
};

// <before>{text}<after>, where control tokens are read in the layout and never in the text.
std::vector<int32_t> fill_layout(const Tokenizer& tokenizer, std::string_view layout,
                                 std::string_view text) {
  constexpr std::string_view hole = "{text}";
  const size_t at = layout.find(hole);
  if (at == std::string_view::npos) fail("the prompt layout has no {text}");
  std::vector<int32_t> prompt;
  encode(tokenizer, layout.substr(0, at), {.add_bos = std::nullopt, .parse_special = true}, prompt);
  encode(tokenizer, text, {.add_bos = false, .parse_special = false}, prompt);
  encode(tokenizer, layout.substr(at + hole.size()), {.add_bos = false, .parse_special = true},
         prompt);
  return prompt;
}

bool make_shipped() {
  GoldenTable table;
  std::vector<std::string> paths;
  const fs::path folder = onehead::support::source_dir() / "models/onehead-tiny";
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".gguf") paths.push_back(entry.path().filename().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& name : paths) {
    const File file("models/onehead-tiny/" + name);
    const Tokenizer tokenizer = tokenizer_of(file);
    const auto layout = file.header.find_string("onehead.task.translate.prompt");
    if (!layout) fail(file.path + " has no prompt layout");
    for (const char* text : kShippedSentences) {
      GoldenCase c;
      c.text = text;
      c.prompt = fill_layout(tokenizer, *layout, text);
      c.max_tokens = 40;
      table.cases.push_back(file.answer(c));
    }
  }
  if (table.cases.empty()) return false;
  write(onehead::support::kShippedTable, table.to_json());
  return true;
}

constexpr const char* kPublicModels[] = {"gemma-3-270m-q4_k_m.gguf",
                                         "SmolLM2-135M-Instruct.Q4_1.gguf"};
constexpr const char* kShortText = "The capital of France is";
// More than a block of 64 positions.
constexpr const char* kLongText =
    "No one would have believed in the last years of the nineteenth century that this world was "
    "being watched keenly and closely by intelligences greater than man's and yet as mortal as his "
    "own; that as men busied themselves about their various concerns they were scrutinised and "
    "studied, perhaps almost as narrowly as a man with a microscope might scrutinise the transient "
    "creatures";

void make_public() {
  GoldenTable table;
  for (const char* name : kPublicModels) {
    const File file(std::string("public-models/") + name);
    const Tokenizer tokenizer = tokenizer_of(file);
    for (const char* text : {kShortText, kLongText}) {
      // The defaults, the reference mode, and int8 keys and values.
      for (const auto& [precision_f32, cache_int8] :
           {std::pair(false, false), std::pair(true, false), std::pair(false, true)}) {
        if (precision_f32 && text == kLongText) continue;
        GoldenCase c;
        c.text = text;
        c.precision_f32 = precision_f32;
        c.cache_int8 = cache_int8;
        encode(tokenizer, text, {.add_bos = std::nullopt, .parse_special = false}, c.prompt);
        c.max_tokens = text == kLongText ? 3 : 6;
        table.cases.push_back(file.answer(c));
      }
    }
  }
  write(onehead::support::kPublicTable, table.to_json());
}

void make_all() {
  GoldenTable table;
  fs::create_directories(onehead::support::source_dir() / "tests/goldens/models");
  for (const auto& shape : onehead::synthetic::golden_shapes()) add_synthetic(shape, table);
  add_stories(table);
  write(onehead::support::kOneAnswerTable, table.to_json());
  if (!make_shipped()) std::printf("models/onehead-tiny has no model: no table of it was made\n");
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) {
    make_all();
  } else if (arguments[0] == "shipped") {
    if (!make_shipped()) fail("models/onehead-tiny has no model");
  } else if (arguments[0] == "public") {
    make_public();
  } else {
    GoldenCase c;
    for (size_t i = 1; i < arguments.size(); ++i)
      c.prompt.push_back(std::atoi(arguments[i].c_str()));
    c.max_tokens = kMaxTokens;
    GoldenTable table;
    table.cases.push_back(File(fs::absolute(arguments[0]).string()).answer(c));
    std::printf("%s", table.to_json().c_str());
  }
  return 0;
}
