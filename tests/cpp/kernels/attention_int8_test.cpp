// Attention over int8 tiles has the reference's bits for any head size, length, window, company and
// integer back end.
#include "reference/attention_int8.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>

#include "attention_cache.hpp"
#include "kernels/hadamard.hpp"

namespace onehead {
namespace {

reference::Attended expected_of(const Query& query, const AttentionCache& cache) {
  return reference::attend_int8(query.q, {cache.keys.begin(), cache.keys.begin() + query.end},
                                {cache.values.begin(), cache.values.begin() + query.end},
                                static_cast<size_t>(query.begin));
}

void expect_reference(const std::vector<Query>& queries, AttentionCache& cache,
                      std::span<const IntDot> back_ends) {
  std::vector<reference::Attended> expected;
  for (const Query& query : queries) expected.push_back(expected_of(query, cache));
  for (const IntDot back_end : back_ends) {
    SCOPED_TRACE(int_dot_name(back_end));
    const std::vector<Attended> actual = attend(cache, queries, back_end);
    for (size_t r = 0; r < queries.size(); ++r) {
      const auto begin = static_cast<size_t>(queries[r].begin);
      const auto n = static_cast<size_t>(queries[r].end) - begin;
      ASSERT_TRUE(same_bits(actual[r].out.data(), expected[r].out)) << "row " << r;
      Floats weights(n);
      attention_weights(actual[r].scores.data() + begin, static_cast<int32_t>(n), actual[r].m,
                        actual[r].l, weights.data());
      const Floats seen(expected[r].weights.begin() + static_cast<ptrdiff_t>(begin),
                        expected[r].weights.end());
      ASSERT_TRUE(same_bits(weights.data(), seen)) << "row " << r;
    }
  }
}

TEST(AttentionInt8, EqualsTheReferenceForEveryHeadSize) {
  synthetic::Random random(71);
  for (int32_t head_dim = 1; head_dim <= 80; ++head_dim) {
    SCOPED_TRACE(head_dim);
    AttentionCache cache(random, head_dim, 70, 2.0f, KvType::kInt8);
    std::vector<Query> queries;
    for (int32_t r = 0; r < 1 + head_dim % 7; ++r) {
      queries.push_back({scaled_query(random, head_dim, 3.0f), 0, 70 - r});
    }
    expect_reference(queries, cache, kIntDots);
  }
}

TEST(AttentionInt8, EqualsTheReferenceForAnyNumberOfRowsAndWindow) {
  synthetic::Random random(72);
  for (int32_t n_rows = 1; n_rows <= 21; ++n_rows) {
    SCOPED_TRACE(n_rows);
    const auto head_dim = static_cast<int32_t>(n_rows % 4 == 0 ? 256 : 8 + random.below(150));
    const auto length = static_cast<int32_t>(1 + random.below(300));
    AttentionCache cache(random, head_dim, length, 2.0f, KvType::kInt8);
    std::vector<Query> queries;
    for (int32_t r = 0; r < n_rows; ++r) {
      const auto end = static_cast<int32_t>(1 + random.below(static_cast<uint32_t>(length)));
      const auto begin = static_cast<int32_t>(random.below(static_cast<uint32_t>(end)));
      queries.push_back({scaled_query(random, head_dim, 3.0f), n_rows % 2 == 0 ? begin : 0, end});
    }
    expect_reference(queries, cache, std::span(kIntDots).first(n_rows % 3 == 0 ? 4 : 1));
  }
}

TEST(AttentionInt8, EveryVisibleRangeOfABlock) {
  synthetic::Random random(73);
  AttentionCache cache(random, 12, kBlockPositions, 2.0f, KvType::kInt8);
  const Floats q = scaled_query(random, 12, 3.0f);
  const IntDot strict[] = {IntDot::kStrict};
  for (int32_t begin = 0; begin < kBlockPositions; ++begin) {
    std::vector<Query> queries;
    for (int32_t end = begin + 1; end <= kBlockPositions; ++end) queries.push_back({q, begin, end});
    expect_reference(queries, cache, strict);
    expect_reference({queries.back()}, cache, strict);
  }
}

// Keys and values of very different size in one block, zeros, numbers near the smallest, and scores
// so far apart that weights vanish.
TEST(AttentionInt8, ExtremeNumbersEqualTheReference) {
  synthetic::Random random(74);
  for (const float magnitude : {0.0f, 1e-41f, 1e-32f, 1.0f, 300.0f}) {
    SCOPED_TRACE(magnitude);
    AttentionCache cache(random, 24, 140, magnitude, KvType::kInt8);
    for (int32_t i = 0; i < 140; i += 3) {
      Floats& value = cache.values[static_cast<size_t>(i)];
      for (float& v : value) v = v * (i % 2 == 0 ? 1e-30f : magnitude);
      if (i % 9 == 0) std::fill(value.begin(), value.end(), 0.0f);
    }
    cache.store_all();
    std::vector<Query> queries;
    for (int32_t r = 0; r < 5; ++r) {
      queries.push_back({scaled_query(random, 24, magnitude), 0, 140 - r * 30});
    }
    expect_reference(queries, cache, kIntDots);
  }
}

// Slots that nobody sees hold anything, also scales that are no numbers.
TEST(AttentionInt8, WhatIsNotSeenHasNoEffect) {
  synthetic::Random random(75);
  AttentionCache cache(random, 24, 70, 2.0f, KvType::kInt8);
  const std::vector<Query> queries = {{scaled_query(random, 24, 3.0f), 3, 69},
                                      {scaled_query(random, 24, 3.0f), 5, 70}};
  const std::vector<Attended> before = attend(cache, queries);
  for (int32_t i = 0; i < 128; ++i) {
    if (i >= 3 && i < 70) continue;
    const Int8KvTile tile(cache.tile(i / kBlockPositions));
    const int32_t slot = i % kBlockPositions;
    tile.key_scales[slot] = std::numeric_limits<float>::quiet_NaN();
    tile.value_scales[slot] = std::numeric_limits<float>::infinity();
  }
  const std::vector<Attended> after = attend(cache, queries);
  for (size_t r = 0; r < queries.size(); ++r) {
    EXPECT_TRUE(same_bits(after[r].out.data(), before[r].out));
  }
}

TEST(AttentionInt8, KeysAndValuesReadBackAsTheReferenceHasThem) {
  synthetic::Random random(76);
  for (const int32_t head_dim : {1, 6, 40, 96, 256}) {
    AttentionCache cache(random, head_dim, 150, 2.0f, KvType::kInt8);
    const reference::QuantizedKeys keys = reference::quantize_keys(cache.keys);
    Floats out(static_cast<size_t>(head_dim));
    for (int32_t i = 0; i < 150; ++i) {
      load_key(cache.tile(i / kBlockPositions), i % kBlockPositions, out.data());
      EXPECT_TRUE(same_bits(out.data(), reference::cached_key(keys, static_cast<size_t>(i))));
      load_value(cache.tile(i / kBlockPositions), i % kBlockPositions, out.data());
      EXPECT_TRUE(
          same_bits(out.data(), reference::cached_value(cache.values[static_cast<size_t>(i)])));
    }
  }
}

// What int8 loses of f32 is small: one part in 127 of the largest number, on both sides.
TEST(AttentionInt8, IsNearTheF32Cache) {
  for (const int32_t head_dim : {16, 64, 256}) {
    synthetic::Random random(77), again(77);
    AttentionCache exact(random, head_dim, 300, 1.0f);
    AttentionCache rounded(again, head_dim, 300, 1.0f, KvType::kInt8);
    const Query query = {scaled_query(random, head_dim, 2.0f), 0, 300};
    const Attended f32 = attend(exact, {query})[0];
    const Attended int8 = attend(rounded, {query})[0];
    for (size_t j = 0; j < f32.out.size(); ++j) EXPECT_NEAR(int8.out[j], f32.out[j], 0.01f);
  }
}

TEST(Hadamard, TwiceIsTheSizeTimesTheVector) {
  for (const int32_t n : {1, 2, 7, 8, 12, 16, 48, 64, 80, 256}) {
    synthetic::Random random(78);
    const Floats x = random_floats(random, n);
    Floats y = x;
    hadamard(y.data(), n);
    EXPECT_TRUE(same_bits(y.data(), reference::transformed(x))) << n;
    hadamard(y.data(), n);
    for (size_t i = 0; i < x.size(); ++i) {
      EXPECT_NEAR(y[i], static_cast<float>(hadamard_size(n)) * x[i],
                  1e-4f * static_cast<float>(hadamard_size(n)));
    }
  }
}

}  // namespace
}  // namespace onehead
