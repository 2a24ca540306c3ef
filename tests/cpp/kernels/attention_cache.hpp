// K and V of one head in blocks of 64 positions, and rows that attend to them, for the tests.
#pragma once

#include <vector>

#include "kernels/attention.hpp"
#include "samples.hpp"

namespace onehead {

// Keys and values are also kept by position, for the references.
struct AttentionCache {
  int32_t head_dim;
  int32_t length;
  std::vector<Floats> keys, values;  // [length][head_dim]
  AlignedBuffer blocks;              // [blocks] tiles
  KvType type;

  AttentionCache(synthetic::Random& random, int32_t head_dim_, int32_t length_, float magnitude,
                 KvType type_ = KvType::kF32)
      : head_dim(head_dim_), length(length_), type(type_) {
    for (int32_t i = 0; i < length; ++i) {
      keys.push_back(random_floats(random, head_dim, magnitude));
      values.push_back(random_floats(random, head_dim));
    }
    const int32_t n_blocks = (length + kBlockPositions - 1) / kBlockPositions;
    blocks =
        *AlignedBuffer::allocate(static_cast<size_t>(n_blocks) * kv_tile_bytes(type, head_dim));
    store_all();
  }

  // Of keys and values, as they are now.
  void store_all() {
    for (int32_t i = 0; i < length; ++i) {
      if (i % kBlockPositions == 0) {
        const KvTile before = i == 0 ? KvTile{} : tile(i / kBlockPositions - 1);
        begin_tile(tile(i / kBlockPositions), i == 0 ? nullptr : &before);
      }
      store_position(tile(i / kBlockPositions), i % kBlockPositions,
                     keys[static_cast<size_t>(i)].data(), values[static_cast<size_t>(i)].data());
    }
  }

  KvTile tile(int32_t index) {
    const size_t bytes = kv_tile_bytes(type, head_dim);
    return {type, head_dim, blocks.data() + static_cast<size_t>(index) * bytes};
  }
};

// A query that sees positions [begin, end) of the cache.
struct Query {
  Floats q;
  int32_t begin;
  int32_t end;
};

struct Attended {
  Floats out;
  Floats scores;  // raw, by position; zero where nothing is seen
  float m = 0.0f;
  float l = 0.0f;
};

// All queries in the same calls, block after block.
inline std::vector<Attended> attend(AttentionCache& cache, const std::vector<Query>& queries,
                                    IntDot back_end = IntDot::kStrict) {
  std::vector<Attended> results(queries.size());
  std::vector<bool> started(queries.size(), false);
  const int32_t n_blocks = (cache.length + kBlockPositions - 1) / kBlockPositions;
  for (auto& result : results) {
    result.out.assign(static_cast<size_t>(cache.head_dim), -7.0f);
    result.scores.assign(static_cast<size_t>(n_blocks * kBlockPositions), 0.0f);
  }
  std::vector<Floats> q;  // as the rows read them
  std::vector<std::vector<int16_t>> integers(queries.size());
  std::vector<std::vector<int8_t>> parts(queries.size());
  std::vector<QuantizedQuery> quantized(queries.size());
  for (size_t r = 0; r < queries.size(); ++r) {
    q.push_back(queries[r].q);
    if (cache.type != KvType::kInt8) continue;
    const auto padded = static_cast<size_t>(quantized_query_dim(cache.head_dim));
    integers[r].resize(padded);
    parts[r].resize(2 * padded);
    quantized[r] = quantize_query(q[r].data(), cache.head_dim, integers[r].data(), parts[r].data(),
                                  parts[r].data() + padded);
  }
  AttentionScratch scratch;
  for (int32_t block = 0; block < n_blocks; ++block) {
    std::vector<AttentionRow> rows(queries.size());
    for (size_t r = 0; r < queries.size(); ++r) {
      const int32_t first = block * kBlockPositions;
      AttentionRow& row = rows[r];
      row.q = q[r].data();
      row.quantized = quantized[r];
      row.visible_begin = std::clamp(queries[r].begin - first, 0, kBlockPositions);
      row.visible_end = std::clamp(queries[r].end - first, 0, kBlockPositions);
      row.m = &results[r].m;
      row.l = &results[r].l;
      row.o = results[r].out.data();
      row.first = !started[r];
      row.scores = results[r].scores.data() + first;
      if (row.visible_begin < row.visible_end) started[r] = true;
    }
    attention_block(cache.tile(block), rows.data(), static_cast<int32_t>(rows.size()), scratch,
                    back_end);
  }
  for (auto& result : results) {
    attention_finish(cache.type, result.l, cache.head_dim, result.out.data());
  }
  return results;
}

inline Floats scaled_query(synthetic::Random& random, int32_t head_dim, float magnitude) {
  Floats q = random_floats(random, head_dim, magnitude);
  const float factor = 1.0f / std::sqrt(static_cast<float>(head_dim));
  for (float& value : q) value = value * factor;
  return q;
}

}  // namespace onehead
