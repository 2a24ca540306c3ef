// The reference against mathematics: each operation beside the same formula in double precision,
// and the places where the contract is exact.

#include "reference/ops.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "reference/attention.hpp"
#include "reference/exp.hpp"
#include "synthetic/random.hpp"

namespace onehead::reference {
namespace {

Vector random_vector(synthetic::Random& random, size_t n, float scale = 1.0f) {
  Vector out(n);
  for (float& value : out) value = scale * random.symmetric();
  return out;
}

TEST(ReferenceExp, HasItsFixedPoints) {
  EXPECT_EQ(exp_f32(0.0f), 1.0f);
  EXPECT_EQ(exp_f32(-0.0f), 1.0f);
  EXPECT_EQ(exp_f32(-std::numeric_limits<float>::infinity()), 0.0f);
  EXPECT_EQ(exp_f32(-1000.0f), 0.0f);
  EXPECT_EQ(exp_f32(1000.0f), std::numeric_limits<float>::infinity());
}

TEST(ReferenceExp, IsWithinItsBoundOfTheTruth) {
  for (int i = -87 * 1024; i <= 88 * 1024; ++i) {
    const float x = static_cast<float>(i) / 1024.0f;
    const double truth = std::exp(static_cast<double>(x));
    EXPECT_NEAR(exp_f32(x), truth, 1.9e-7 * truth) << x;
  }
}

TEST(ReferenceExp, GivesNoSubnormals) {
  for (float x = -110.0f; x < -85.0f; x += 0.01f) {
    const float y = exp_f32(x);
    EXPECT_TRUE(y == 0.0f || std::fpclassify(y) == FP_NORMAL) << x;
  }
}

TEST(ReferenceSum, FoldsSixteenPartials) {
  // 2^24 swallows a 1 added to it; only the right partials keep the ones apart.
  StripedSum sum;
  sum.add(0, 0x1p24f);
  sum.add(16, 1.0f);  // the same partial: lost
  sum.add(1, 1.0f);   // meets partial 0 last
  sum.add(9, 1.0f);   // folded into partial 1 first: 1 + 1 survives
  EXPECT_EQ(sum.total(), 0x1p24f + 2.0f);
}

TEST(ReferenceQuantize, RoundsHalvesToEvenAndKeepsZeros) {
  Vector x(64, 0.0f);
  x[0] = 127.0f;  // the scale becomes 1
  x[1] = 0.5f;
  x[2] = 1.5f;
  x[3] = -2.5f;
  x[4] = -127.0f;
  const QuantizedVector q = quantize(x);
  EXPECT_EQ(q.scales, (Vector{1.0f, 0.0f}));
  EXPECT_EQ(q.quants[0], 127);
  EXPECT_EQ(q.quants[1], 0);
  EXPECT_EQ(q.quants[2], 2);
  EXPECT_EQ(q.quants[3], -2);
  EXPECT_EQ(q.quants[4], -127);
  for (size_t i = 32; i < 64; ++i) EXPECT_EQ(q.quants[i], 0);
}

TEST(ReferenceMatmul, QuantizedIsNearItsDequantizedSelf) {
  synthetic::Random random(1);
  Matrix w;
  w.n_rows = 3;
  w.n_cols = 96;
  for (int i = 0; i < 3 * 96; ++i) w.quants.push_back(static_cast<int8_t>(random.below(256)));
  w.scales = random_vector(random, 9, 0.01f);
  const Vector x = random_vector(random, 96);
  const Vector exact = matmul(dequantized(w), x);
  const Vector quantized = matmul(w, x);
  // 96 products of |w| <= 1.28 and an activation that is off by at most 1 / 254.
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(quantized[i], exact[i], 96 * 1.28 / 254) << i;
}

TEST(ReferenceRmsNorm, MatchesTheFormula) {
  synthetic::Random random(2);
  for (const size_t n : {1u, 15u, 16u, 37u, 200u}) {
    const Vector x = random_vector(random, n, 3.0f);
    const Vector weight = random_vector(random, n);
    double squares = 0.0;
    for (const float value : x) squares += static_cast<double>(value) * value;
    const double scale = 1.0 / std::sqrt(squares / static_cast<double>(n) + 1e-5);
    const Vector y = rms_norm(x, weight, 1e-5f);
    for (size_t i = 0; i < n; ++i)
      EXPECT_NEAR(y[i], x[i] * scale * weight[i], 1e-6) << n << " " << i;
  }
}

TEST(ReferenceRope, RotatesPairsByPositionTimesFrequency) {
  synthetic::Random random(3);
  const Vector before = random_vector(random, 10);
  Vector after = before;
  rope(after.data(), {.dim = 6, .factors = {}}, 17);
  for (size_t i = 0; i < 3; ++i) {
    const double angle = 17.0 * std::pow(10000.0, -2.0 * static_cast<double>(i) / 6.0);
    const double x0 = before[2 * i];
    const double x1 = before[2 * i + 1];
    EXPECT_NEAR(after[2 * i], x0 * std::cos(angle) - x1 * std::sin(angle), 1e-6);
    EXPECT_NEAR(after[2 * i + 1], x0 * std::sin(angle) + x1 * std::cos(angle), 1e-6);
  }
  for (size_t i = 6; i < 10; ++i) EXPECT_EQ(after[i], before[i]);  // beyond rope_dim
  Vector at_zero = before;
  rope(at_zero.data(), {.dim = 10, .factors = {}}, 0);
  EXPECT_EQ(at_zero, before);
}

TEST(ReferenceRope, RotatesHalvesByScaledFrequencies) {
  synthetic::Random random(5);
  const Vector before = random_vector(random, 10);
  Vector after = before;
  rope(after.data(),
       {.dim = 6, .halves = true, .base = 500.0, .scale = 0.125, .factors = {1.0f, 2.0f, 8.0f}},
       40);
  for (size_t i = 0; i < 3; ++i) {
    const double factor[] = {1.0, 2.0, 8.0};
    const double angle =
        40.0 * 0.125 * std::pow(500.0, -2.0 * static_cast<double>(i) / 6.0) / factor[i];
    const double x0 = before[i];
    const double x1 = before[3 + i];
    EXPECT_NEAR(after[i], x0 * std::cos(angle) - x1 * std::sin(angle), 1e-6);
    EXPECT_NEAR(after[3 + i], x0 * std::sin(angle) + x1 * std::cos(angle), 1e-6);
  }
  for (size_t i = 6; i < 10; ++i) EXPECT_EQ(after[i], before[i]);  // beyond its dimensions
}

TEST(ReferenceSilu, MatchesTheFormula) {
  const Vector gate = {-200.0f, -3.0f, -0.0f, 0.5f, 30.0f};
  const Vector up = {1.0f, 2.0f, 3.0f, -4.0f, 0.5f};
  const Vector y = silu_mul(gate, up);
  for (size_t i = 0; i < gate.size(); ++i) {
    const double g = gate[i];
    EXPECT_NEAR(y[i], g / (1.0 + std::exp(-g)) * up[i], 1e-5) << i;
  }
}

TEST(ReferenceGelu, MatchesItsTanhForm) {
  for (float x = -12.0f; x <= 12.0f; x += 0.01f) {
    const double g = x;
    const double u = std::sqrt(2.0 / std::acos(-1.0)) * (g + 0.044715 * g * g * g);
    const double truth = 0.5 * g * (1.0 + std::tanh(u)) * -3.0;
    EXPECT_NEAR(gelu_mul({x}, {-3.0f})[0], truth, 2e-6 * std::max(1.0, std::fabs(g))) << x;
  }
  // Far out it is the identity or zero, even where the cube overflows.
  const Vector far = gelu_mul({-1e30f, -200.0f, -0.0f, 200.0f, 1e30f}, Vector(5, 1.0f));
  EXPECT_EQ(far, (Vector{0.0f, 0.0f, 0.0f, 200.0f, 1e30f}));
}

TEST(ReferenceSampling, LogProbabilitiesAndTies) {
  const Vector logits = {1.0f, 3.0f, 3.0f, -2.0f};
  EXPECT_EQ(greedy(logits), 1);
  double sum = 0.0;
  for (int32_t id = 0; id < 4; ++id) sum += std::exp(log_probability(logits, id));
  EXPECT_NEAR(sum, 1.0, 1e-12);
  EXPECT_NEAR(log_probability(logits, 0) - log_probability(logits, 3), 3.0, 1e-12);
}

TEST(ReferenceAttention, IsTheSoftmaxWeightedMean) {
  synthetic::Random random(4);
  for (const size_t n : {1u, 2u, 63u, 64u, 65u, 128u, 200u}) {
    const size_t head_dim = 10;
    const Vector query = random_vector(random, head_dim, 2.0f);
    std::vector<Vector> keys, values;
    for (size_t i = 0; i < n; ++i) {
      keys.push_back(random_vector(random, head_dim, 2.0f));
      values.push_back(random_vector(random, head_dim));
    }
    const Attended result = attend(query, keys, values);

    std::vector<double> weights;
    double total = 0.0;
    for (const Vector& key : keys) {
      double score = 0.0;
      for (size_t d = 0; d < head_dim; ++d) score += static_cast<double>(query[d]) * key[d];
      weights.push_back(std::exp(score));
      total += weights.back();
    }
    double sum = 0.0;
    for (size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(result.weights[i], weights[i] / total, 1e-5) << n << " " << i;
      sum += result.weights[i];
    }
    EXPECT_NEAR(sum, 1.0, 1e-5) << n;
    for (size_t j = 0; j < head_dim; ++j) {
      double mean = 0.0;
      for (size_t i = 0; i < n; ++i) mean += weights[i] / total * values[i][j];
      EXPECT_NEAR(result.out[j], mean, 1e-5) << n << " " << j;
    }
  }
}

// What a window hides could as well not be there, but for the blocks: those count from position 0.
TEST(ReferenceAttention, SeesFromItsFirstPositionOn) {
  synthetic::Random random(6);
  const Vector query = random_vector(random, 10, 2.0f);
  std::vector<Vector> keys, values;
  for (size_t i = 0; i < 200; ++i) {
    keys.push_back(random_vector(random, 10, 2.0f));
    values.push_back(random_vector(random, 10));
  }
  for (const size_t first : {1u, 63u, 64u, 100u, 128u, 199u}) {
    const Attended part = attend(query, keys, values, first);
    const auto from = static_cast<ptrdiff_t>(first);
    const Attended alone =
        attend(query, {keys.begin() + from, keys.end()}, {values.begin() + from, values.end()});
    ASSERT_EQ(part.weights.size(), 200u);
    for (size_t i = 0; i < first; ++i) EXPECT_EQ(part.weights[i], 0.0f);
    for (size_t i = first; i < 200; ++i) {
      EXPECT_NEAR(part.weights[i], alone.weights[i - first], 1e-6) << first << " " << i;
    }
    for (size_t j = 0; j < 10; ++j) EXPECT_NEAR(part.out[j], alone.out[j], 1e-6) << first;
    if (first % 64 == 0) {
      EXPECT_EQ(part.out, alone.out) << first;
    }
  }
}

}  // namespace
}  // namespace onehead::reference
