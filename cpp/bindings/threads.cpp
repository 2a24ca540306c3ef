// Threads as JavaScript starts them: memory for each, and where it enters.
#include <algorithm>

#include "base/decimal.hpp"
#include "bindings/engine.hpp"

namespace onehead {

int32_t Engine::use_threads(int32_t n) {
  threads_.adopt(n);
  return model_ == nullptr ? 0 : fail(model_->use_threads(threads_));
}

#if defined(__wasm_atomics__)

namespace {

constexpr size_t kStackBytes = 256 << 10;  // as the first thread's

uint32_t address_of(const void* pointer) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(pointer));
}

}  // namespace

int32_t Engine::prepare_threads(int32_t n) {
  if (n < 1 || n > ThreadPool::kMaxThreads) {
    return fail({ErrorCode::kBadArgument,
                 "There can be 1 to " + to_decimal(ThreadPool::kMaxThreads) + " threads."});
  }
  // A stack grows down, towards the thread-local data below it.
  const size_t local_bytes = (__builtin_wasm_tls_size() + 63) / 64 * 64;
  const size_t bytes = local_bytes + kStackBytes;
  Expected<AlignedBuffer> memory = AlignedBuffer::allocate(static_cast<size_t>(n - 1) * bytes);
  if (!memory.ok()) return fail(memory.status());
  thread_memory_ = std::move(*memory);
  thread_places_.clear();
  for (int32_t thread = 1; thread < n; ++thread) {
    std::byte* local = thread_memory_.data() + static_cast<size_t>(thread - 1) * bytes;
    const uint32_t place[kThreadInts] = {address_of(&threads_), static_cast<uint32_t>(thread),
                                         address_of(local + bytes), address_of(local),
                                         address_of(&threads_.finished())};
    thread_places_.insert(thread_places_.end(), std::begin(place), std::end(place));
  }
  return 0;
}

extern "C" {

void __wasm_init_tls(void* memory);  // the linker's

// The life of a thread, called with its own stack in place.
void onehead_thread(ThreadPool* pool, int32_t thread, void* local) {
  if (__builtin_wasm_tls_size() > 0) __wasm_init_tls(local);
  pool->work(thread);
}

}  // extern "C"

#else

int32_t Engine::prepare_threads(int32_t) {
  return fail({ErrorCode::kBadArgument, "This build of the engine has one thread."});
}

#endif

}  // namespace onehead
