// What more threads give: to the machine itself, and to a model. $ONEHEAD_BENCH_MODEL names the
// model's file; the shipped one is too small to gain much.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/thread_pool.hpp"
#include "bench/kernels/machine.hpp"
#include "runtime/model.hpp"
#include "support/files.hpp"

namespace onehead::bench {
namespace {

constexpr int32_t kPromptLength = 512;
constexpr int32_t kSteps = 16;

ThreadPool& pool_of(int64_t n_threads) {
  static std::vector<std::unique_ptr<ThreadPool>> pools(ThreadPool::kMaxThreads + 1);
  std::unique_ptr<ThreadPool>& pool = pools[static_cast<size_t>(n_threads)];
  if (pool == nullptr) {
    pool = std::make_unique<ThreadPool>();
    if (!pool->start(static_cast<int32_t>(n_threads)).ok()) std::abort();
  }
  return *pool;
}

void shared_read_bandwidth(benchmark::State& state) {
  const AlignedBuffer buffer = readable_buffer(64);
  ThreadPool& pool = pool_of(state.range(0));
  constexpr int32_t kPortion = 1 << 16;
  const auto n = static_cast<int32_t>(buffer.size() / sizeof(float) / kPortion);
  for (auto _ : state) {
    pool.parallel_for(n, 1, [&](int32_t begin, int32_t end, int32_t) {
      for (int32_t i = begin; i < end; ++i) {
        const float* portion = buffer.at<float>(0) + static_cast<size_t>(i) * kPortion;
        benchmark::DoNotOptimize(read_floats(portion, kPortion));
      }
    });
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(buffer.size()));
}
BENCHMARK(shared_read_bandwidth)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

void shared_mul_adds(benchmark::State& state) {
  ThreadPool& pool = pool_of(state.range(0));
  constexpr int32_t kLoops = 64;
  constexpr int32_t kLoopSteps = 4096;
  for (auto _ : state) {
    pool.parallel_for(kLoops, 1, [&](int32_t begin, int32_t end, int32_t) {
      for (int32_t i = begin; i < end; ++i) benchmark::DoNotOptimize(mul_add_steps(kLoopSteps));
    });
  }
  state.SetItemsProcessed(state.iterations() * kLoops * kLoopSteps * kMulAddsPerStep);
}
BENCHMARK(shared_mul_adds)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

// What a loop costs whose parts do nothing.
void empty_loop(benchmark::State& state) {
  ThreadPool& pool = pool_of(state.range(0));
  for (auto _ : state) {
    pool.parallel_for(8, 1,
                      [](int32_t begin, int32_t, int32_t) { benchmark::DoNotOptimize(begin); });
  }
}
BENCHMARK(empty_loop)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

Model* the_model() {
  static const std::unique_ptr<Model> model = [] {
    const char* path = std::getenv("ONEHEAD_BENCH_MODEL");
    const auto file = support::read_bytes(
        path != nullptr ? path : ONEHEAD_SOURCE_DIR "/models/onehead-tiny/onehead-tiny.q8_0.gguf");
    LoadOptions options;
    options.context_length = kPromptLength + kSteps;
    auto made = file ? Model::from_bytes(*file, options)
                     : Expected<std::unique_ptr<Model>>(Status{ErrorCode::kBadFile, ""});
    return made.ok() ? std::move(*made) : nullptr;
  }();
  return model.get();
}

// A prompt (or as much of it as the context holds), or greedy steps after it.
class Run {
 public:
  explicit Run(benchmark::State& state) : state_(state), model_(the_model()) {
    if (model_ == nullptr || !model_->use_threads(pool_of(state.range(0))).ok()) return;
    auto session = model_->create_session();
    if (session.ok()) session_ = std::move(*session);
    length_ = std::min(kPromptLength, model_->context_length() - kSteps);
  }

  bool ok() const { return session_ != nullptr; }
  int32_t length() const { return length_; }

  void prefill() {
    check(session_->rewind(0));
    std::vector<StepRow> rows;
    for (int32_t i = 0; i < length_; ++i) {
      rows.push_back({.session = session_.get(), .token = 300 + i * 37 % 3000});
      if (static_cast<int32_t>(rows.size()) == model_->max_rows() || i == length_ - 1) {
        check(model_->step(rows, 0, {}));
        rows.clear();
      }
    }
  }

  void step() {
    StepRow row{.session = session_.get(), .token = 400, .wants_logits = true};
    row.skip_logprob = true;
    check(model_->step({&row, 1}, 0, {}));
  }

 private:
  void check(const Status& status) {
    if (!status.ok()) state_.SkipWithError("a step failed");
  }

  benchmark::State& state_;
  Model* model_;
  std::unique_ptr<Session> session_;
  int32_t length_ = 0;
};

void shared_prefill(benchmark::State& state) {
  Run run(state);
  if (!run.ok()) return state.SkipWithError("the model does not load");
  for (auto _ : state) run.prefill();
  state.SetItemsProcessed(state.iterations() * run.length());
}
BENCHMARK(shared_prefill)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void shared_decode(benchmark::State& state) {
  Run run(state);
  if (!run.ok()) return state.SkipWithError("the model does not load");
  for (auto _ : state) {
    state.PauseTiming();
    run.prefill();
    state.ResumeTiming();
    for (int32_t i = 0; i < kSteps; ++i) run.step();
  }
  state.SetItemsProcessed(state.iterations() * kSteps);
}
BENCHMARK(shared_decode)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace onehead::bench
