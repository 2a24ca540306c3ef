// The engine's logits of every position, as f32 to stdout, for suites that compare from outside.
//
//   model_logits <model.gguf> <ids.i32> <length> [precision=int8|f32] [cache=f32|int8]
//
// ids.i32 holds token ids as int32; each <length> of them are a sequence.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/model.hpp"
#include "support/files.hpp"

namespace {

using onehead::LoadOptions;
using onehead::Model;
using onehead::Status;
using onehead::StepRow;

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "model_logits: %s\n", message.c_str());
  std::exit(1);
}

void check(const Status& status) {
  if (!status.ok()) fail(status.message);
}

std::vector<int32_t> read_ids(const std::string& path) {
  const auto bytes = onehead::support::read_bytes(path);
  if (!bytes) fail("cannot read " + path);
  std::vector<int32_t> ids(bytes->size() / sizeof(int32_t));
  std::copy_n(bytes->data(), ids.size() * sizeof(int32_t),
              reinterpret_cast<std::byte*>(ids.data()));
  return ids;
}

LoadOptions read_options(std::span<char*> words) {
  LoadOptions options;
  for (const std::string_view word : words) {
    if (word == "precision=int8") {
      options.precision_f32 = false;
    } else if (word == "precision=f32") {
      options.precision_f32 = true;
    } else if (word == "cache=f32") {
      options.cache = onehead::KvType::kF32;
    } else if (word == "cache=int8") {
      options.cache = onehead::KvType::kInt8;
    } else {
      fail("no such option: " + std::string(word));
    }
  }
  return options;
}

// A call keeps the logits of at most so many rows.
constexpr size_t kRows = onehead::kLogitsGroup;

void write_logits(Model& model, std::span<const int32_t> ids) {
  auto session = model.create_session();
  check(session.status());
  check((*session)->begin_generation({}));
  for (size_t begin = 0; begin < ids.size(); begin += kRows) {
    std::vector<StepRow> rows;
    for (const int32_t id : ids.subspan(begin, std::min(kRows, ids.size() - begin))) {
      StepRow row{.session = session->get()};
      row.token = id;
      row.wants_logits = true;
      row.skip_logprob = true;
      row.keep_logits = true;
      rows.push_back(row);
    }
    check(model.step(rows, 0, {}));
    const std::vector<float>& logits = model.output().kept_logits;
    const size_t n = rows.size() * static_cast<size_t>(model.config().vocab_size);
    if (logits.size() < n || std::fwrite(logits.data(), sizeof(float), n, stdout) != n)
      fail("cannot write");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) fail("usage: model_logits <model.gguf> <ids.i32> <length> [option=value]…");
  const std::vector<int32_t> ids = read_ids(argv[2]);
  const auto length = static_cast<size_t>(std::max(1, std::atoi(argv[3])));
  LoadOptions options = read_options({argv + 4, argv + argc});
  options.context_length = static_cast<int32_t>(length);

  auto bytes = onehead::support::read_bytes(argv[1]);
  if (!bytes) fail(std::string("cannot read ") + argv[1]);
  auto model = Model::from_bytes(*bytes, options);
  check(model.status());
  bytes->clear();
  bytes->shrink_to_fit();
  for (size_t begin = 0; begin < ids.size(); begin += length)
    write_logits(**model, std::span(ids).subspan(begin, std::min(length, ids.size() - begin)));
  return 0;
}
