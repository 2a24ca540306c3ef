// Attention against a double-precision computation that knows nothing of blocks or order.
#include <algorithm>

#include "attention_cache.hpp"

namespace onehead {
namespace {

std::vector<double> attend_exactly(const Query& query, const AttentionCache& cache) {
  std::vector<double> weights;
  for (int32_t i = 0; i < query.end; ++i) {
    double score = 0.0;
    for (size_t d = 0; d < query.q.size(); ++d) {
      score += static_cast<double>(query.q[d]) * cache.keys[static_cast<size_t>(i)][d];
    }
    weights.push_back(score);
  }
  const double largest = *std::max_element(weights.begin(), weights.end());
  double sum = 0.0;
  for (double& weight : weights) sum += weight = std::exp(weight - largest);
  std::vector<double> out(query.q.size(), 0.0);
  for (size_t i = 0; i < weights.size(); ++i) {
    for (size_t j = 0; j < out.size(); ++j) out[j] += weights[i] / sum * cache.values[i][j];
  }
  return out;
}

float largest_value(const AttentionCache& cache) {
  float largest = 0.0f;
  for (const Floats& value : cache.values) {
    for (const float v : value) largest = std::max(largest, std::fabs(v));
  }
  return largest;
}

struct Shape {
  int32_t n_query_heads, n_kv_heads, head_dim, length, n_tokens;
};

Shape random_shape(synthetic::Random& random) {
  Shape shape{};
  shape.n_query_heads = static_cast<int32_t>(1 + random.below(16));
  do {
    shape.n_kv_heads = static_cast<int32_t>(1 + random.below(16));
  } while (shape.n_query_heads % shape.n_kv_heads != 0);
  shape.head_dim = static_cast<int32_t>(8 + random.below(249));
  shape.length = static_cast<int32_t>(1 + random.below(600));
  const int32_t group = shape.n_query_heads / shape.n_kv_heads;
  const int32_t most = std::min(shape.length, 40 / group);
  shape.n_tokens = static_cast<int32_t>(1 + random.below(static_cast<uint32_t>(most)));
  return shape;
}

// The last n_tokens positions query, each from n_query_heads / n_kv_heads heads per K/V head.
TEST(AttentionPrecision, IsWithinTheBarOfDoublePrecision) {
  synthetic::Random random(61);
  double worst = 0.0;
  for (int sample = 0; sample < 120; ++sample) {
    const Shape shape = random_shape(random);
    const float magnitude = 1.0f + 4.0f * static_cast<float>(random.below(3));
    for (int32_t g = 0; g < shape.n_kv_heads; ++g) {
      AttentionCache cache(random, shape.head_dim, shape.length, magnitude);
      std::vector<Query> queries;
      for (int32_t t = 0; t < shape.n_tokens; ++t) {
        for (int32_t h = 0; h < shape.n_query_heads / shape.n_kv_heads; ++h) {
          queries.push_back({scaled_query(random, shape.head_dim, 2.0f), 0, shape.length - t});
        }
      }
      const std::vector<Attended> actual = attend(cache, queries);
      const double bar = 1e-5 * static_cast<double>(largest_value(cache));
      for (size_t r = 0; r < queries.size(); ++r) {
        const std::vector<double> truth = attend_exactly(queries[r], cache);
        for (size_t j = 0; j < truth.size(); ++j) {
          const double error = std::fabs(static_cast<double>(actual[r].out[j]) - truth[j]);
          ASSERT_LE(error, bar) << "H " << shape.n_query_heads << ", G " << shape.n_kv_heads
                                << ", d " << shape.head_dim << ", length " << queries[r].end;
          worst = std::max(worst, error / bar);
        }
      }
    }
  }
  RecordProperty("worst_share_of_the_bar", std::to_string(worst));
}

TEST(AttentionPrecision, TracedWeightsSumToOne) {
  synthetic::Random random(62);
  for (const int32_t length : {1, 63, 64, 65, 600}) {
    AttentionCache cache(random, 32, length, 3.0f);
    const Attended row = attend(cache, {{scaled_query(random, 32, 3.0f), 0, length}})[0];
    Floats weights(static_cast<size_t>(length));
    attention_weights(row.scores.data(), length, row.m, row.l, weights.data());
    double sum = 0.0;
    for (const float weight : weights) sum += weight;
    EXPECT_NEAR(sum, 1.0, 1e-5);
  }
}

}  // namespace
}  // namespace onehead
