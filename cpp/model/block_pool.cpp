#include "model/block_pool.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/checked.hpp"

namespace onehead {
namespace {

// Blocks are taken from the system in slabs of about this size, which find room in the gaps that
// loading a large vocabulary leaves …
constexpr size_t kSlabBytes = size_t{1} << 20;
// … but in no more slabs than this: what cannot succeed is to fail before it has taken memory.
constexpr int32_t kMostSlabs = 64;

}  // namespace

Status BlockPool::claim(int32_t before, int32_t after) {
  const int32_t missing = claimed_ - before + after - n_free();
  if (after > before && missing > 0) {
    if (Status status = grow(missing); !status.ok()) return status;
  }
  claimed_ += after - before;
  return {};
}

Status BlockPool::grow(int32_t n_blocks) {
  auto at_once = static_cast<int32_t>(std::max<size_t>(1, kSlabBytes / block_bytes_));
  if (n_blocks / at_once > kMostSlabs) at_once = n_blocks;
  Status status;
  for (; n_blocks > 0 && status.ok(); n_blocks -= at_once) {
    status = add_slab(std::min(n_blocks, at_once));
  }
  return status;
}

Status BlockPool::add_slab(int32_t n_blocks) {
  uint64_t bytes = 0;
  if (!checked_mul(static_cast<uint64_t>(n_blocks), block_bytes_, bytes) || bytes > SIZE_MAX) {
    return {ErrorCode::kOutOfMemory, "A K/V cache of this length does not fit in memory."};
  }
  Expected<AlignedBuffer> slab = AlignedBuffer::allocate(static_cast<size_t>(bytes));
  if (!slab.ok()) {
    return {ErrorCode::kOutOfMemory, "The K/V cache cannot grow: " + slab.status().message + "."};
  }
  const int32_t first = capacity();
  for (int32_t i = 0; i < n_blocks; ++i) {
    blocks_.push_back(slab->data() + static_cast<size_t>(i) * block_bytes_);
    references_.push_back(0);
  }
  free_.reserve(blocks_.size());
  for (int32_t i = n_blocks; i-- > 0;) free_.push_back(first + i);
  slabs_.push_back(std::move(*slab));
  return {};
}

int32_t BlockPool::take(int32_t& claimed) {
  // What others have claimed is not for the taking.
  if (claimed > 0) {
    --claimed;
    --claimed_;
    if (free_.empty() && !grow(1).ok()) return -1;
  } else if (n_free() <= claimed_ && !grow(1).ok()) {
    return -1;
  }
  const int32_t block = free_.back();
  free_.pop_back();
  references_[static_cast<size_t>(block)] = 1;
  return block;
}

int32_t BlockPool::acquire(int32_t& claimed) {
  const int32_t block = take(claimed);
  // It may hold another sequence's numbers; unused slots are zeros by contract.
  if (block >= 0) std::memset(data(block), 0, block_bytes_);
  return block;
}

int32_t BlockPool::acquire_copy(int32_t block, int32_t& claimed) {
  const int32_t copy = take(claimed);
  if (copy >= 0) std::memcpy(data(copy), data(block), block_bytes_);
  return copy;
}

void BlockPool::release(int32_t block) {
  if (--references_[static_cast<size_t>(block)] == 0) free_.push_back(block);
}

}  // namespace onehead
