// Where memory is taken and given back: never while generating, in whole blocks for K/V, and all of
// it in the end.

#include <stdexcept>
#include <string>

#include "cpp/model/allocation_counter.hpp"
#include "cpp/model/harness.hpp"
#include "gtest/gtest.h"
#include "synthetic/model.hpp"

namespace onehead {
namespace {

using testing::allocations;
using testing::feed_quietly;
using testing::heap_bytes;
using testing::load;
using testing::new_session;
using testing::step_once;

// Bytes: what one lost allocation in each cycle would cost at least, glibc's smallest chunk. The
// count itself may move by less: what malloc keeps in its caches, or rounds up, is part of it.
constexpr int64_t kLeastLeak = 32;

const synthetic::ModelShape& shape_named(std::string_view name) {
  for (const synthetic::ModelShape& shape : synthetic::golden_shapes()) {
    if (shape.name == name) return shape;
  }
  throw std::runtime_error("no such shape");
}

class Memory : public ::testing::TestWithParam<synthetic::ModelShape> {
 protected:
  std::unique_ptr<Model> model_ = load(synthetic::make_model(GetParam()).to_gguf());
  std::vector<int32_t> prompt_ = synthetic::random_prompt(GetParam().vocab_size, 80, 1);
};

INSTANTIATE_TEST_SUITE_P(Shapes, Memory,
                         ::testing::Values(shape_named("mqa-3x1-f16"), shape_named("gqa-6x2-q8_0"),
                                           shape_named("mha-4x4-bf16")),
                         [](const auto& shape) { return testing::test_name(shape.param.name); });

TEST_P(Memory, NothingIsAllocatedPerToken) {
  const std::unique_ptr<Session> session = new_session(*model_);
  ASSERT_TRUE(session->reserve(200).ok());
  std::vector<StepRow> rows(1);
  rows[0] = {session.get(), 1, true};
  std::string text;
  text.reserve(4096);
  // The first steps may size the output once; from then on over two block borders nothing may.
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(model_->step(rows, 5, {}).ok());
  const int64_t before = allocations();
  const int64_t heap_before = heap_bytes();
  for (int i = 0; i < 140; ++i) {
    const Status status = model_->step(rows, 5, {});
    ASSERT_TRUE(status.ok());
    rows[0].token = model_->output().results[0].token;
    session->decode_next(rows[0].token, text);
  }
  EXPECT_EQ(allocations() - before, 0);
  EXPECT_EQ(heap_bytes() - heap_before, 0);
}

TEST_P(Memory, NothingIsAllocatedPerTokenWhenSampling) {
  const std::unique_ptr<Session> session = new_session(*model_);
  ASSERT_TRUE(session->reserve(200).ok());
  SamplerOptions options;
  options.temperature = 0.8f;
  options.top_k = 20;
  options.top_p = 0.95f;
  options.min_p = 0.02f;
  options.repetition_penalty = 1.1f;
  ASSERT_TRUE(session->begin_generation(options).ok());
  std::vector<StepRow> rows(1);
  rows[0] = {session.get(), 1, true};
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(model_->step(rows, 0, {}).ok());
  const int64_t before = allocations();
  for (int i = 0; i < 140; ++i) {
    ASSERT_TRUE(model_->step(rows, 0, {}).ok());
    rows[0].token = model_->output().results[0].token;
  }
  EXPECT_EQ(allocations() - before, 0);
}

TEST_P(Memory, NothingIsAllocatedPerPromptChunk) {
  const std::unique_ptr<Session> session = new_session(*model_);
  ASSERT_TRUE(session->reserve(128).ok());
  feed_quietly(*model_, *session, prompt_, 64);
  ASSERT_TRUE(session->rewind(0).ok());
  std::vector<StepRow> rows;
  for (int i = 0; i < 64; ++i) rows.push_back({session.get(), prompt_[static_cast<size_t>(i)]});
  rows.back().wants_logits = true;
  ASSERT_TRUE(model_->step(rows, 0, {}).ok());
  const int64_t before = allocations();
  ASSERT_TRUE(model_->step(rows, 0, {}).ok());
  EXPECT_EQ(allocations() - before, 0);
}

TEST_P(Memory, BlocksAreSharedCopiedOnWriteAndReturned) {
  ASSERT_EQ(model_->blocks_in_use(), 0);
  std::unique_ptr<Session> first = new_session(*model_);
  EXPECT_EQ(model_->blocks_in_use(), 0);
  feed_quietly(*model_, *first, prompt_, 7);  // 80 positions: two blocks
  EXPECT_EQ(model_->blocks_in_use(), 2);
  EXPECT_EQ(first->kv_bytes(), 2 * 64 * model_->kv_bytes_per_token());

  auto fork = model_->fork(*first);
  ASSERT_TRUE(fork.ok());
  std::unique_ptr<Session> second = std::move(*fork);
  EXPECT_EQ(model_->blocks_in_use(), 2) << "a fork shares all blocks";
  step_once(*model_, *second, 3);
  EXPECT_EQ(model_->blocks_in_use(), 3) << "writing copies the last block, and only that";
  step_once(*model_, *first, 3);
  EXPECT_EQ(model_->blocks_in_use(), 3) << "the other is its only owner now";
  step_once(*model_, *second, 3);
  EXPECT_EQ(model_->blocks_in_use(), 3);

  ASSERT_TRUE(second->rewind(64).ok());
  EXPECT_EQ(model_->blocks_in_use(), 2) << "rewinding lets go of the copied block";
  ASSERT_TRUE(second->rewind(63).ok());
  step_once(*model_, *second, 3);
  EXPECT_EQ(model_->blocks_in_use(), 3) << "position 63 lies in the block that is still shared";

  first.reset();
  EXPECT_EQ(model_->blocks_in_use(), 1) << "the first session's blocks went back";
  second.reset();
  EXPECT_EQ(model_->blocks_in_use(), 0);
}

TEST_P(Memory, ForkOfAForkKeepsBlocksUntilTheLastOwnerGoes) {
  std::vector<std::unique_ptr<Session>> family;
  family.push_back(new_session(*model_));
  feed_quietly(*model_, *family.back(), prompt_, 64);
  for (int i = 0; i < 3; ++i) {
    auto fork = model_->fork(*family.back());
    ASSERT_TRUE(fork.ok());
    family.push_back(std::move(*fork));
  }
  EXPECT_EQ(model_->blocks_in_use(), 2);
  family.erase(family.begin(), family.begin() + 3);
  EXPECT_EQ(model_->blocks_in_use(), 2);
  family.clear();
  EXPECT_EQ(model_->blocks_in_use(), 0);
}

TEST_P(Memory, CyclesOfSessionsNeedNoMore) {
  const auto cycle = [&] {
    const std::unique_ptr<Session> session = new_session(*model_);
    feed_quietly(*model_, *session, prompt_, 64);
    int32_t token = step_once(*model_, *session, 4).token;
    for (int i = 0; i < 3; ++i) token = step_once(*model_, *session, token).token;
    ASSERT_TRUE(model_->fork(*session).ok());
  };
  for (int i = 0; i < 10; ++i) cycle();
  const int64_t at_ten = heap_bytes();
  for (int i = 10; i < 100; ++i) cycle();
  EXPECT_LT(heap_bytes() - at_ten, kLeastLeak * 90);
}

TEST_P(Memory, CyclesOfModelsGiveEverythingBack) {
  const std::vector<std::byte> file = synthetic::make_model(GetParam()).to_gguf();
  const auto cycle = [&] {
    const std::unique_ptr<Model> model = load(file);
    const std::unique_ptr<Session> session = new_session(*model);
    feed_quietly(*model, *session, prompt_, 64);
  };
  for (int i = 0; i < 10; ++i) cycle();
  const int64_t at_ten = heap_bytes();
  const int n_cycles =
      at_ten < 0 ? 20 : 1000;  // nothing is counted under a sanitizer, which is slow
  for (int i = 10; i < n_cycles; ++i) cycle();
  EXPECT_LT(heap_bytes() - at_ten, kLeastLeak * (n_cycles - 10));
}

}  // namespace
}  // namespace onehead
