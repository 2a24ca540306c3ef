// A step that fails leaves every session where it stood, and the next step gives the right bits.

#include <algorithm>
#include <limits>
#include <string>

#include "cpp/model/harness.hpp"
#include "gtest/gtest.h"
#include "synthetic/encode.hpp"
#include "synthetic/model.hpp"

namespace onehead {
namespace {

using testing::feed;
using testing::feed_quietly;
using testing::load;
using testing::new_session;
using testing::step_once;

const synthetic::ModelShape kShape = {"errors",         2,        4, 1, 12, 24, 40, 37, 100, false,
                                      WeightType::kF32, 10000.0f, 21};

std::vector<int32_t> some_prompt(int32_t n) { return synthetic::random_prompt(37, n, 8); }

void overwrite(synthetic::SyntheticTensor& tensor, int32_t row, int32_t col, float value) {
  const std::vector<std::byte> bytes = synthetic::encode(WeightType::kF32, {&value, 1});
  const auto at = (static_cast<ptrdiff_t>(row) * tensor.n_cols + col) * 4;
  std::copy(bytes.begin(), bytes.end(), tensor.bytes.begin() + at);
}

// A model whose weights are finite and in which token 9, and no other, makes the first layer's
// feed-forward overflow: only its embedding has a component that a unit of the layer looks at.
synthetic::SyntheticModel overflowing_model() {
  constexpr int32_t kToken = 9;
  constexpr int32_t kComponent = 3;
  constexpr int32_t kUnit = 5;
  synthetic::SyntheticModel model = synthetic::make_model(kShape);
  for (int32_t token = 0; token < kShape.vocab_size; ++token) {
    overwrite(model.tensor("token_embd.weight"), token, kComponent, token == kToken ? 50.0f : 0.0f);
  }
  for (int32_t col = 0; col < kShape.n_query_heads * kShape.head_dim; ++col) {
    overwrite(model.tensor("blk.0.attn_output.weight"), kComponent, col, 0.0f);
  }
  for (const char* name : {"blk.0.ffn_gate.weight", "blk.0.ffn_up.weight"}) {
    for (int32_t col = 0; col < kShape.model_dim; ++col) {
      overwrite(model.tensor(name), kUnit, col, col == kComponent ? 10.0f : 0.0f);
    }
  }
  for (int32_t row = 0; row < kShape.model_dim; ++row) {
    overwrite(model.tensor("blk.0.ffn_down.weight"), row, kUnit, 3e38f);
  }
  return model;
}

TEST(Errors, FullContextLeavesTheSessionUsable) {
  const std::vector<std::byte> file = synthetic::make_model(kShape).to_gguf();
  const std::unique_ptr<Model> model = load(file, false, 70);
  ASSERT_EQ(model->context_length(), 70);
  const std::vector<int32_t> prompt = some_prompt(70);
  const std::unique_ptr<Session> fresh = new_session(*model);
  const std::vector<std::string> expected = feed(*model, *fresh, prompt, 64);

  const std::unique_ptr<Session> session = new_session(*model);
  feed_quietly(*model, *session, std::span(prompt).first(60), 64);
  const std::unique_ptr<Session> other = new_session(*model);
  feed_quietly(*model, *other, std::span(prompt).first(5), 64);

  // Eleven rows where ten have room, with rows of another session in front and behind.
  std::vector<StepRow> rows = {{other.get(), prompt[5]}};
  for (int32_t i = 0; i < 11; ++i) rows.push_back({session.get(), 3});
  rows.push_back({other.get(), prompt[6]});
  const Status status = model->step(rows, 0, {});
  EXPECT_EQ(status.code, ErrorCode::kContextFull) << status.message;
  EXPECT_EQ(error_name(status.code), "context-full");
  EXPECT_EQ(session->position(), 60);
  EXPECT_EQ(other->position(), 5);
  EXPECT_EQ(model->blocks_in_use(), 2 + 1 + 1);

  const std::span<const int32_t> tokens(prompt);
  EXPECT_EQ(feed(*model, *session, tokens.subspan(60), 7),
            std::vector<std::string>(expected.begin() + 60, expected.end()));
  EXPECT_EQ(feed(*model, *other, tokens.subspan(5, 30), 7),
            std::vector<std::string>(expected.begin() + 5, expected.begin() + 35));
  const StepRow one_more[] = {{session.get(), 3}};
  EXPECT_EQ(model->step(one_more, 0, {}).code, ErrorCode::kContextFull);
  EXPECT_EQ(session->position(), 70);
}

TEST(Errors, NonFiniteNumbersLeaveTheSessionsUsable) {
  const std::unique_ptr<Model> model = load(overflowing_model().to_gguf());
  std::vector<int32_t> prompt = some_prompt(80);
  for (int32_t& token : prompt) token = token == 9 ? 10 : token;
  const std::unique_ptr<Session> fresh = new_session(*model);
  const std::vector<std::string> expected = feed(*model, *fresh, prompt, 64);
  const std::span<const int32_t> tokens(prompt);

  // The bad row in a chunk of good ones, inside a block, at its start, over its border; beside
  // another session.
  for (const int32_t at : {20, 60, 64}) {
    const std::unique_ptr<Session> session = new_session(*model);
    const std::unique_ptr<Session> other = new_session(*model);
    feed_quietly(*model, *session, tokens.first(static_cast<size_t>(at)), 64);
    feed_quietly(*model, *other, tokens.first(10), 64);
    std::vector<StepRow> rows = {{other.get(), prompt[10], true}};
    for (const int32_t token : {9, 4, 5, 6, 7, 8}) rows.push_back({session.get(), token, true});
    const Status status = model->step(rows, 0, {});
    EXPECT_EQ(status.code, ErrorCode::kNonFinite) << status.message;
    EXPECT_EQ(error_name(status.code), "non-finite");
    EXPECT_EQ(session->position(), at);
    EXPECT_EQ(other->position(), 10);
    EXPECT_EQ(session->tokens(), std::vector<int32_t>(prompt.begin(), prompt.begin() + at));

    // What the failed step left in the cache must not be seen by rows that do not reach it.
    const std::vector<std::string> rest(expected.begin() + at, expected.end());
    EXPECT_EQ(feed(*model, *session, tokens.subspan(static_cast<size_t>(at)), 1), rest) << at;
    EXPECT_EQ(feed(*model, *other, tokens.subspan(10, 20), 7),
              std::vector<std::string>(expected.begin() + 10, expected.begin() + 30));
  }
}

TEST(Errors, NonFiniteWeightsAreRefusedAtLoad) {
  for (const float value :
       {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
        std::numeric_limits<float>::quiet_NaN()}) {
    for (const char* name : {"token_embd.weight", "blk.1.attn_norm.weight", "output.weight"}) {
      synthetic::SyntheticModel model = synthetic::make_model(kShape);
      overwrite(model.tensor(name), 0, 7, value);
      const auto loaded = Model::from_bytes(model.to_gguf());
      ASSERT_FALSE(loaded.ok()) << name;
      EXPECT_EQ(loaded.status().code, ErrorCode::kNonFinite) << name;
      EXPECT_NE(loaded.status().message.find(name), std::string::npos) << loaded.status().message;
    }
  }
}

TEST(Errors, RotationFactorsThatAreNoneAreRefusedAtLoad) {
  synthetic::ModelShape shape = kShape;
  shape.has_rope_factors = true;
  for (const float factor : {0.0f, -1.0f, 1e-9f, 1e30f}) {
    synthetic::SyntheticModel model = synthetic::make_model(shape);
    overwrite(model.tensor("rope_freqs.weight"), 0, 2, factor);
    const auto loaded = Model::from_bytes(model.to_gguf());
    ASSERT_FALSE(loaded.ok()) << factor;
    EXPECT_EQ(loaded.status().code, ErrorCode::kBadFile);
    EXPECT_NE(loaded.status().message.find("rope_freqs.weight"), std::string::npos);
  }
  synthetic::SyntheticModel model = synthetic::make_model(shape);
  synthetic::SyntheticTensor& factors = model.tensor("rope_freqs.weight");
  factors.bytes.resize(factors.bytes.size() - 4);
  factors.n_cols -= 1;
  EXPECT_FALSE(Model::from_bytes(model.to_gguf()).ok());
}

// A tensor that the graph has no place for is not passed over: the model would be another one.
TEST(Errors, TensorsWithoutAPlaceAreRefusedAtLoad) {
  synthetic::SyntheticModel model = synthetic::make_model(kShape);
  synthetic::SyntheticTensor extra = model.tensor("blk.0.attn_norm.weight");
  extra.name = "blk.0.attn_q.bias";
  model.tensors.push_back(extra);
  const auto loaded = Model::from_bytes(model.to_gguf());
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.status().code, ErrorCode::kUnsupportedModel);
  EXPECT_NE(loaded.status().message.find("blk.0.attn_q.bias"), std::string::npos);

