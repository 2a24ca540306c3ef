// The shipped model natively: tokens per second of prompts and of greedy steps, alone and sixteen
// sequences at once.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "runtime/model.hpp"
#include "support/files.hpp"

namespace onehead::bench {
namespace {

constexpr int32_t kPromptLength = 96;
constexpr int32_t kSteps = 48;

// Ids of ordinary pieces; which ones does not matter for speed.
int32_t some_token(int32_t i) { return 300 + i * 37 % 3000; }

class Sequences {
 public:
  explicit Sequences(int32_t n) {
    const auto file =
        support::read_bytes(ONEHEAD_SOURCE_DIR "/models/onehead-tiny/onehead-tiny.q8_0.gguf");
    if (!file) return;
    auto model = Model::from_bytes(*file);
    if (!model.ok()) return;
    model_ = std::move(*model);
    for (int32_t i = 0; i < n; ++i) {
      auto session = model_->create_session();
      if (!session.ok() || !(*session)->begin_generation({}).ok()) return;
      sessions_.push_back(std::move(*session));
    }
    ok_ = true;
  }

  bool ok() const { return ok_; }
  int64_t size() const { return static_cast<int64_t>(sessions_.size()); }

  // Every sequence from its beginning: as many rows a step as the model takes, the last one's
  // logits sampled.
  void prefill() {
    for (const auto& session : sessions_) ok_ &= session->rewind(0).ok();
    next_.clear();
    rows_.clear();
    for (int32_t i = 0; i < kPromptLength; ++i) {
      for (size_t s = 0; s < sessions_.size(); ++s) {
        StepRow row{.session = sessions_[s].get()};
        row.token = some_token(i + 11 * static_cast<int32_t>(s));
        row.wants_logits = i == kPromptLength - 1;
        rows_.push_back(row);
        if (rows_.size() == static_cast<size_t>(model_->max_rows())) step();
      }
    }
    if (!rows_.empty()) step();
  }

  // One greedy token of each sequence.
  void decode() {
    rows_.swap(next_);
    next_.clear();
    step();
  }

 private:
  // Runs rows_ and makes next_ of what was sampled.
  void step() {
    ok_ &= model_->step(rows_, 0, {}).ok();
    for (const StepResult& result : model_->output().results) {
      StepRow row{.session = rows_[static_cast<size_t>(result.row)].session};
      row.token = result.token;
      row.wants_logits = true;
      next_.push_back(row);
    }
    rows_.clear();
  }

  std::unique_ptr<Model> model_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<StepRow> rows_, next_;
  bool ok_ = false;
};

void model_prefill(benchmark::State& state) {
  Sequences sequences(static_cast<int32_t>(state.range(0)));
  if (!sequences.ok()) return state.SkipWithError("the shipped model does not load");
  for (auto _ : state) sequences.prefill();
  if (!sequences.ok()) state.SkipWithError("a step failed");
  state.SetItemsProcessed(state.iterations() * sequences.size() * kPromptLength);
}
BENCHMARK(model_prefill)->ArgName("sequences")->Arg(1)->Arg(16)->Unit(benchmark::kMillisecond);

void model_decode(benchmark::State& state) {
  Sequences sequences(static_cast<int32_t>(state.range(0)));
  if (!sequences.ok()) return state.SkipWithError("the shipped model does not load");
  for (auto _ : state) {
    state.PauseTiming();
    sequences.prefill();
    state.ResumeTiming();
    for (int32_t i = 0; i < kSteps; ++i) sequences.decode();
  }
  if (!sequences.ok()) state.SkipWithError("a step failed");
  state.SetItemsProcessed(state.iterations() * sequences.size() * kSteps);
}
BENCHMARK(model_decode)->ArgName("sequences")->Arg(1)->Arg(16)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace onehead::bench
