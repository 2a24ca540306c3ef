// One token's attention over a past, through the kernel as model/forward calls it: block after
// block, for each K/V head the rows of the query heads that read it.
#pragma once

#include <cmath>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "kernels/attention.hpp"
#include "synthetic/random.hpp"

namespace onehead::bench {

class AttentionCase {
 public:
  AttentionCase(KvType type, int32_t n_heads, int32_t n_kv_heads, int32_t head_dim, int32_t past,
                IntDot back_end)
      : type_(type),
        n_heads_(n_heads),
        n_kv_heads_(n_kv_heads),
        head_dim_(head_dim),
        past_(past),
        back_end_(back_end) {
    synthetic::Random random(1);
    const int32_t n_blocks = (past + kBlockPositions - 1) / kBlockPositions;
    tile_bytes_ = kv_tile_bytes(type, head_dim);
    cache_ = *AlignedBuffer::allocate(static_cast<size_t>(n_blocks * n_kv_heads) * tile_bytes_);
    std::vector<float> numbers(2 * static_cast<size_t>(head_dim));
    for (int32_t tile_index = 0; tile_index < n_blocks * n_kv_heads; ++tile_index) {
      for (int32_t slot = 0; slot < kBlockPositions; ++slot) {
        for (float& number : numbers) number = random.symmetric();
        store_position(tile(tile_index), slot, numbers.data(), numbers.data() + head_dim);
      }
    }
    const auto size = static_cast<size_t>(n_heads * head_dim);
    q_.resize(size);
    for (float& q : q_) q = random.symmetric() / std::sqrt(static_cast<float>(head_dim));
    if (type == KvType::kInt8) quantize_queries();
    o_.resize(size);
    m_.resize(static_cast<size_t>(n_heads));
    l_.resize(static_cast<size_t>(n_heads));
    rows_.resize(static_cast<size_t>(n_heads / n_kv_heads));
  }

  void run() {
    const auto n_rows = static_cast<int32_t>(rows_.size());
    for (int32_t first = 0; first < past_; first += kBlockPositions) {
      for (int32_t g = 0; g < n_kv_heads_; ++g) {
        for (int32_t r = 0; r < n_rows; ++r)
          set_row(g * n_rows + r, first, rows_[static_cast<size_t>(r)]);
        attention_block(tile(first / kBlockPositions * n_kv_heads_ + g), rows_.data(), n_rows,
                        scratch_, back_end_);
      }
    }
    for (int32_t h = 0; h < n_heads_; ++h) {
      attention_finish(type_, l_[static_cast<size_t>(h)], head_dim_, &o_[at(h)]);
    }
  }

  float first_output() const { return o_[0]; }

 private:
  KvTile tile(int32_t index) {
    return {type_, head_dim_, cache_.data() + static_cast<size_t>(index) * tile_bytes_};
  }
  size_t at(int32_t head) const { return static_cast<size_t>(head * head_dim_); }

  void quantize_queries() {
    const auto padded = static_cast<size_t>(quantized_query_dim(head_dim_));
    const size_t size = static_cast<size_t>(n_heads_) * padded;
    integers_.resize(size);
    high_.resize(size);
    low_.resize(size);
    for (int32_t h = 0; h < n_heads_; ++h) {
      const size_t first = static_cast<size_t>(h) * padded;
      quantized_.push_back(
          quantize_query(&q_[at(h)], head_dim_, &integers_[first], &high_[first], &low_[first]));
    }
  }

  void set_row(int32_t head, int32_t first, AttentionRow& row) {
    row.q = &q_[at(head)];
    if (type_ == KvType::kInt8) row.quantized = quantized_[static_cast<size_t>(head)];
    row.visible_begin = 0;
    row.visible_end = std::min(kBlockPositions, past_ - first);
    row.m = &m_[static_cast<size_t>(head)];
    row.l = &l_[static_cast<size_t>(head)];
    row.o = &o_[at(head)];
    row.first = first == 0;
  }

  KvType type_;
  int32_t n_heads_, n_kv_heads_, head_dim_, past_;
  IntDot back_end_;
  size_t tile_bytes_ = 0;
  AlignedBuffer cache_;
  std::vector<float> q_, o_, m_, l_;
  std::vector<int16_t> integers_;
  std::vector<int8_t> high_, low_;
  std::vector<QuantizedQuery> quantized_;
  std::vector<AttentionRow> rows_;
  AttentionScratch scratch_;
};

}  // namespace onehead::bench
