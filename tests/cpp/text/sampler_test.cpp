// Sampling: each option by hand, its distribution by counting, its draws pinned.
#include "text/sampler.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "cpp/model/allocation_counter.hpp"

namespace onehead {
namespace {

using Ids = std::vector<int32_t>;

// How often each id comes in n draws.
std::vector<int> histogram(SamplerOptions options, const std::vector<float>& logits, int n,
                           const Ids& history = {}) {
  Sampler sampler(options);
  std::vector<int> counts(logits.size());
  for (int i = 0; i < n; ++i) ++counts[static_cast<size_t>(sampler.sample(logits, history))];
  return counts;
}

// Frequencies of n draws are within five standard deviations of the probabilities.
void expect_probabilities(const std::vector<int>& counts, const std::vector<double>& expected) {
  int n = 0;
  for (int count : counts) n += count;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double mean = n * expected[i];
    EXPECT_NEAR(counts[i], mean, 5 * std::sqrt(mean * (1 - expected[i])) + 1e-9) << i;
  }
}

std::vector<double> softmax(std::vector<double> logits) {
  double sum = 0;
  for (double& x : logits) sum += x = std::exp(x);
  for (double& x : logits) x /= sum;
  return logits;
}

TEST(Sampler, GreedyTakesTheLowestOfEquals) {
  Sampler sampler({});
  EXPECT_EQ(sampler.sample(std::vector<float>{1, 3, 2, 3}, {}), 1);
  EXPECT_EQ(sampler.sample(std::vector<float>{-5}, {}), 0);
  EXPECT_EQ(sampler.sample(std::vector<float>{0, 0, 0}, {}), 0);
}

TEST(Sampler, TemperatureShapesTheDistribution) {
  const std::vector<float> logits = {1, 0, 2, -1};
  expect_probabilities(histogram({.temperature = 1, .seed = 1}, logits, 20000),
                       softmax({1, 0, 2, -1}));
  expect_probabilities(histogram({.temperature = 2, .seed = 2}, logits, 20000),
                       softmax({0.5, 0, 1, -0.5}));
  const auto cold = histogram({.temperature = 1e-6f, .seed = 3}, logits, 1000);
  EXPECT_EQ(cold[2], 1000);
}

TEST(Sampler, TopK) {
  const std::vector<float> logits = {1, 0, 2, 1};
  const auto counts = histogram({.temperature = 1, .top_k = 2, .seed = 1}, logits, 20000);
  const std::vector<double> two = softmax({2, 1});
  expect_probabilities(counts, {two[1], 0, two[0], 0});  // of the equal ones the lower id stays
  expect_probabilities(histogram({.temperature = 1, .top_k = 9, .seed = 1}, logits, 20000),
                       softmax({1, 0, 2, 1}));
  EXPECT_EQ(histogram({.temperature = 1, .top_k = 1, .seed = 1}, logits, 100)[2], 100);
}

TEST(Sampler, TopP) {
  // Probabilities 0.5, 0.25, 0.125, 0.125: the smallest set that holds the share.
  const std::vector<float> logits = {std::log(0.125f), std::log(0.5f), std::log(0.25f),
                                     std::log(0.125f)};
  expect_probabilities(histogram({.temperature = 1, .top_p = 0.6f, .seed = 1}, logits, 20000),
                       {0, 2.0 / 3, 1.0 / 3, 0});
  expect_probabilities(histogram({.temperature = 1, .top_p = 0.8f, .seed = 2}, logits, 20000),
                       {1.0 / 7, 4.0 / 7, 2.0 / 7, 0});
  EXPECT_EQ(histogram({.temperature = 1, .top_p = 1e-9f, .seed = 3}, logits, 100)[1], 100);
  // After top-k, the share is of what top-k left: 0.5 of 0.75 is more than 0.6.
  EXPECT_EQ(histogram({.temperature = 1, .top_k = 2, .top_p = 0.6f, .seed = 4}, logits, 100)[1],
            100);
}

TEST(Sampler, MinP) {
  const std::vector<float> logits = {std::log(0.1f), std::log(0.5f), std::log(0.4f)};
  expect_probabilities(histogram({.temperature = 1, .min_p = 0.3f, .seed = 1}, logits, 20000),
                       {0, 5.0 / 9, 4.0 / 9});
  EXPECT_EQ(histogram({.temperature = 1, .min_p = 1, .seed = 1}, logits, 100)[1], 100);
  // Cuts look at the raw distribution: a high temperature brings nothing back.
  EXPECT_EQ(histogram({.temperature = 100, .min_p = 0.3f, .seed = 1}, logits, 1000)[0], 0);
}

TEST(Sampler, RepetitionPenalty) {
  const std::vector<float> logits = {2, 3, -1};
  EXPECT_EQ(Sampler({.repetition_penalty = 2}).sample(logits, Ids{1}), 0);
  EXPECT_EQ(Sampler({.repetition_penalty = 2}).sample(logits, Ids{}), 1);
  // Seen more than once counts once: 3 / 1.4 is still above 2.
  EXPECT_EQ(Sampler({.repetition_penalty = 1.4f}).sample(logits, Ids{1, 1, 1, 1}), 1);
  expect_probabilities(
      histogram({.temperature = 1, .repetition_penalty = 2, .seed = 1}, logits, 20000, {0, 2}),
      softmax({1, 3, -2}));  // a negative logit is multiplied
  // Ids that are no tokens are no concern, and a penalty does not outlive its call.
  Sampler sampler({.repetition_penalty = 2});
  EXPECT_EQ(sampler.sample(logits, Ids{1, -1, 99}), 0);
  EXPECT_EQ(sampler.sample(logits, Ids{}), 1);
}

TEST(Sampler, TheWidestLogits) {
  const std::vector<float> logits = {3e38f, -3e38f, 0};
  EXPECT_EQ(Sampler({}).sample(logits, {}), 0);
  EXPECT_EQ(Sampler({.temperature = 1}).sample(logits, {}), 0);
}

// Cuts that cut nothing leave the draws as they are, in every combination.
TEST(Sampler, NeutralCutsChangeNothing) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 3);
  std::vector<float> logits(500);
  for (float& logit : logits) logit = normal(random);
  Sampler plain({.temperature = 0.8f, .seed = 9});
  Sampler cut({.temperature = 0.8f, .top_k = 500, .top_p = 1, .min_p = 1e-30f, .seed = 9});
  for (int i = 0; i < 500; ++i) ASSERT_EQ(plain.sample(logits, {}), cut.sample(logits, {}));
}

