// The attention kernel has the reference's bits for any head size, length, window and company.
#include "reference/attention.hpp"

#include <algorithm>
#include <limits>

#include "attention_cache.hpp"
#include "reference/exp.hpp"

namespace onehead {
namespace {

// Blocks of 64 with a visible beginning, which the reference does not have: sliding windows.
Floats attend_window(const Query& query, const AttentionCache& cache) {
  float m = 0.0f;
  float l = 0.0f;
  Floats o(static_cast<size_t>(cache.head_dim), 0.0f);
  bool first = true;
  for (int32_t block = 0; block * kBlockPositions < cache.length; ++block) {
    const int32_t begin = std::max(query.begin, block * kBlockPositions);
    const int32_t end = std::min(query.end, (block + 1) * kBlockPositions);
    if (begin >= end) continue;
    Floats scores;
    for (int32_t i = begin; i < end; ++i) {
      float s = 0.0f;
      for (size_t d = 0; d < o.size(); ++d)
        s = s + query.q[d] * cache.keys[static_cast<size_t>(i)][d];
      scores.push_back(s);
    }
    const float block_m = *std::max_element(scores.begin(), scores.end());
    reference::StripedSum sum;
    Floats block_o(o.size(), 0.0f);
    for (int32_t i = begin; i < end; ++i) {
      const float p = reference::exp_f32(scores[static_cast<size_t>(i - begin)] - block_m);
      sum.add(i % kBlockPositions, p);
      for (size_t j = 0; j < o.size(); ++j) {
        block_o[j] = block_o[j] + p * cache.values[static_cast<size_t>(i)][j];
      }
    }
    const float merged = first ? block_m : std::max(m, block_m);
    const float a = first ? 0.0f : reference::exp_f32(m - merged);
    const float b = first ? 1.0f : reference::exp_f32(block_m - merged);
    l = first ? sum.total() : l * a + sum.total() * b;
    for (size_t j = 0; j < o.size(); ++j) o[j] = first ? block_o[j] : o[j] * a + block_o[j] * b;
    m = merged;
    first = false;
  }
  for (float& value : o) value = value * (1.0f / l);
  return o;
}

void expect_reference(const Query& query, const AttentionCache& cache, const Attended& actual) {
  const auto n = static_cast<size_t>(query.end);
  const reference::Attended expected =
      reference::attend(query.q, {cache.keys.begin(), cache.keys.begin() + query.end},
                        {cache.values.begin(), cache.values.begin() + query.end});
  ASSERT_TRUE(same_bits(actual.out.data(), expected.out));
  Floats weights(n);
  attention_weights(actual.scores.data(), query.end, actual.m, actual.l, weights.data());
  ASSERT_TRUE(same_bits(weights.data(), expected.weights));
}

TEST(Attention, EqualsTheReferenceForEveryHeadSize) {
  synthetic::Random random(51);
  for (int32_t head_dim = 1; head_dim <= 80; ++head_dim) {
    AttentionCache cache(random, head_dim, 70, 2.0f);
    std::vector<Query> queries;
    for (int32_t r = 0; r < 1 + head_dim % 7; ++r) {
      queries.push_back({scaled_query(random, head_dim, 3.0f), 0, 70 - r});
    }
    const std::vector<Attended> actual = attend(cache, queries);
    for (size_t r = 0; r < queries.size(); ++r) {
      SCOPED_TRACE(head_dim);
      expect_reference(queries[r], cache, actual[r]);
    }
  }
}

TEST(Attention, EqualsTheReferenceForAnyNumberOfRows) {
  synthetic::Random random(52);
  for (int32_t n_rows = 1; n_rows <= 41; ++n_rows) {
    const auto head_dim = static_cast<int32_t>(8 + random.below(249));
    const auto length = static_cast<int32_t>(1 + random.below(300));
    AttentionCache cache(random, head_dim, length, 2.0f);
    std::vector<Query> queries;
    for (int32_t r = 0; r < n_rows; ++r) {
      const auto end = static_cast<int32_t>(1 + random.below(static_cast<uint32_t>(length)));
      queries.push_back({scaled_query(random, head_dim, 3.0f), 0, end});
    }
    const std::vector<Attended> actual = attend(cache, queries);
    for (size_t r = 0; r < queries.size(); ++r) expect_reference(queries[r], cache, actual[r]);
  }
}

TEST(Attention, EveryVisibleRangeOfABlock) {
  synthetic::Random random(53);
  AttentionCache cache(random, 12, kBlockPositions, 2.0f);
  const Floats q = scaled_query(random, 12, 3.0f);
  for (int32_t begin = 0; begin < kBlockPositions; ++begin) {
    std::vector<Query> queries;
    for (int32_t end = begin + 1; end <= kBlockPositions; ++end) queries.push_back({q, begin, end});
    const std::vector<Attended> together = attend(cache, queries);
    for (size_t r = 0; r < queries.size(); ++r) {
      const Floats expected = attend_window(queries[r], cache);
      ASSERT_TRUE(same_bits(together[r].out.data(), expected)) << begin << ".." << queries[r].end;
      ASSERT_TRUE(same_bits(attend(cache, {queries[r]})[0].out.data(), expected));
    }
  }
}

TEST(Attention, WindowsThatBeginInsideLaterBlocks) {
  synthetic::Random random(54);
  AttentionCache cache(random, 20, 400, 2.0f);
  std::vector<Query> queries;
  for (int32_t end = 1; end <= 400; end += 13) {
    queries.push_back({scaled_query(random, 20, 4.0f), std::max(0, end - 100), end});
  }
  const std::vector<Attended> actual = attend(cache, queries);
  for (size_t r = 0; r < queries.size(); ++r) {
    ASSERT_TRUE(same_bits(actual[r].out.data(), attend_window(queries[r], cache)))
        << queries[r].end;
  }
}

// Slots that nobody sees hold anything, even NaN: keys and values of tokens still to come.
TEST(Attention, WhatIsNotSeenIsNotRead) {
  synthetic::Random random(55);
  AttentionCache cache(random, 24, 90, 2.0f);
  const std::vector<Query> queries = {{scaled_query(random, 24, 3.0f), 3, 70},
                                      {scaled_query(random, 24, 3.0f), 5, 71}};
  const std::vector<Attended> before = attend(cache, queries);
  for (int32_t i = 0; i < 128; ++i) {
    if (i >= 3 && i < 71) continue;
    const Floats key(24, std::numeric_limits<float>::quiet_NaN());
    const Floats value(24, std::numeric_limits<float>::infinity());
    store_position(cache.tile(i / kBlockPositions), i % kBlockPositions, key.data(), value.data());
  }
  const std::vector<Attended> after = attend(cache, queries);
  for (size_t r = 0; r < queries.size(); ++r) {
    EXPECT_TRUE(same_bits(after[r].out.data(), before[r].out));
  }
}

TEST(Attention, ARowThatSeesNothingIsLeftAlone) {
  synthetic::Random random(56);
  AttentionCache cache(random, 8, 64, 1.0f);
  float m = 5.0f;
  float l = 6.0f;
  Floats o(8, 7.0f);
  const Floats q = scaled_query(random, 8, 1.0f);
  AttentionRow row;
  row.q = q.data();
  row.visible_begin = row.visible_end = 10;
  row.m = &m;
  row.l = &l;
  row.o = o.data();
  row.first = true;
  AttentionScratch scratch;
  attention_block(cache.tile(0), &row, 1, scratch, IntDot::kStrict);
  EXPECT_EQ(m, 5.0f);
  EXPECT_EQ(l, 6.0f);
  EXPECT_TRUE(same_bits(o.data(), Floats(8, 7.0f)));
}

// Scores so far apart that weights and fold factors vanish, in both directions.
TEST(Attention, ExtremeScoresEqualTheReference) {
  synthetic::Random random(57);
  for (const float magnitude : {30.0f, 300.0f, 0.0f}) {
    AttentionCache cache(random, 16, 260, magnitude);
    std::vector<Query> queries;
    for (int32_t r = 0; r < 6; ++r) {
      queries.push_back({scaled_query(random, 16, magnitude), 0, 260 - r * 30});
    }
    const std::vector<Attended> actual = attend(cache, queries);
    for (size_t r = 0; r < queries.size(); ++r) expect_reference(queries[r], cache, actual[r]);
  }
}

// Multi-head attention whose heads have copies of one K/V head: the rows come one at a time.
TEST(Attention, MhaWithCopiesOfOneHeadHasMqasBits) {
  synthetic::Random random(58);
  for (const int32_t n_heads : {2, 5, 8, 16}) {
    AttentionCache cache(random, 40, 200, 2.0f);
    std::vector<Query> heads;
    for (int32_t h = 0; h < n_heads; ++h) heads.push_back({scaled_query(random, 40, 3.0f), 0, 200});
    const std::vector<Attended> mqa = attend(cache, heads);
    for (size_t h = 0; h < heads.size(); ++h) {
      const Attended mha = attend(cache, {heads[h]})[0];
      EXPECT_TRUE(same_bits(mha.out.data(), mqa[h].out));
      EXPECT_EQ(mha.l, mqa[h].l);
    }
  }
}

}  // namespace
}  // namespace onehead
