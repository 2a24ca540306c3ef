// One answer with any number of threads. The golden models are small, so the pool is told to share
// every loop, as a large model's would be.

#include <string>

#include "base/thread_pool.hpp"
#include "cpp/model/harness.hpp"
#include "gtest/gtest.h"

namespace onehead {
namespace {

using support::GoldenCase;
using support::GoldenTable;

void expect_table(const char* table_path, int32_t n_threads, int32_t chunk) {
  const auto table = GoldenTable::read(support::source_dir() / table_path);
  ASSERT_TRUE(table && !table->cases.empty());
  ThreadPool pool;
  ASSERT_TRUE(pool.start(n_threads).ok());
  pool.use_least_grain();
  for (const GoldenCase& expected : table->cases) {
    SCOPED_TRACE(expected.label());
    const std::unique_ptr<Model> model = testing::load_for(expected);
    ASSERT_NE(model, nullptr);
    ASSERT_TRUE(model->use_threads(pool).ok());
    EXPECT_EQ(model->n_threads(), n_threads);
    testing::expect_same(testing::answer(*model, expected, chunk), expected);
  }
}

class OneAnswerWithThreads : public ::testing::TestWithParam<int32_t> {};

TEST_P(OneAnswerWithThreads, GivesTheTableInChunks) {
  expect_table(support::kOneAnswerTable, GetParam(), 64);
}

TEST_P(OneAnswerWithThreads, GivesTheTableTokenByToken) {
  expect_table(support::kOneAnswerTable, GetParam(), 1);
}

TEST_P(OneAnswerWithThreads, GivesTheShippedModelsTable) {
  expect_table(support::kShippedTable, GetParam(), 13);
}

INSTANTIATE_TEST_SUITE_P(Threads, OneAnswerWithThreads, ::testing::Values(1, 2, 3, 8),
                         [](const auto& n) { return std::to_string(n.param); });

// Sequences of different lengths in one step, more of them than threads and fewer.
TEST(Threads, ManySequencesAtOnceGiveTheBitsOfOneThread) {
  const std::vector<std::byte> file = testing::read_file("tests/goldens/models/gqa-6x2-q8_0.gguf");
  ThreadPool pool;
  ASSERT_TRUE(pool.start(3).ok());
  pool.use_least_grain();
  for (const size_t n_sequences : {2u, 9u}) {
    std::vector<std::vector<float>> logits;
    for (const bool shared : {false, true}) {
      const std::unique_ptr<Model> model = testing::load(file);
      ASSERT_NE(model, nullptr);
      if (shared) {
        ASSERT_TRUE(model->use_threads(pool).ok());
      }
      std::vector<std::unique_ptr<Session>> sessions;
      std::vector<StepRow> rows(n_sequences);
      for (size_t i = 0; i < n_sequences; ++i) {
        sessions.push_back(testing::new_session(*model));
        std::vector<int32_t> past(1 + 23 * i);
        for (size_t t = 0; t < past.size(); ++t)
          past[t] = static_cast<int32_t>((7 * t + 3 * i) % 50);
        testing::feed_quietly(*model, *sessions[i], past, 32);
        rows[i].session = sessions[i].get();
        rows[i].token = static_cast<int32_t>(i);
        rows[i].wants_logits = rows[i].keep_logits = true;
      }
      ASSERT_TRUE(model->step(rows, 0, {}).ok());
      logits.push_back(model->output().kept_logits);
    }
    EXPECT_EQ(logits[0], logits[1]) << n_sequences << " sequences";
  }
}

}  // namespace
}  // namespace onehead
