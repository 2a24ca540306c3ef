#include "base/thread_pool.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace onehead {
namespace {

TEST(ThreadPool, OfOneThreadCallsInPlace) {
  ThreadPool pool;
  EXPECT_EQ(pool.n_threads(), 1);
  int calls = 0;
  const auto caller = std::this_thread::get_id();
  pool.parallel_for(1000, 1, [&](int32_t begin, int32_t end, int32_t thread) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_EQ(begin, 0);
    EXPECT_EQ(end, 1000);
    EXPECT_EQ(thread, 0);
    ++calls;
  });
  EXPECT_EQ(calls, 1);
}

TEST(ThreadPool, RunsEveryIndexOnce) {
  for (const int32_t n_threads : {1, 2, 3, 8}) {
    ThreadPool pool;
    ASSERT_TRUE(pool.start(n_threads).ok());
    ASSERT_EQ(pool.n_threads(), n_threads);
    for (const int32_t n : {0, 1, 2, 7, 8, 33, 1000, 4097}) {
      for (const int32_t grain : {1, 5, 4096}) {
        std::vector<int32_t> runs(static_cast<size_t>(n));  // written without atomics
        pool.parallel_for(n, grain, [&](int32_t begin, int32_t end, int32_t) {
          EXPECT_LT(begin, end);
          EXPECT_TRUE(end - begin >= grain || end == n);
          for (int32_t i = begin; i < end; ++i) ++runs[static_cast<size_t>(i)];
        });
        EXPECT_EQ(runs, std::vector<int32_t>(static_cast<size_t>(n), 1))
            << n_threads << " threads, n = " << n << ", grain " << grain;
      }
    }
  }
}

TEST(ThreadPool, SharesAnythingWithTheLeastGrain) {
  ThreadPool pool;
  ASSERT_TRUE(pool.start(2).ok());
  int calls = 0;
  pool.parallel_for(4, 100, [&](int32_t, int32_t, int32_t) { ++calls; });
  EXPECT_EQ(calls, 1);
  pool.use_least_grain();
  std::atomic<int> shared_calls = 0;
  pool.parallel_for(4, 100, [&](int32_t, int32_t, int32_t) { ++shared_calls; });
  EXPECT_EQ(shared_calls.load(), 4);
}

// What scratch per thread relies on.
TEST(ThreadPool, NeverRunsTwoRangesAsOneThread) {
  ThreadPool pool;
  ASSERT_TRUE(pool.start(3).ok());
  std::atomic<int32_t> inside[3] = {};
  for (int round = 0; round < 500; ++round) {
    pool.parallel_for(24, 1, [&](int32_t, int32_t, int32_t thread) {
      ASSERT_TRUE(thread >= 0 && thread < 3);
      EXPECT_EQ(inside[thread].fetch_add(1), 0);
      std::this_thread::yield();
      inside[thread].fetch_sub(1);
    });
  }
}

TEST(ThreadPool, FinishesEachLoopBeforeTheNext) {
  ThreadPool pool;
  ASSERT_TRUE(pool.start(4).ok());
  std::vector<int64_t> sums(64, 0);
  constexpr int64_t kLoops = 20000;
  for (int64_t loop = 0; loop < kLoops; ++loop) {
    // Sizes that differ, so that a chunk of the last loop would write where it must not.
    const auto n = static_cast<int32_t>(17 + loop % 48);
    pool.parallel_for(n, 1, [&](int32_t begin, int32_t end, int32_t) {
      for (int32_t i = begin; i < end; ++i) sums[static_cast<size_t>(i)] += loop;
    });
  }
  EXPECT_EQ(sums[0], kLoops * (kLoops - 1) / 2);
  EXPECT_EQ(sums[16], sums[0]);
  int64_t last = 0;
  for (int64_t loop = 0; loop < kLoops; ++loop) last += loop % 48 == 47 ? loop : 0;
  EXPECT_EQ(sums[63], last);
}

TEST(ThreadPool, WakesThreadsThatFellAsleep) {
  ThreadPool pool;
  ASSERT_TRUE(pool.start(2).ok());
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    // Each range waits for the other: this ends only if both threads run.
    std::atomic<int> arrived = 0;
    pool.parallel_for(2, 1, [&](int32_t, int32_t, int32_t) {
      ++arrived;
      while (arrived.load() < 2) std::this_thread::yield();
    });
  }
}

// The caller's own part is done at once; it must sleep until the other's is.
TEST(ThreadPool, WaitsForALateThread) {
  ThreadPool pool;
  ASSERT_TRUE(pool.start(2).ok());
  for (int round = 0; round < 5; ++round) {
    std::atomic<bool> other_began = false;
    bool finished = false;
    pool.parallel_for(2, 1, [&](int32_t, int32_t, int32_t thread) {
      if (thread == 0) {
        while (!other_began.load()) std::this_thread::yield();
        return;
      }
      other_began.store(true);
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
      finished = true;
    });
    EXPECT_TRUE(finished);
  }
}

TEST(ThreadPool, GrowsEndsAndStartsAgain) {
  ThreadPool pool;
  std::atomic<int32_t> sum = 0;
  const auto add = [&](int32_t begin, int32_t end, int32_t) { sum += end - begin; };
  for (const int32_t n_threads : {2, 5, 5}) {
    ASSERT_TRUE(pool.start(n_threads).ok());
    EXPECT_EQ(pool.n_threads(), n_threads);
    pool.parallel_for(100, 1, add);
  }
  pool.end();
  EXPECT_EQ(pool.n_threads(), 1);
  pool.parallel_for(100, 1, add);
  ASSERT_TRUE(pool.start(3).ok());
  pool.parallel_for(100, 1, add);
  EXPECT_EQ(sum.load(), 500);
}

TEST(ThreadPool, EndsWithoutEverHavingRun) {
  for (int round = 0; round < 50; ++round) {
    ThreadPool pool;
    ASSERT_TRUE(pool.start(4).ok());
  }
}

}  // namespace
}  // namespace onehead
