// Keys and values of all sequences, in blocks of 64 positions with reference counts.
//
// A block holds [n_layers][n_kv_heads][K tile [head_dim][64] | V tile [64][head_dim]] in f32. A
// sequence is a list of blocks: position p lies in block p / 64, slot p % 64. Forking shares
// blocks; a shared block is copied when a sequence writes into it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/status.hpp"
#include "kernels/attention.hpp"
#include "model/config.hpp"

namespace onehead {

class BlockPool {
 public:
  explicit BlockPool(const Config& config);

  // Makes room for `n_blocks` blocks in all. Only here does the pool take memory. Errors:
  // kOutOfMemory.
  Status reserve(int32_t n_blocks);

  // A block with one reference; -1 when the pool is exhausted, which reserve() must have ruled out.
  int32_t acquire();
  void retain(int32_t block) { ++references_[static_cast<size_t>(block)]; }
  void release(int32_t block);
  bool is_shared(int32_t block) const { return references_[static_cast<size_t>(block)] > 1; }
  void copy(int32_t from, int32_t to);

  float* keys(int32_t block, int32_t layer, int32_t kv_head);    // [head_dim][64]
  float* values(int32_t block, int32_t layer, int32_t kv_head);  // [64][head_dim]
  size_t block_bytes() const { return block_floats_ * sizeof(float); }
  int32_t capacity() const { return static_cast<int32_t>(blocks_.size()); }
  int32_t in_use() const { return capacity() - static_cast<int32_t>(free_.size()); }

 private:
  int32_t n_kv_heads_;
  size_t tile_floats_;  // one K or V tile: head_dim * 64
  size_t block_floats_;
  std::vector<AlignedBuffer> slabs_;
  std::vector<float*> blocks_;
  std::vector<int32_t> references_;
  std::vector<int32_t> free_;
};

// The K/V of one sequence. Movable data; the pool outlives it. Owns one reference to each of its
// blocks.
class Sequence {
 public:
  Sequence(BlockPool& pool, int32_t max_length);
  ~Sequence() { truncate(0); }
  Sequence(const Sequence&) = delete;
  Sequence& operator=(const Sequence&) = delete;

  int32_t length() const { return length_; }
  int32_t max_length() const { return max_length_; }
  int32_t n_blocks() const { return static_cast<int32_t>(blocks_.size()); }
  int32_t block_at(int32_t index) const { return blocks_[static_cast<size_t>(index)]; }
  size_t kv_bytes() const { return blocks_.size() * pool_->block_bytes(); }

  // Adds a position at the end and makes its block writable. False when the pool has no block left.
  bool extend();
  // Forgets positions from `length` on; blocks that hold none of the rest lose a reference.
  void truncate(int32_t length);
  // Makes this empty sequence share all blocks of `source`.
  void share(const Sequence& source);

 private:
  BlockPool* pool_;
  int32_t max_length_;
  int32_t length_ = 0;
  std::vector<int32_t> blocks_;
};

inline int32_t blocks_for(int32_t n_positions) {
  return (n_positions + kBlockPositions - 1) / kBlockPositions;
}

}  // namespace onehead
