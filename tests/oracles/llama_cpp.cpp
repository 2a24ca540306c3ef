// llama.cpp, as node-llama-cpp's package carries it, asked from C++.
//
//   llama_cpp ids <model.gguf> <text file>
//     token ids as int32 to stdout, BOS first where the file says so
//   llama_cpp tokenize <model.gguf> < texts
//     lines in and out are those of tests/native/tokenize.cpp
//   llama_cpp logits <model.gguf> <ids.i32> <length>
//     f32 [ids, vocabulary] to stdout; each <length> ids are a sequence
//   llama_cpp speed <model.gguf> <prompt> <context>…
//     milliseconds as JSON: loading, a prompt of so many tokens, steps after each context
//
// One thread: two of them wait for each other busily.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "ggml-backend.h"
#include "llama.h"

namespace {

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "llama_cpp: %s\n", message.c_str());
  std::exit(1);
}

std::string read_file(const char* path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail(std::string("cannot read ") + path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void write(const void* data, size_t size, size_t n) {
  if (std::fwrite(data, size, n, stdout) != n) fail("cannot write");
}

llama_model* load(const char* path, bool vocabulary_only = false) {
  llama_model_params params = llama_model_default_params();
  params.n_gpu_layers = 0;
  params.vocab_only = vocabulary_only;
  llama_model* model = llama_model_load_from_file(path, params);
  if (!model) fail(std::string("cannot load ") + path);
  return model;
}

llama_context* open_context(llama_model* model, llama_context_params params) {
  params.n_threads = 1;
  params.n_threads_batch = 1;
  llama_context* context = llama_init_from_model(model, params);
  if (!context) fail("cannot make a context");
  return context;
}

// Tokens of one sequence from position `begin` on; logits of all of them, or of the last.
class Batch {
 public:
  explicit Batch(int32_t n_max) : batch_(llama_batch_init(n_max, 0, 1)) {}
  ~Batch() { llama_batch_free(batch_); }

  void decode(llama_context* context, const int32_t* ids, int32_t begin, int32_t n, bool all) {
    batch_.n_tokens = n;
    for (int32_t i = 0; i < n; ++i) {
      batch_.token[i] = ids[i];
      batch_.pos[i] = begin + i;
      batch_.n_seq_id[i] = 1;
      batch_.seq_id[i][0] = 0;
      batch_.logits[i] = all || i == n - 1;
    }
    if (llama_decode(context, batch_) != 0) fail("llama_decode failed");
  }

 private:
  llama_batch batch_;
};

void print_ids(const char* model_path, const char* text_path) {
  const llama_vocab* vocab = llama_model_get_vocab(load(model_path, true));
  const std::string text = read_file(text_path);
  const auto length = static_cast<int32_t>(text.size());
  std::vector<int32_t> ids(text.size() + 8);
  const int32_t n = llama_tokenize(vocab, text.data(), length, ids.data(),
                                   static_cast<int32_t>(ids.size()), true, false);
  if (n < 0) fail("cannot tokenize");
  write(ids.data(), sizeof(int32_t), static_cast<size_t>(n));
}

std::string from_hex(const std::string& line) {
  std::string text;
  for (size_t i = 2; i + 1 < line.size(); i += 2)
    text += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
  return text;
}

void tokenize_lines(const char* model_path) {
  const llama_vocab* vocab = llama_model_get_vocab(load(model_path, true));
  for (int32_t id = 0; id < llama_vocab_n_tokens(vocab); ++id)
    if (llama_vocab_is_eog(vocab, id)) std::printf("%d ", id);
  std::printf("\n");
  for (std::string line; std::getline(std::cin, line);) {
    const int how = line.empty() ? 0 : line[0] - '0';
    const std::string text = from_hex(line);
    std::vector<int32_t> ids(text.size() + 8);
    const int32_t n =
        llama_tokenize(vocab, text.data(), static_cast<int32_t>(text.size()), ids.data(),
                       static_cast<int32_t>(ids.size()), (how & 1) != 0, (how & 2) != 0);
    if (n < 0) fail("cannot tokenize");
    for (int32_t i = 0; i < n; ++i) std::printf("%d ", ids[static_cast<size_t>(i)]);
    std::printf("\n");
  }
}

constexpr int32_t kChunk = 256;  // tokens of one call, which holds the logits of all of them

// K and V in f32: by default they are rounded to f16.
void print_logits(const char* model_path, const char* ids_path, int32_t length) {
  const std::string bytes = read_file(ids_path);
  const auto* ids = reinterpret_cast<const int32_t*>(bytes.data());
  const auto n_ids = static_cast<int32_t>(bytes.size() / sizeof(int32_t));
  if (length < 1) fail("a sequence has at least one token");
  llama_model* model = load(model_path);
  llama_context_params params = llama_context_default_params();
  params.n_ctx = static_cast<uint32_t>(length);
  params.n_batch = kChunk;
  params.n_ubatch = kChunk;
  params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
  params.type_k = GGML_TYPE_F32;
  params.type_v = GGML_TYPE_F32;
  llama_context* context = open_context(model, params);
  const auto vocab_size = static_cast<size_t>(llama_vocab_n_tokens(llama_model_get_vocab(model)));
  Batch batch(kChunk);
  int32_t position = 0;
  for (int32_t at = 0; at < n_ids;) {
    if (position == length) position = 0;
    if (position == 0) llama_memory_clear(llama_get_memory(context), true);
    const int32_t n = std::min({kChunk, length - position, n_ids - at});
    batch.decode(context, ids + at, position, n, true);
    for (int32_t i = 0; i < n; ++i)
      write(llama_get_logits_ith(context, i), sizeof(float), vocab_size);
    at += n;
    position += n;
  }
}

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::time_point since) {
  return std::chrono::duration<double, std::milli>(Clock::now() - since).count();
}

constexpr int32_t kSteps = 32;

// The library's defaults but for the thread.
void print_speed(const char* model_path, int32_t prompt, const std::vector<int32_t>& contexts) {
  Clock::time_point start = Clock::now();
  llama_model* model = load(model_path);
  llama_context_params params = llama_context_default_params();
  int32_t longest = prompt;
  for (const int32_t length : contexts) longest = std::max(longest, length);
  params.n_ctx = static_cast<uint32_t>(longest + kSteps);
  params.n_batch = 512;
  llama_context* context = open_context(model, params);
  const int32_t vocab_size = llama_vocab_n_tokens(llama_model_get_vocab(model));
  std::vector<int32_t> ids(static_cast<size_t>(longest + kSteps));
  // Of ordinary pieces; which ones does not matter for speed.
  for (size_t i = 0; i < ids.size(); ++i)
    ids[i] = 1000 + static_cast<int32_t>(i * 37 % 20000) % (vocab_size - 2000);
  Batch batch(512);
  const auto prefill = [&](int32_t length) {
    llama_memory_clear(llama_get_memory(context), true);
    for (int32_t begin = 0; begin < length; begin += 512)
      batch.decode(context, ids.data() + begin, begin, std::min(512, length - begin), false);
  };
  batch.decode(context, ids.data(), 0, 1, false);
  std::printf("{\"load\": %.3f, ", milliseconds(start));
  prefill(prompt);  // warm
  start = Clock::now();
  prefill(prompt);
  std::printf("\"prompt\": {\"tokens\": %d, \"ms\": %.3f}, \"decode\": [", prompt,
              milliseconds(start));
  for (size_t i = 0; i < contexts.size(); ++i) {
    const int32_t length = contexts[i];
    prefill(length);
    start = Clock::now();
    for (int32_t step = 0; step < kSteps; ++step)
      batch.decode(context, ids.data() + length + step, length + step, 1, false);
    std::printf("%s{\"context\": %d, \"steps\": %d, \"ms\": %.3f}", i ? ", " : "", length, kSteps,
                milliseconds(start));
  }
  std::printf("]}\n");
}

void only_errors(ggml_log_level level, const char* text, void*) {
  if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  llama_log_set(only_errors, nullptr);
  ggml_backend_load_all_from_path(LLAMA_LIBRARIES);
  llama_backend_init();
  if (verb == "ids" && argc == 4) {
    print_ids(argv[2], argv[3]);
  } else if (verb == "tokenize" && argc == 3) {
    tokenize_lines(argv[2]);
  } else if (verb == "logits" && argc == 5) {
    print_logits(argv[2], argv[3], std::atoi(argv[4]));
  } else if (verb == "speed" && argc >= 5) {
    std::vector<int32_t> contexts;
    for (int i = 4; i < argc; ++i) contexts.push_back(std::atoi(argv[i]));
    print_speed(argv[2], std::atoi(argv[3]), contexts);
  } else {
    fail("usage: llama_cpp ids|tokenize|logits|speed <model.gguf> …");
  }
  std::fflush(stdout);
  std::_Exit(0);  // the operating system frees faster
}
