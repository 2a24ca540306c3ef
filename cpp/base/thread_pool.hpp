// Threads that share loops. What a loop computes must not depend on who runs which part of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/status.hpp"

#if !defined(__wasm__)
#include <pthread.h>
#endif

namespace onehead {

// The caller is thread 0 and works with the others. One thread at a time may call parallel_for.
class ThreadPool {
 public:
  static constexpr int32_t kMaxThreads = 32;

  ThreadPool() = default;  // one thread, the caller's
  ~ThreadPool() { end(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int32_t n_threads() const { return n_threads_; }

  // fn(begin, end, thread) on ranges that make up [0, n), none but the last shorter than `grain`,
  // so that the work of one outweighs the cost of sharing. Returns when all are done; everything
  // that they wrote is then visible. fn must not call parallel_for.
  template <class Fn>
  void parallel_for(int32_t n, int32_t grain, const Fn& fn) {
    if (least_grain_) grain = 1;
    if (n_threads_ == 1 || n <= grain) {
      if (n > 0) fn(0, n, 0);
      return;
    }
    const auto call = [](const void* f, int32_t begin, int32_t end, int32_t thread) {
      (*static_cast<const Fn*>(f))(begin, end, thread);
    };
    share({call, &fn, n, 0}, grain);
  }

  // From now on every grain is 1, however dear: so that tests share what is small.
  void use_least_grain() { least_grain_ = true; }

#if !defined(__wasm__)
  // Starts threads until there are n. Errors: kOutOfMemory where the system refuses one, and those
  // that started stay.
  Status start(int32_t n);
#endif

  // Where threads are not made here (WebAssembly): threads 1 to n - 1 are those that run work().
  void adopt(int32_t n) { n_threads_ = n; }
  // The life of thread `thread`; returns after end().
  void work(int32_t thread);
  // Ends the other threads; the caller's stays. Not during parallel_for.
  void end();

  // Bit kDied of this word, set and woken by a thread that can no longer finish its part, makes the
  // caller trap instead of waiting for ever.
  static constexpr uint32_t kDied = uint32_t{1} << 31;
  std::atomic<uint32_t>& finished() { return finished_; }

 private:
  struct Loop {
    void (*call)(const void* fn, int32_t begin, int32_t end, int32_t thread);
    const void* fn;
    int32_t n;
    int32_t chunk;
  };

  void share(Loop loop, int32_t grain);
  void take_chunks(int32_t thread);
  void wait_for_chunks(uint32_t count);
  uint32_t wait_for_signal(uint32_t seen);

  int32_t n_threads_ = 1;
  bool least_grain_ = false;
  Loop loop_ = {};
  // Chunks of the present loop << 16 | the next one to take. Whoever adds 1 owns the chunk that
  // stood there, and the loop cannot end before that chunk is finished.
  alignas(64) std::atomic<uint32_t> ticket_ = 0;
  alignas(64) std::atomic<uint32_t> finished_ = 0;  // chunks of the present loop
  std::atomic<uint32_t> caller_sleeps_ = 0;
  alignas(64) std::atomic<uint32_t> signal_ = 0;  // grows with each loop, and at the end
  std::atomic<uint32_t> n_sleepers_ = 0;          // threads that wait for signal_ asleep
  std::atomic<bool> ending_ = false;
#if !defined(__wasm__)
  std::vector<pthread_t> threads_;
#endif
};

}  // namespace onehead