  synthetic::ModelShape shape = kShape;
  shape.architecture = "gemma3";
  model = synthetic::make_model(shape);
  std::erase_if(model.tensors, [](const auto& t) { return t.name == "blk.1.attn_k_norm.weight"; });
  const auto without = Model::from_bytes(model.to_gguf());
  ASSERT_FALSE(without.ok());
  EXPECT_EQ(without.status().code, ErrorCode::kBadFile);
  EXPECT_NE(without.status().message.find("blk.1.attn_k_norm.weight"), std::string::npos);
}

TEST(Errors, BadArgumentsChangeNothing) {
  const std::unique_ptr<Model> model = load(synthetic::make_model(kShape).to_gguf());
  const std::unique_ptr<Session> session = new_session(*model);
  feed_quietly(*model, *session, some_prompt(10), 64);
  for (const int32_t token : {-1, 37, 1 << 30}) {
    const StepRow rows[] = {{session.get(), 4}, {session.get(), token}};
    EXPECT_EQ(model->step(rows, 0, {}).code, ErrorCode::kBadArgument) << token;
    EXPECT_EQ(session->position(), 10);
  }
  const StepRow bad_target[] = {{session.get(), 4, true, 37}};
  EXPECT_EQ(model->step(bad_target, 0, {}).code, ErrorCode::kBadArgument);
  const std::vector<StepRow> too_many(static_cast<size_t>(model->max_rows()) + 1,
                                      StepRow{session.get(), 4});
  EXPECT_EQ(model->step(too_many, 0, {}).code, ErrorCode::kBadArgument);
  EXPECT_EQ(session->rewind(11).code, ErrorCode::kBadArgument);
  EXPECT_EQ(session->rewind(-1).code, ErrorCode::kBadArgument);
  const AblatedHead no_head[] = {{0, 4}};
  EXPECT_EQ(session->ablate(no_head).code, ErrorCode::kBadArgument);
  const AblatedHead no_layer[] = {{2, 0}};
  EXPECT_EQ(session->ablate(no_layer).code, ErrorCode::kBadArgument);
  std::vector<float> out;
  EXPECT_EQ(model->read_kv(*session, 0, 1, 0, 0, 5, out).code, ErrorCode::kBadArgument);
  EXPECT_EQ(model->read_kv(*session, 0, 0, 0, 0, 11, out).code, ErrorCode::kBadArgument);
  EXPECT_EQ(model->step({}, 0, {}).code, ErrorCode::kOk);  // nothing to do is no error
  EXPECT_EQ(session->position(), 10);
}

}  // namespace
}  // namespace onehead
