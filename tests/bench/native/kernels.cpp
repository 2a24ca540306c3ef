// The kernels by themselves, natively, beside what the machine can do.
#include <benchmark/benchmark.h>

#include "bench/kernels/attention_case.hpp"
#include "bench/kernels/machine.hpp"
#include "bench/kernels/matmul_case.hpp"

namespace onehead::bench {
namespace {

// Items are multiply-add pairs of the scores and the weighted sum of V; heads of 64.
void attention(benchmark::State& state) {
  const auto n_kv_heads = static_cast<int32_t>(state.range(0));
  const auto past = static_cast<int32_t>(state.range(1));
  AttentionCase one(KvType::kF32, 8, n_kv_heads, 64, past, IntDot::kStrict);
  for (auto _ : state) {
    one.run();
    benchmark::DoNotOptimize(one.first_output());
  }
  const int64_t positions = state.iterations() * past;
  state.SetItemsProcessed(positions * 8 * 2 * 64);
  state.counters["cache_bytes"] = benchmark::Counter(
      static_cast<double>(positions * n_kv_heads * 2 * 64 * 4), benchmark::Counter::kIsRate);
}
BENCHMARK(attention)->ArgNames({"G", "past"})->ArgsProduct({{1, 8}, {512, 2048, 8192}});

void matrix_product(benchmark::State& state) {
  const auto type = static_cast<WeightType>(state.range(0));
  const auto n_outputs = static_cast<int32_t>(state.range(1));
  const auto n_rows = static_cast<int32_t>(state.range(2));
  constexpr int32_t kCols = 640;
  MatmulCase one(type, n_outputs, kCols, n_rows, select_int_dot());
  for (auto _ : state) {
    one.run();
    benchmark::DoNotOptimize(one.first_output());
  }
  state.SetItemsProcessed(state.iterations() * n_outputs * kCols * n_rows);
  state.SetLabel(std::string(weight_type_name(type)));
}
// 640 outputs stay in cache, 32768 do not.
BENCHMARK(matrix_product)
    ->ArgNames({"type", "outputs", "rows"})
    ->ArgsProduct({{static_cast<int>(WeightType::kF32), static_cast<int>(WeightType::kF16),
                    static_cast<int>(WeightType::kQ8_0)},
                   {640},
                   {1, 4, 16}})
    ->ArgsProduct({{static_cast<int>(WeightType::kF32), static_cast<int>(WeightType::kQ8_0)},
                   {32768},
                   {1}});

void read_bandwidth(benchmark::State& state) {
  const AlignedBuffer buffer = readable_buffer(64);
  for (auto _ : state) benchmark::DoNotOptimize(read_once(buffer));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(buffer.size()));
}
BENCHMARK(read_bandwidth);

void mul_add_peak(benchmark::State& state) {
  constexpr int32_t kSteps = 16384;
  for (auto _ : state) benchmark::DoNotOptimize(mul_add_steps(kSteps));
  state.SetItemsProcessed(state.iterations() * kSteps * kMulAddsPerStep);
}
BENCHMARK(mul_add_peak);

}  // namespace
}  // namespace onehead::bench

BENCHMARK_MAIN();
