// The kernels by themselves as a wasm module of its own, for the bench page: JavaScript keeps time.
#include <emscripten/bind.h>

#include <memory>

#include "bench/kernels/attention_case.hpp"
#include "bench/kernels/machine.hpp"
#include "bench/kernels/matmul_case.hpp"

namespace {

using namespace onehead;

constexpr int64_t kMulAddsPerRun = int64_t{1} << 20;

std::unique_ptr<bench::AttentionCase> attention;
std::unique_ptr<bench::MatmulCase> matrix;
AlignedBuffer read_buffer;
volatile float kept;  // results go here, so that no work can be left out

void attention_prepare(bool as_int8, int n_heads, int n_kv_heads, int head_dim, int past) {
  attention.reset();
  attention =
      std::make_unique<bench::AttentionCase>(as_int8 ? KvType::kInt8 : KvType::kF32, n_heads,
                                             n_kv_heads, head_dim, past, select_int_dot());
}

// The attention of one new token, n times.
void attention_run(int n) {
  for (int i = 0; i < n; ++i) attention->run();
  kept = attention->first_output();
}

void matmul_prepare(int weight_type, int n_outputs, int n_cols, int n_rows, int back_end) {
  matrix.reset();
  matrix = std::make_unique<bench::MatmulCase>(static_cast<WeightType>(weight_type), n_outputs,
                                               n_cols, n_rows, static_cast<IntDot>(back_end));
}

void matmul_run(int n) {
  for (int i = 0; i < n; ++i) matrix->run();
  kept = matrix->first_output();
}

int int_dot() { return static_cast<int>(select_int_dot()); }

// Bytes read in n passes over a buffer larger than the caches.
double read_run(int n, int megabytes) {
  const auto wanted = static_cast<size_t>(megabytes);
  if (read_buffer.size() != wanted << 20) read_buffer = bench::readable_buffer(wanted);
  for (int i = 0; i < n; ++i) kept = bench::read_once(read_buffer);
  return static_cast<double>(read_buffer.size()) * n;
}

// Pairs of a multiplication and an addition done.
double mul_add_run(int n) {
  constexpr int32_t kSteps = 16384;
  const int64_t portions = n * kMulAddsPerRun / (int64_t{kSteps} * bench::kMulAddsPerStep) + 1;
  for (int64_t i = 0; i < portions; ++i) kept = bench::mul_add_steps(kSteps);
  return static_cast<double>(portions) * kSteps * bench::kMulAddsPerStep;
}

}  // namespace

EMSCRIPTEN_BINDINGS(kernel_bench) {
  emscripten::function("attentionPrepare", &attention_prepare);
  emscripten::function("attentionRun", &attention_run);
  emscripten::function("matmulPrepare", &matmul_prepare);
  emscripten::function("matmulRun", &matmul_run);
  emscripten::function("intDot", &int_dot);
  emscripten::function("readRun", &read_run);
  emscripten::function("mulAddRun", &mul_add_run);
}