// The draws themselves are part of "the same seed gives the same text".
TEST(Sampler, DrawsArePinned) {
  RandomSource source(0);
  EXPECT_EQ(source.next(), 0x53175D61490B23DFu);  // xoshiro256++ over splitmix64(0)
  EXPECT_EQ(source.next(), 0x61DA6F3DC380D507u);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double u = source.uniform();
    ASSERT_TRUE(u >= 0 && u < 1);
    sum += u;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.015);

  std::vector<float> logits(64);
  for (size_t i = 0; i < logits.size(); ++i) {
    logits[i] = static_cast<float>(i * 37 % 64) / 16;
  }
  Sampler sampler({.temperature = 0.9f, .top_k = 40, .top_p = 0.95f, .min_p = 0.02f, .seed = 42});
  Ids drawn;
  for (int i = 0; i < 12; ++i) drawn.push_back(sampler.sample(logits, drawn));
  EXPECT_EQ(drawn, (Ids{41, 31, 32, 29, 22, 17, 38, 36, 57, 1, 17, 15}));
}

TEST(Sampler, SeedsDiffer) {
  const std::vector<float> logits(1000, 0.0f);
  Ids first;
  for (uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{2}, uint64_t{1} << 32, UINT64_MAX}) {
    first.push_back(Sampler({.temperature = 1, .seed = seed}).sample(logits, {}));
  }
  for (size_t i = 0; i < first.size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_NE(first[i], first[j]);
  }
}

TEST(Sampler, TopCandidates) {
  const std::vector<float> logits = {1, 5, 3, 5, -2};
  Ids ids(5);
  std::vector<double> logprobs(5);
  const double log_sum = log_sum_exp(logits);
  EXPECT_EQ(top_candidates(logits, log_sum, 3, ids, logprobs), 3);
  EXPECT_EQ((Ids{ids[0], ids[1], ids[2]}), (Ids{1, 3, 2}));
  EXPECT_EQ(top_candidates(logits, log_sum, 9, ids, logprobs), 5);
  EXPECT_EQ(ids, (Ids{1, 3, 2, 0, 4}));
  const std::vector<double> expected = softmax({1, 5, 3, 5, -2});
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(logprobs[i], std::log(expected[static_cast<size_t>(ids[i])]), 1e-14);
  }
  EXPECT_EQ(top_candidates(logits, log_sum, 0, ids, logprobs), 0);
  EXPECT_EQ(top_candidates({}, 0, 3, ids, logprobs), 0);
}

TEST(Sampler, NeverAllocatesAfterReserve) {
  std::vector<float> logits(4000);
  for (size_t i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>(i * 7919 % 4000) / 500;
  const Ids history = {1, 2, 3, 3999};
  Ids ids(10);
  std::vector<double> logprobs(10);
  Sampler sampler({.temperature = 0.8f,
                   .top_k = 100,
                   .top_p = 0.9f,
                   .min_p = 0.01f,
                   .repetition_penalty = 1.1f,
                   .seed = 1});
  sampler.reserve(4000);
  const int64_t before = testing::allocations();
  for (int i = 0; i < 20; ++i) {
    sampler.sample(logits, history);
    top_candidates(logits, log_sum_exp(logits), 10, ids, logprobs);
  }
  EXPECT_EQ(testing::allocations(), before);
}

TEST(Sampler, OptionsAreChecked) {
  const auto code = [](const SamplerOptions& options) {
    const Status status = check_sampler_options(options);
    EXPECT_EQ(status.ok(), status.message.empty());
    return status.code;
  };
  EXPECT_EQ(code({}), ErrorCode::kOk);
  EXPECT_EQ(code({.temperature = 2, .top_k = 5, .top_p = 0.5f, .min_p = 0.1f}), ErrorCode::kOk);
  const float nan = std::nanf("");
  for (const SamplerOptions& options : std::vector<SamplerOptions>{{.temperature = -1},
                                                                   {.temperature = nan},
                                                                   {.temperature = INFINITY},
                                                                   {.top_k = -1},
                                                                   {.top_p = 0},
                                                                   {.top_p = 1.5f},
                                                                   {.top_p = nan},
                                                                   {.min_p = -0.1f},
                                                                   {.min_p = 2},
                                                                   {.min_p = nan},
                                                                   {.repetition_penalty = 0},
                                                                   {.repetition_penalty = nan}}) {
    EXPECT_EQ(code(options), ErrorCode::kBadArgument);
  }
}

}  // namespace
}  // namespace onehead
