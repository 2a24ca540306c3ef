// Multi-query attention is a number: the same keys and values, shared or copied out for every query
// head, give the same bits. And attention weights are a distribution.

#include <string>

#include "cpp/model/harness.hpp"
#include "gtest/gtest.h"
#include "synthetic/model.hpp"

namespace onehead {
namespace {

using testing::DenseTrace;
using testing::feed;
using testing::load;
using testing::new_session;
using testing::trace_prompt;

class Shapes : public ::testing::TestWithParam<synthetic::ModelShape> {
 protected:
  synthetic::SyntheticModel synthetic_ = synthetic::make_model(GetParam());
  std::vector<int32_t> prompt_ = synthetic::random_prompt(GetParam().vocab_size, 80, 2);
};

INSTANTIATE_TEST_SUITE_P(All, Shapes,
                         ::testing::ValuesIn(synthetic::golden_shapes().begin(),
                                             synthetic::golden_shapes().end()),
                         [](const auto& shape) { return testing::test_name(shape.param.name); });

TEST_P(Shapes, CopiedHeadsGiveTheSharedHeadsBits) {
  const std::unique_ptr<Model> shared = load(synthetic_.to_gguf());
  const std::unique_ptr<Model> copied = load(synthetic::with_copied_kv_heads(synthetic_).to_gguf());
  EXPECT_EQ(copied->config().n_kv_heads, copied->config().n_query_heads);
  EXPECT_EQ(copied->kv_bytes_per_token(),
            shared->kv_bytes_per_token() *
                static_cast<size_t>(GetParam().n_query_heads / GetParam().n_kv_heads));

  const std::unique_ptr<Session> with_shared = new_session(*shared);
  const std::unique_ptr<Session> with_copied = new_session(*copied);
  EXPECT_EQ(feed(*copied, *with_copied, prompt_, 9), feed(*shared, *with_shared, prompt_, 9));
  ASSERT_TRUE(with_shared->rewind(0).ok());
  ASSERT_TRUE(with_copied->rewind(0).ok());
  EXPECT_EQ(trace_prompt(*copied, *with_copied, prompt_, 30).attention,
            trace_prompt(*shared, *with_shared, prompt_, 30).attention);
}

TEST_P(Shapes, AttentionWeightsAreADistributionOverWhatIsSeen) {
  const std::unique_ptr<Model> model = load(synthetic_.to_gguf());
  const std::unique_ptr<Session> session = new_session(*model);
  const DenseTrace trace = trace_prompt(*model, *session, prompt_, 64);
  const size_t n = prompt_.size();
  const auto n_heads = static_cast<size_t>(GetParam().n_query_heads);
  ASSERT_EQ(trace.attention.size(), static_cast<size_t>(GetParam().n_layers) * n_heads * n * n);
  for (size_t row = 0; row < trace.attention.size() / n; ++row) {
    double sum = 0.0;
    size_t seen = 0;
    for (size_t key = 0; key < n; ++key) {
      const float weight = trace.attention[row * n + key];
      EXPECT_GE(weight, 0.0f);
      const size_t query = row % n;
      const auto layer = static_cast<int32_t>(row / n / n_heads);
      const auto window = static_cast<size_t>(model->config().window_of(layer));
      if (key > query || (window > 0 && key + window <= query)) {
        EXPECT_EQ(weight, 0.0f);
      } else {
        seen += weight > 0.0f ? 1 : 0;
      }
      sum += weight;
    }
    EXPECT_NEAR(sum, 1.0, 1e-5) << "row " << row;
    EXPECT_GT(seen, 0u);
  }
}

// A trace of some layers and heads is a part of the trace of all.
TEST_P(Shapes, PartialTracesAreParts) {
  const std::unique_ptr<Model> model = load(synthetic_.to_gguf());
  const std::unique_ptr<Session> session = new_session(*model);
  const DenseTrace all = trace_prompt(*model, *session, prompt_, 64);
  const Config& c = model->config();
  const auto n = prompt_.size();
  TraceRequest request;
  request.attention = true;
  request.layers = {c.n_layers - 1};
  request.heads = {c.n_query_heads - 1};
  ASSERT_TRUE(model->check_trace(request).ok());
  ASSERT_TRUE(session->rewind(static_cast<int32_t>(n) - 1).ok());
  std::vector<StepRow> rows(1);
  rows[0].session = session.get();
  rows[0].token = prompt_.back();
  rows[0].trace = true;
  ASSERT_TRUE(model->step(rows, 0, request).ok());
  const TracedRow& traced = model->output().traced.at(0);
  EXPECT_EQ(traced.attention, std::vector<float>(all.attention.end() - static_cast<ptrdiff_t>(n),
                                                 all.attention.end()));
  EXPECT_TRUE(traced.queries.empty());
  EXPECT_TRUE(traced.hidden.empty());
}

TEST_P(Shapes, AnAblatedHeadMattersAndComesBack) {
  const std::unique_ptr<Model> model = load(synthetic_.to_gguf());
  const std::unique_ptr<Session> session = new_session(*model);
  const std::vector<std::string> whole = feed(*model, *session, prompt_, 16);
  const AblatedHead head[] = {{0, GetParam().n_query_heads - 1}};
  ASSERT_TRUE(session->ablate(head).ok());
  ASSERT_TRUE(session->rewind(0).ok());
  EXPECT_NE(feed(*model, *session, prompt_, 16).back(), whole.back());
  ASSERT_TRUE(session->ablate({}).ok());
  ASSERT_TRUE(session->rewind(0).ok());
  EXPECT_EQ(feed(*model, *session, prompt_, 16), whole);
}

}  // namespace
}  // namespace onehead
