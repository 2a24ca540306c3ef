#include "base/thread_pool.hpp"

#include <algorithm>
#include <memory>

#include "base/futex.hpp"

namespace onehead {
namespace {

// Chunks for each thread: enough that a slow or late one does not hold up the others.
constexpr int32_t kChunksPerThread = 4;

uint32_t next_of(uint32_t ticket) { return ticket & 0xffff; }
uint32_t count_of(uint32_t ticket) { return ticket >> 16; }

// Each thread may add 1 in vain once.
static_assert((kChunksPerThread + 1) * ThreadPool::kMaxThreads < 0xffff);

}  // namespace

void ThreadPool::share(Loop loop, int32_t grain) {
  const int32_t n_chunks = kChunksPerThread * n_threads_;
  loop.chunk = std::max(grain, (loop.n - 1) / n_chunks + 1);
  const auto count = static_cast<uint32_t>((loop.n - 1) / loop.chunk + 1);
  loop_ = loop;
  finished_.store(0, std::memory_order_relaxed);
  ticket_.store(count << 16, std::memory_order_release);
  signal_.fetch_add(1);
  if (n_sleepers_.load() > 0) futex_wake_all(signal_);
  take_chunks(0);
  wait_for_chunks(count);
}

void ThreadPool::take_chunks(int32_t thread) {
  const auto is_chunk = [](uint32_t ticket) { return next_of(ticket) < count_of(ticket); };
  while (is_chunk(ticket_.load(std::memory_order_relaxed))) {
    const uint32_t ticket = ticket_.fetch_add(1, std::memory_order_acq_rel);
    if (!is_chunk(ticket)) return;
    const int32_t begin = static_cast<int32_t>(next_of(ticket)) * loop_.chunk;
    loop_.call(loop_.fn, begin, std::min(loop_.n - begin, loop_.chunk) + begin, thread);
    // From here on the caller may begin another loop.
    const uint32_t finished = finished_.fetch_add(1) + 1;
    if (finished == count_of(ticket) && caller_sleeps_.load() != 0) futex_wake_all(finished_);
  }
}

void ThreadPool::wait_for_chunks(uint32_t count) {
  const auto done = [count](uint32_t finished) {
    if ((finished & kDied) != 0) __builtin_trap();
    return finished == count;
  };
  for (int32_t spin = 0; spin < kSpins; ++spin) {
    if (done(finished_.load(std::memory_order_acquire))) return;
    spin_pause();
  }
  caller_sleeps_.store(1);
  for (uint32_t finished = finished_.load(); !done(finished); finished = finished_.load()) {
    futex_wait(finished_, finished);
  }
  caller_sleeps_.store(0);
}

uint32_t ThreadPool::wait_for_signal(uint32_t seen) {
  for (int32_t spin = 0; spin < kSpins; ++spin) {
    const uint32_t now = signal_.load(std::memory_order_acquire);
    if (now != seen) return now;
    spin_pause();
  }
  n_sleepers_.fetch_add(1);
  uint32_t now = signal_.load();
  for (; now == seen; now = signal_.load()) futex_wait(signal_, seen);
  n_sleepers_.fetch_sub(1);
  return now;
}

void ThreadPool::work(int32_t thread) {
  uint32_t seen = 0;
  for (;;) {
    take_chunks(thread);
    seen = wait_for_signal(seen);
    if (ending_.load()) return;
  }
}

void ThreadPool::end() {
  ending_.store(true);
  signal_.fetch_add(1);
  futex_wake_all(signal_);
#if !defined(__wasm__)
  for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
  threads_.clear();
  ending_.store(false);
#endif
  n_threads_ = 1;
}

#if !defined(__wasm__)

namespace {

struct Worker {
  ThreadPool* pool;
  int32_t thread;
};

void* live(void* argument) {
  const std::unique_ptr<Worker> worker(static_cast<Worker*>(argument));
  worker->pool->work(worker->thread);
  return nullptr;
}

}  // namespace

Status ThreadPool::start(int32_t n) {
  while (n_threads_ < std::min(n, kMaxThreads)) {
    auto worker = std::make_unique<Worker>(Worker{this, n_threads_});
    pthread_t thread;
    if (pthread_create(&thread, nullptr, live, worker.get()) != 0) {
      return {ErrorCode::kOutOfMemory, "The system does not start another thread."};
    }
    static_cast<void>(worker.release());  // its thread frees it
    threads_.push_back(thread);
    ++n_threads_;
  }
  return {};
}

#endif

}  // namespace onehead
