// The K/V of one sequence: a list of blocks for each window group. Forking shares blocks; a shared
// block is copied when a sequence writes into it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/status.hpp"
#include "model/kv_cache.hpp"

namespace onehead {

class Sequence {
 public:
  // The cache outlives it.
  Sequence(KvCache& cache, int32_t max_length);
  ~Sequence();
  Sequence(const Sequence&) = delete;
  Sequence& operator=(const Sequence&) = delete;

  int32_t length() const { return length_; }
  int32_t max_length() const { return max_length_; }
  // The first position that a group still holds.
  int32_t first_held(int32_t group) const { return list(group).first * kBlockPositions; }
  int32_t first_block(int32_t group) const { return list(group).first; }
  int32_t n_blocks(int32_t group) const { return static_cast<int32_t>(list(group).blocks.size()); }
  // A block that the group holds; `index` is position / 64.
  int32_t block_at(int32_t group, int32_t index) const {
    return list(group).blocks[static_cast<size_t>(index - list(group).first)];
  }
  size_t kv_bytes() const;

  // Takes the memory to grow to `length`; up to there, extend() allocates nothing. Errors:
  // kOutOfMemory, and then nothing has changed.
  Status reserve(int32_t length);
  // Adds a position at the end and makes its blocks writable. False, and nothing has changed, when
  // there is no memory.
  bool extend();
  // After a step: lets go of blocks that the windows have passed.
  void settle();
  // Forgets positions from `length` on. Where a window would then reach back to blocks that are
  // gone, everything is forgotten: no shorter past is whole.
  void truncate(int32_t length);
  // Makes this empty sequence one of `length` positions, of which each group holds zeros from its
  // first_blocks on. Errors: kOutOfMemory, and then it is still empty.
  Status resume(int32_t length, std::span<const int32_t> first_blocks);
  // Makes this empty sequence share all blocks of `source`.
  void share(const Sequence& source);

 private:
  struct BlockList {
    int32_t first = 0;  // index of blocks[0]
    std::vector<int32_t> blocks;
    int32_t claimed = 0;  // free blocks of the pool that are kept for this sequence
  };

  const BlockList& list(int32_t group) const { return lists_[static_cast<size_t>(group)]; }
  BlockList& list(int32_t group) { return lists_[static_cast<size_t>(group)]; }
  bool is_whole_at(int32_t length) const;
  int32_t blocks_to_come(int32_t group, int32_t length) const;
  void update_claims();

  KvCache* cache_;
  int32_t max_length_;
  int32_t length_ = 0;
  int32_t reserved_ = 0;  // positions that memory is claimed for
  std::vector<BlockList> lists_;
};

}  // namespace onehead
