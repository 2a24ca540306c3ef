// Where only the most probable token is asked for, it is the one that whole logits give.

#include <algorithm>

#include "base/thread_pool.hpp"
#include "cpp/model/harness.hpp"
#include "gtest/gtest.h"
#include "runtime/loader.hpp"
#include "synthetic/model.hpp"

namespace onehead {
namespace {

// A Q8_0 model whose head is most of it.
std::vector<std::byte> large_head(bool tied, bool negative_scale = false) {
  synthetic::ModelShape shape;
  for (const synthetic::ModelShape& golden : synthetic::golden_shapes()) {
    if (golden.name == "gqa-6x2-q8_0") shape = golden;
  }
  shape.vocab_size = 3001;
  shape.tied_head = tied;
  synthetic::SyntheticModel model = synthetic::make_model(shape);
  if (negative_scale) {
    std::vector<std::byte>& bytes =
        model.tensor(tied ? "token_embd.weight" : "output.weight").bytes;
    bytes[bytes.size() / 34 / 2 * 34 + 1] |= std::byte{0x80};
  }
  return model.to_gguf();
}

std::vector<int32_t> tokens_of(const Model& model) {
  std::vector<int32_t> tokens;
  for (const StepResult& result : model.output().results) tokens.push_back(result.token);
  return tokens;
}

// Greedy tokens of several sequences side by side.
std::vector<int32_t> generate(Model& model, size_t n_sequences, bool best_only, int32_t steps) {
  std::vector<std::unique_ptr<Session>> sessions;
  std::vector<StepRow> rows(n_sequences);
  for (size_t i = 0; i < n_sequences; ++i) {
    sessions.push_back(testing::new_session(model));
    rows[i].session = sessions[i].get();
    rows[i].token = static_cast<int32_t>(7 + 91 * i) % model.config().vocab_size;
    rows[i].wants_logits = true;
    rows[i].skip_logprob = best_only;
  }
  std::vector<int32_t> all;
  for (int32_t step = 0; step < steps; ++step) {
    EXPECT_TRUE(model.step(rows, 0, {}).ok());
    const std::vector<int32_t> tokens = tokens_of(model);
    for (size_t i = 0; i < n_sequences; ++i) rows[i].token = tokens[i];
    all.insert(all.end(), tokens.begin(), tokens.end());
  }
  return all;
}

TEST(BestOnly, IsWhatWholeLogitsGive) {
  ThreadPool pool;
  ASSERT_TRUE(pool.start(3).ok());
  pool.use_least_grain();
  for (const bool tied : {true, false}) {
    for (const bool negative : {true, false}) {
      const std::vector<std::byte> file = large_head(tied, negative);
      Loader loader({.file_bytes = file.size()});
      ASSERT_TRUE(loader.push(file).ok());
      EXPECT_TRUE(loader.weights().head.split);
      EXPECT_EQ(loader.weights().head_is_bounded, !negative);
      EXPECT_EQ(loader.weights().embedding.split, tied);

      const std::unique_ptr<Model> model = testing::load(file);
      ASSERT_NE(model, nullptr);
      for (const IntDot back_end : kIntDots) {
        model->set_int_dot(back_end);
        for (const size_t n : {1u, 3u, 18u}) {
          EXPECT_EQ(generate(*model, n, true, 40), generate(*model, n, false, 40));
        }
      }
      ASSERT_TRUE(model->use_threads(pool).ok());
      EXPECT_EQ(generate(*model, 2, true, 20), generate(*model, 2, false, 20));
    }
  }
}

// A head that is not split: only the search for the largest is another.
TEST(BestOnly, IsWhatWholeLogitsGiveOfSmallHeads) {
  for (const char* name : {"gqa-6x2-q8_0", "mqa-3x1-f16", "mqa-2x1-q5_k"}) {
    const std::unique_ptr<Model> model =
        testing::load(testing::read_file("tests/goldens/models/" + std::string(name) + ".gguf"));
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(generate(*model, 3, true, 30), generate(*model, 3, false, 30)) << name;
  }
}

// Rows of both kinds in one step, each answered in its order.
TEST(BestOnly, StandsBesideOtherRows) {
  const std::unique_ptr<Model> model = testing::load(large_head(true));
  ASSERT_NE(model, nullptr);
  std::vector<std::unique_ptr<Session>> sessions;
  std::vector<StepRow> rows(9);
  for (size_t i = 0; i < rows.size(); ++i) {
    sessions.push_back(testing::new_session(*model));
    rows[i].session = sessions[i].get();
    rows[i].token = static_cast<int32_t>(11 * i);
    rows[i].wants_logits = i != 4;
    rows[i].skip_logprob = i % 3 != 0;
    if (i == 7) rows[i].target = 5;
    if (i == 8) {
      SamplerOptions options;
      options.temperature = 1.0f;
      ASSERT_TRUE(sessions[i]->begin_generation(options).ok());
    }
  }
  ASSERT_TRUE(model->step(rows, 0, {}).ok());
  const std::vector<StepResult> mixed = model->output().results;
  ASSERT_EQ(mixed.size(), 8u);
  for (size_t i = 0, at = 0; i < rows.size(); ++i) {
    if (!rows[i].wants_logits) continue;
    EXPECT_EQ(mixed[at].row, static_cast<int32_t>(i));
    if (i < 7) {
      const std::unique_ptr<Session> alone = testing::new_session(*model);
      EXPECT_EQ(testing::step_once(*model, *alone, rows[i].token).token, mixed[at].token) << i;
    }
    if (i == 7) {
      EXPECT_EQ(mixed[at].token, 5);
    }
    ++at;
  }
}

}  // namespace
}  // namespace onehead
