// Blocks of window groups: what a sequence holds, lets go of, shares and claims.

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"
#include "model/sequence.hpp"

namespace onehead {
namespace {

constexpr int32_t kChunk = 64;

Config config_with(std::vector<int32_t> windows) {
  Config c;
  c.n_layers = static_cast<int32_t>(windows.size());
  c.n_query_heads = 2;
  c.n_kv_heads = 1;
  c.head_dim = 4;
  c.windows = std::move(windows);
  return c;
}

int32_t in_use(const KvCache& cache) {
  int32_t n = 0;
  for (int32_t g = 0; g < cache.n_groups(); ++g) n += cache.pool(g).in_use();
  return n;
}

int32_t capacity(const KvCache& cache) {
  int32_t n = 0;
  for (int32_t g = 0; g < cache.n_groups(); ++g) n += cache.pool(g).capacity();
  return n;
}

// Grows as a step of n rows does; every row's window is whole when the step has extended it.
void grow(KvCache& cache, Sequence& sequence, int32_t n) {
  const int32_t begin = sequence.length();
  for (int32_t i = 0; i < n; ++i) ASSERT_TRUE(sequence.extend());
  for (int32_t g = 0; g < cache.n_groups(); ++g) {
    ASSERT_LE(sequence.first_held(g), cache.first_seen(g, begin));
    ASSERT_EQ(sequence.first_block(g) + sequence.n_blocks(g), blocks_for(sequence.length()));
    ASSERT_LE(sequence.n_blocks(g), cache.most_blocks(g, sequence.max_length()));
  }
  sequence.settle();
}

TEST(KvCache, LayersWithEqualWindowsShareAPool) {
  const KvCache cache(config_with({100, 0, 100, 7, 0}), KvType::kF32, kChunk);
  ASSERT_EQ(cache.n_groups(), 3);
  EXPECT_EQ(cache.group_of(0), cache.group_of(2));
  EXPECT_EQ(cache.group_of(1), cache.group_of(4));
  EXPECT_NE(cache.group_of(0), cache.group_of(3));
  const size_t tile = kv_tile_bytes(KvType::kF32, 4);
  EXPECT_EQ(cache.pool(cache.group_of(0)).block_bytes(), 2 * tile);
  EXPECT_EQ(cache.pool(cache.group_of(3)).block_bytes(), tile);
  EXPECT_EQ(cache.bytes_per_position() * kBlockPositions, 5 * tile);
}

TEST(KvCache, TilesOfABlockDoNotOverlap) {
  for (const KvType type : {KvType::kF32, KvType::kInt8}) {
    Config config = config_with({0, 0, 0});
    config.n_kv_heads = 2;
    config.head_dim = 5;
    KvCache cache(config, type, kChunk);
    Sequence sequence(cache, 64);
    ASSERT_TRUE(sequence.extend());
    std::vector<std::byte*> tiles;
    for (int32_t layer = 0; layer < 3; ++layer) {
      for (int32_t head = 0; head < 2; ++head) {
        tiles.push_back(cache.tile(sequence.block_at(0, 0), layer, head).data);
      }
    }
    const size_t bytes = kv_tile_bytes(type, 5);
    EXPECT_EQ(bytes % 64, 0u);
    for (size_t i = 0; i < tiles.size(); ++i) EXPECT_EQ(tiles[i], tiles[0] + i * bytes);
    EXPECT_EQ(cache.pool(0).block_bytes(), tiles.size() * bytes);
  }
}

// A model like Gemma 3 270M: a full context of every layer would take 302 MB.
TEST(KvCache, AWindowBoundsTheMemoryOfItsLayers) {
  std::vector<int32_t> windows(18, 512);
  for (const size_t layer : {5u, 11u, 17u}) windows[layer] = 0;
  Config config = config_with(windows);
  config.head_dim = 256;
  const KvCache f32(config, KvType::kF32, kChunk);
  EXPECT_LT(f32.bytes_for(8192), 75u << 20);
  EXPECT_GT(f32.bytes_for(8192), 65u << 20);
  const KvCache int8(config, KvType::kInt8, kChunk);
  EXPECT_LT(int8.bytes_for(8192), 20u << 20);
}

class Windows : public ::testing::TestWithParam<int32_t> {};

INSTANTIATE_TEST_SUITE_P(KvCache, Windows, ::testing::Values(1, 2, 63, 64, 65, 100, 512));

TEST_P(Windows, OnlyWhatLaterPositionsSeeIsHeld) {
  for (const int32_t step : {1, 7, 64}) {
    KvCache cache(config_with({0, GetParam()}), KvType::kF32, kChunk);
    Sequence sequence(cache, 2000);
    while (sequence.length() + step <= 2000) {
      grow(cache, sequence, step);
      const int32_t held = sequence.length() - sequence.first_held(1);
      ASSERT_LT(held, std::max(GetParam(), 2) + kRewindPositions + kBlockPositions);
    }
    EXPECT_EQ(sequence.first_held(0), 0);
    sequence.truncate(0);
    EXPECT_EQ(in_use(cache), 0);
  }
}

TEST_P(Windows, GoingBackALittleKeepsTheRest) {
  KvCache cache(config_with({0, GetParam()}), KvType::kF32, kChunk);
  for (int32_t back = 0; back <= kRewindPositions; ++back) {
    Sequence sequence(cache, 2000);
    for (int i = 0; i < 21; ++i) grow(cache, sequence, 53);
    const int32_t to = sequence.length() - back;
    sequence.truncate(to);
    ASSERT_EQ(sequence.length(), to);
    for (int i = 0; i < 3; ++i) grow(cache, sequence, 50);
    EXPECT_EQ(sequence.length(), to + 150);
  }
}

TEST_P(Windows, GoingBackFarForgetsEverything) {
  KvCache cache(config_with({0, GetParam()}), KvType::kF32, kChunk);
  Sequence sequence(cache, 2000);
  for (int i = 0; i < 21; ++i) grow(cache, sequence, 64);
  sequence.truncate(100);
  EXPECT_EQ(sequence.length(), 0);
  EXPECT_EQ(in_use(cache), 0);
  for (int i = 0; i < 21; ++i) grow(cache, sequence, 64);
  EXPECT_EQ(sequence.length(), 21 * 64);
}

TEST_P(Windows, WhatWasReservedIsEnough) {
  KvCache cache(config_with({GetParam(), 0}), KvType::kF32, kChunk);
  Sequence sequence(cache, 2000);
  ASSERT_TRUE(sequence.reserve(1500).ok());
  const int32_t at_first = capacity(cache);
  EXPECT_EQ(at_first, cache.most_blocks(0, 1500) + cache.most_blocks(1, 1500));
  while (sequence.length() < 1450) grow(cache, sequence, 50);
  EXPECT_EQ(capacity(cache), at_first);
  sequence.truncate(sequence.length() - 30);
  grow(cache, sequence, 64);
  EXPECT_EQ(capacity(cache), at_first);
}

TEST(Sequences, DoNotTakeWhatOthersHaveReserved) {
  KvCache cache(config_with({0}), KvType::kF32, kChunk);
  Sequence first(cache, 1000), second(cache, 1000);
  ASSERT_TRUE(first.reserve(640).ok());
  EXPECT_EQ(cache.pool(0).capacity(), 10);
  grow(cache, second, 64);  // takes a block of its own
  EXPECT_EQ(cache.pool(0).capacity(), 11);
  while (first.length() < 640) grow(cache, first, 64);
  EXPECT_EQ(cache.pool(0).capacity(), 11);
  ASSERT_TRUE(first.reserve(0).ok());
  first.truncate(320);
  ASSERT_TRUE(second.reserve(320).ok());  // what the first one gave back
  EXPECT_EQ(cache.pool(0).capacity(), 11);
}

TEST(Sequences, ForksShareTheBlocksOfAllGroups) {
  KvCache cache(config_with({0, 100}), KvType::kF32, kChunk);
  Sequence parent(cache, 2000);
  for (int i = 0; i < 10; ++i) grow(cache, parent, 50);
  const int32_t before = in_use(cache);
  {
    Sequence fork(cache, 2000);
    fork.share(parent);
    EXPECT_EQ(in_use(cache), before);
    grow(cache, fork, 1);
    EXPECT_EQ(in_use(cache), before + 2);  // a copy of the last block in each group
    for (int i = 0; i < 10; ++i) grow(cache, parent, 50);
    for (int i = 0; i < 20; ++i) grow(cache, fork, 50);
    EXPECT_EQ(fork.length(), 1501);
  }
  parent.truncate(0);
  EXPECT_EQ(in_use(cache), 0);
}

// More than there can be: nothing has changed, and what is possible still is.
TEST(Sequences, MemoryThatIsNotThereIsAnError) {
  Config config = config_with({0, 512});
  config.n_kv_heads = 1 << 12;
  config.head_dim = 1 << 16;
  KvCache cache(config, KvType::kF32, kChunk);
  Sequence sequence(cache, kMaxContext);
  const Status status = sequence.reserve(kMaxContext);
  EXPECT_EQ(status.code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(sequence.length(), 0);
  EXPECT_EQ(capacity(cache), 0);
}

}  // namespace
}  // namespace onehead
