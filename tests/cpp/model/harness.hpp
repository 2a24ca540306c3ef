// Drives the runtime through a golden case in any way of cutting it into steps, and collects what
// the table has hashes of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/model.hpp"
#include "support/golden_table.hpp"

namespace onehead::testing {

// A file of the repository; fails the test and returns nothing where it cannot be read.
std::vector<std::byte> read_file(const std::string& path_from_root);

// A golden model's name as GoogleTest wants it: no hyphens.
std::string test_name(std::string_view name);

// Null, and a failed test, where the model does not load.
std::unique_ptr<Model> load(std::span<const std::byte> file, bool precision_f32 = false,
                            int32_t context_length = 0, KvType cache = KvType::kF32);
// With the options of a golden case.
std::unique_ptr<Model> load_for(const support::GoldenCase& question, int32_t context_length = 0);
std::unique_ptr<Session> new_session(Model& model);

// Feeds `tokens` in steps of `chunk` rows and returns the hash of the logits at each position. A
// step keeps few logits, so a larger chunk is rewound and run again for each group of its rows.
std::vector<std::string> feed(Model& model, Session& session, std::span<const int32_t> tokens,
                              int32_t chunk);

// Feeds `tokens` without looking at logits.
void feed_quietly(Model& model, Session& session, std::span<const int32_t> tokens, int32_t chunk);

// One step of one row. The token that the session's sampler takes, and its log-probability.
struct Sampled {
  int32_t token = -1;
  double logprob = 0.0;
  std::string logits;  // hash
};
Sampled step_once(Model& model, Session& session, int32_t token);

// Everything of a golden case, as the runtime answers it: the prompt in steps of `chunk` rows, then
// one token after the other.
support::GoldenCase answer(Model& model, const support::GoldenCase& question, int32_t chunk);

// The trace of all layers and heads as dense tensors, in the order of golden_table.hpp.
struct DenseTrace {
  std::vector<float> attention, queries, keys, values, hidden;
};
DenseTrace trace_prompt(Model& model, Session& session, std::span<const int32_t> prompt,
                        int32_t chunk);

// Compares everything but the trace, or all of it.
void expect_same_text(const support::GoldenCase& actual, const support::GoldenCase& expected);
void expect_same(const support::GoldenCase& actual, const support::GoldenCase& expected);

}  // namespace onehead::testing
