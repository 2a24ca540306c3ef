// One answer: this build gives the golden table's bits, whatever the integer back end and however
// the work is cut into steps.

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>

#include "cpp/model/harness.hpp"
#include "gtest/gtest.h"
#include "kernels/int_dot.hpp"
#include "support/fnv.hpp"
#include "synthetic/model.hpp"

namespace onehead {
namespace {

using support::GoldenCase;
using support::GoldenTable;
using testing::feed;
using testing::feed_quietly;
using testing::new_session;

const GoldenTable& one_answer() {
  static const GoldenTable table =
      GoldenTable::read(support::source_dir() / support::kOneAnswerTable).value_or(GoldenTable{});
  return table;
}

const GoldenTable& shipped() {
  static const GoldenTable table =
      GoldenTable::read(support::source_dir() / support::kShippedTable).value_or(GoldenTable{});
  return table;
}

// The case's model, loaded once for each precision and cache.
Model& model_of(const GoldenCase& c) {
  static std::map<std::tuple<std::string, bool, bool>, std::unique_ptr<Model>> models;
  std::unique_ptr<Model>& model = models[{c.model, c.precision_f32, c.cache_int8}];
  if (model == nullptr) model = testing::load_for(c);
  if (model == nullptr) throw std::runtime_error("no model for " + c.label());
  return *model;
}

void expect_table(const GoldenTable& table, int32_t chunk) {
  ASSERT_FALSE(table.cases.empty());
  for (const GoldenCase& expected : table.cases) {
    SCOPED_TRACE(expected.label());
    testing::expect_same(testing::answer(model_of(expected), expected, chunk), expected);
  }
}

class OneAnswerInChunks : public ::testing::TestWithParam<int32_t> {};

TEST_P(OneAnswerInChunks, GivesTheTable) { expect_table(one_answer(), GetParam()); }

TEST_P(OneAnswerInChunks, GivesTheShippedModelsTable) { expect_table(shipped(), GetParam()); }

// 64 rows are the most that a step takes: every prompt of the table in as few steps as can be.
INSTANTIATE_TEST_SUITE_P(Chunks, OneAnswerInChunks, ::testing::Values(64, 7, 1));

// By the file's name, in which the type of the weights stands last: -q8_0, .q8_0.
bool has_integer_dots(const GoldenCase& c) {
  const bool is_quantized =
      c.model.find("-q") != std::string::npos || c.model.find(".q") != std::string::npos;
  return (is_quantized && !c.precision_f32) || c.cache_int8;
}

class OneAnswerByIntDot : public ::testing::TestWithParam<IntDot> {
 protected:
  void expect_table_with_back_end(const GoldenTable& table) {
    size_t n = 0;
    for (const GoldenCase& expected : table.cases) {
      if (!has_integer_dots(expected)) continue;
      SCOPED_TRACE(expected.label());
      ++n;
      Model& model = model_of(expected);
      const IntDot selected = model.int_dot();
      model.set_int_dot(GetParam());
      testing::expect_same(testing::answer(model, expected, 17), expected);
      model.set_int_dot(selected);
    }
    EXPECT_GE(n, 7u);  // the table's models with integer dot products were there
  }
};

TEST_P(OneAnswerByIntDot, GivesTheTable) { expect_table_with_back_end(one_answer()); }

TEST_P(OneAnswerByIntDot, GivesTheShippedModelsTable) { expect_table_with_back_end(shipped()); }

INSTANTIATE_TEST_SUITE_P(BackEnds, OneAnswerByIntDot, ::testing::ValuesIn(kIntDots),
                         [](const auto& back_end) {
                           return std::string(int_dot_name(back_end.param));
                         });

// The cases that the tests below vary: long ones, without options.
template <class Use>
void for_long_cases(Use use) {
  size_t n = 0;
  for (const GoldenCase& c : one_answer().cases) {
    if (c.prompt.size() < 60 || !c.ablate.empty()) continue;
    SCOPED_TRACE(c.label());
    use(model_of(c), c);
    ++n;
  }
  EXPECT_GT(n, 7u);  // at least one of each synthetic model
}

TEST(OneAnswer, BesideFourOtherSequences) {
  for_long_cases([](Model& model, const GoldenCase& c) {
    const std::vector<int32_t> sequence = c.sequence();
    const auto n_rows = static_cast<int32_t>(sequence.size());
    for (const int32_t chunk : {1, 7}) {
      const std::unique_ptr<Session> session = new_session(model);
      std::vector<std::unique_ptr<Session>> others;
      std::vector<std::vector<int32_t>> other_tokens;
      for (uint64_t i = 0; i < 4; ++i) {
        others.push_back(new_session(model));
        other_tokens.push_back(
            synthetic::random_prompt(model.config().vocab_size, n_rows, 100 + i));
        // Each stands somewhere else, so that blocks and positions of the rows differ.
        const auto head_start = static_cast<size_t>(i * 5);
        feed_quietly(model, *others.back(), std::span(other_tokens.back()).first(head_start), 64);
      }
      std::vector<std::string> hashes;
      for (int32_t begin = 0; begin < n_rows; begin += chunk) {
        std::vector<StepRow> rows;
        for (int32_t p = begin; p < std::min(begin + chunk, n_rows); ++p) {
          for (size_t i = 0; i < 5; ++i) {
            // The case's own row stands between the others'.
            if (i == 2) rows.push_back({session.get(), sequence[static_cast<size_t>(p)], true});
            if (i == 2) rows.back().keep_logits = true;
            if (i == 4) continue;
            if (others[i]->position() + chunk < model.context_length()) {
              rows.push_back(
                  {others[i].get(), other_tokens[i][static_cast<size_t>(p)], p % 3 == 0});
            }
          }
        }
        ASSERT_TRUE(model.step(rows, 0, {}).ok());
        const auto width = static_cast<size_t>(model.config().vocab_size);
        for (const int32_t kept : model.output().kept_index) {
          if (kept < 0) continue;
          const std::span<const float> all(model.output().kept_logits);
          hashes.push_back(
              support::hash_floats(all.subspan(static_cast<size_t>(kept) * width, width)));
        }
      }
      EXPECT_EQ(hashes, c.logits) << "in chunks of " << chunk;
    }
  });
}

// The hashes from position `at` on.
std::vector<std::string> from(const std::vector<std::string>& hashes, size_t at) {
  return {hashes.begin() + static_cast<ptrdiff_t>(at), hashes.end()};
}

TEST(OneAnswer, AfterAFork) {
  for_long_cases([](Model& model, const GoldenCase& c) {
    const std::vector<int32_t> sequence = c.sequence();
    const std::span<const int32_t> tokens(sequence);
    const std::vector<int32_t> noise = synthetic::random_prompt(model.config().vocab_size, 20, 5);
    // Inside a block, and at the border of one.
    for (const size_t at : {size_t{37}, size_t{64}}) {
      if (at + 5 > tokens.size()) continue;
      SCOPED_TRACE("forked at " + std::to_string(at));
      const std::unique_ptr<Session> parent = new_session(model);
      feed_quietly(model, *parent, tokens.first(at), 64);
      auto forked = model.fork(*parent);
      ASSERT_TRUE(forked.ok());
      Session& child = **forked;
      EXPECT_EQ(child.position(), parent->position());

      // Each in turn goes astray while the other is in the middle of the sequence.
      feed_quietly(model, child, tokens.subspan(at, 2), 1);
      feed_quietly(model, *parent, noise, 7);
      EXPECT_EQ(feed(model, child, tokens.subspan(at + 2), 7), from(c.logits, at + 2));
      ASSERT_TRUE(parent->rewind(static_cast<int32_t>(at)).ok());
      feed_quietly(model, *parent, tokens.subspan(at, 3), 1);
      ASSERT_TRUE(child.rewind(static_cast<int32_t>(at)).ok());
      feed_quietly(model, child, noise, 7);
      EXPECT_EQ(feed(model, *parent, tokens.subspan(at + 3), 64), from(c.logits, at + 3));
    }
  });
}

// Rows of parent and child in one step: they read the shared blocks together and write apart.
TEST(OneAnswer, OfForksThatStepTogether) {
  for_long_cases([](Model& model, const GoldenCase& c) {
    const std::vector<int32_t> sequence = c.sequence();
    const size_t at = 61;
    if (sequence.size() < at + 8) return;
    const std::span<const int32_t> tokens(sequence);
    std::vector<int32_t> other = sequence;  // the same up to the fork
    std::reverse(other.begin() + at, other.end());
    const std::unique_ptr<Session> alone = new_session(model);
    const std::vector<std::string> other_alone = from(feed(model, *alone, other, 64), at);

    const std::unique_ptr<Session> parent = new_session(model);
    feed_quietly(model, *parent, tokens.first(at), 64);
    auto forked = model.fork(*parent);
    ASSERT_TRUE(forked.ok());
    std::vector<std::string> of_parent, of_child;
    for (size_t p = at; p < sequence.size(); ++p) {
      StepRow rows[2];
      rows[0].session = parent.get();
      rows[0].token = other[p];
      rows[1].session = forked->get();
      rows[1].token = sequence[p];
      for (StepRow& row : rows) row.wants_logits = row.keep_logits = true;
      ASSERT_TRUE(model.step(rows, 0, {}).ok());
      const std::span<const float> logits(model.output().kept_logits);
      of_parent.push_back(support::hash_floats(logits.first(logits.size() / 2)));
      of_child.push_back(support::hash_floats(logits.subspan(logits.size() / 2)));
    }
    EXPECT_EQ(of_parent, other_alone);
    EXPECT_EQ(of_child, from(c.logits, at));
  });
}

TEST(OneAnswer, AfterRewinding) {
  for_long_cases([](Model& model, const GoldenCase& c) {
    const std::vector<int32_t> sequence = c.sequence();
    const std::unique_ptr<Session> session = new_session(model);
    const std::vector<int32_t> noise = synthetic::random_prompt(model.config().vocab_size, 40, 6);
    feed_quietly(model, *session, noise, 7);
    EXPECT_TRUE(session->rewind(0).ok());
    for (const int32_t keep : {70, 64, 31, 0}) {
      if (keep > static_cast<int32_t>(sequence.size())) continue;
      feed_quietly(model, *session,
                   std::span(sequence).subspan(static_cast<size_t>(session->position())), 7);
      EXPECT_TRUE(session->rewind(keep).ok());
    }
    EXPECT_EQ(feed(model, *session, sequence, 13), c.logits);
  });
}

TEST(OneAnswer, ScoreIsTheLogProbabilityOfTheTable) {
  for_long_cases([](Model& model, const GoldenCase& c) {
    const std::unique_ptr<Session> session = new_session(model);
    const std::vector<int32_t> sequence = c.sequence();
    const size_t first = c.prompt.size() - 1;  // its logits say the first of c.tokens
    feed_quietly(model, *session, std::span(sequence).first(first), 64);
    std::vector<StepRow> rows;
    for (size_t i = first; i < sequence.size() && rows.size() < 64; ++i) {
      rows.push_back({session.get(), sequence[i], true, c.tokens[i - first]});
    }
    ASSERT_TRUE(model.step(rows, 0, {}).ok());
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(model.output().results[i].token, c.tokens[i]);
      EXPECT_EQ(model.output().results[i].logprob, c.logprobs[i]);
    }
  });
}

}  // namespace
}  // namespace onehead
