// Blocks of equal size with reference counts. Sequences claim what they will need, so that memory
// is taken beforehand; what nobody claimed is taken block by block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/status.hpp"

namespace onehead {

class BlockPool {
 public:
  explicit BlockPool(size_t block_bytes) : block_bytes_(block_bytes) {}

  // Changes how many free blocks sequences have claimed from `before` to `after`. A larger claim
  // takes memory where blocks are missing. Errors: kOutOfMemory, and then no claim has changed.
  Status claim(int32_t before, int32_t after);

  // A zeroed block with one reference; -1 where there is no memory for it. One of `claimed` is used
  // up, if there are any.
  int32_t acquire(int32_t& claimed);
  // A copy of `block` with one reference, in the same way.
  int32_t acquire_copy(int32_t block, int32_t& claimed);
  void retain(int32_t block) { ++references_[static_cast<size_t>(block)]; }
  void release(int32_t block);
  bool is_shared(int32_t block) const { return references_[static_cast<size_t>(block)] > 1; }

  std::byte* data(int32_t block) { return blocks_[static_cast<size_t>(block)]; }
  const std::byte* data(int32_t block) const { return blocks_[static_cast<size_t>(block)]; }
  size_t block_bytes() const { return block_bytes_; }
  int32_t capacity() const { return static_cast<int32_t>(blocks_.size()); }
  int32_t in_use() const { return capacity() - n_free(); }

 private:
  int32_t n_free() const { return static_cast<int32_t>(free_.size()); }
  Status grow(int32_t n_blocks);
  Status add_slab(int32_t n_blocks);
  int32_t take(int32_t& claimed);

  size_t block_bytes_;
  int32_t claimed_ = 0;  // free blocks that are spoken for
  std::vector<AlignedBuffer> slabs_;
  std::vector<std::byte*> blocks_;
  std::vector<int32_t> references_;
  std::vector<int32_t> free_;
};

}  // namespace onehead
