// Token ids of texts, for suites that compare them with other implementations':
//   tokenize model.gguf < texts
// Of the file only the header is read. A text is a line: a digit (1: with the tokens that the file
// adds before and after a text, 2: control tokens are read, 3: both, 0: neither), a space, the
// text's bytes in hex. Its ids are the line that is written. First comes a line of the ids that end
// a generation.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "text/tokenizer.hpp"

namespace {

using onehead::Tokenizer;

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(1);
}

onehead::GgufHeader read_header(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) fail(std::string("cannot open ") + path);
  onehead::GgufHeader header;
  std::vector<std::byte> prefix;
  while (true) {
    const size_t n_before = prefix.size();
    prefix.resize(n_before + (1 << 20));
    const size_t n = std::fread(prefix.data() + n_before, 1, prefix.size() - n_before, file);
    prefix.resize(n_before + n);
    const auto state = onehead::parse_gguf_header(prefix, 0, header);
    if (!state.ok()) fail(state.status().message);
    if (*state == onehead::ParseState::kDone) break;
    if (n == 0) fail("the file is cut short");
  }
  std::fclose(file);
  return header;
}

std::string from_hex(const std::string& line) {
  std::string text;
  for (size_t i = 2; i + 1 < line.size(); i += 2) {
    text += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) fail("usage: tokenize model.gguf < texts");
  const auto tokenizer = Tokenizer::create(read_header(argv[1]));
  if (!tokenizer.ok()) fail(tokenizer.status().message);
  for (int32_t id = 0; id < tokenizer->vocab_size(); ++id) {
    if (tokenizer->is_end(id)) std::printf("%d ", id);
  }
  std::printf("\n");
  std::vector<int32_t> ids;
  for (std::string line; std::getline(std::cin, line);) {
    const int how = line.empty() ? 0 : line[0] - '0';
    ids.clear();
    const onehead::EncodeOptions options{(how & 1) != 0 ? std::nullopt : std::optional<bool>(false),
                                         std::nullopt, (how & 2) != 0};
    const onehead::Status status = tokenizer->encode(from_hex(line), options, ids);
    if (!status.ok()) fail(status.message);
    for (int32_t id : ids) std::printf("%d ", id);
    std::printf("\n");
  }
}
