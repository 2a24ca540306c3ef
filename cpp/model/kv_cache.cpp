#include "model/kv_cache.hpp"

#include <cstring>
#include <utility>

#include "base/checked.hpp"

namespace onehead {

BlockPool::BlockPool(const Config& config)
    : n_kv_heads_(config.n_kv_heads),
      tile_floats_(static_cast<size_t>(config.head_dim) * kBlockPositions),
      block_floats_(static_cast<size_t>(config.n_layers) * static_cast<size_t>(config.n_kv_heads) *
                    2 * tile_floats_) {}

Status BlockPool::reserve(int32_t n_blocks) {
  const int32_t missing = n_blocks - capacity();
  if (missing <= 0) return {};
  uint64_t bytes = 0;
  if (!checked_mul(static_cast<uint64_t>(missing), block_bytes(), bytes) || bytes > SIZE_MAX) {
    return {ErrorCode::kOutOfMemory,
            "The K/V cache for this context length does not fit in memory."};
  }
  Expected<AlignedBuffer> slab = AlignedBuffer::allocate(static_cast<size_t>(bytes));
  if (!slab.ok()) return slab.status();
  float* base = reinterpret_cast<float*>(slab->data());
  const int32_t first = capacity();
  const size_t total = static_cast<size_t>(n_blocks);
  blocks_.reserve(total);
  references_.reserve(total);
  free_.reserve(total);
  for (int32_t i = 0; i < missing; ++i) {
    blocks_.push_back(base + static_cast<size_t>(i) * block_floats_);
    references_.push_back(0);
  }
  for (int32_t i = missing; i-- > 0;) free_.push_back(first + i);
  slabs_.push_back(std::move(*slab));
  return {};
}

int32_t BlockPool::acquire() {
  if (free_.empty()) return -1;
  const int32_t block = free_.back();
  free_.pop_back();
  references_[static_cast<size_t>(block)] = 1;
  // A block that was used before holds another sequence's numbers; unused slots are zeros by
  // contract.
  std::memset(blocks_[static_cast<size_t>(block)], 0, block_bytes());
  return block;
}

void BlockPool::release(int32_t block) {
  if (--references_[static_cast<size_t>(block)] == 0) free_.push_back(block);
}

void BlockPool::copy(int32_t from, int32_t to) {
  std::memcpy(blocks_[static_cast<size_t>(to)], blocks_[static_cast<size_t>(from)], block_bytes());
}

float* BlockPool::keys(int32_t block, int32_t layer, int32_t kv_head) {
  const size_t tile = (static_cast<size_t>(layer) * static_cast<size_t>(n_kv_heads_) +
                       static_cast<size_t>(kv_head)) *
                      2;
  return blocks_[static_cast<size_t>(block)] + tile * tile_floats_;
}

float* BlockPool::values(int32_t block, int32_t layer, int32_t kv_head) {
  return keys(block, layer, kv_head) + tile_floats_;
}

Sequence::Sequence(BlockPool& pool, int32_t max_length) : pool_(&pool), max_length_(max_length) {
  blocks_.reserve(static_cast<size_t>(blocks_for(max_length)));
}

bool Sequence::extend() {
  const int32_t slot = length_ % kBlockPositions;
  if (slot == 0) {
    const int32_t block = pool_->acquire();
    if (block < 0) return false;
    blocks_.push_back(block);
  } else if (pool_->is_shared(blocks_.back())) {
    const int32_t block = pool_->acquire();
    if (block < 0) return false;
    pool_->copy(blocks_.back(), block);
    pool_->release(blocks_.back());
    blocks_.back() = block;
  }
  ++length_;
  return true;
}

void Sequence::truncate(int32_t length) {
  const size_t keep = static_cast<size_t>(blocks_for(length));
  while (blocks_.size() > keep) {
    pool_->release(blocks_.back());
    blocks_.pop_back();
  }
  length_ = length;
}

void Sequence::share(const Sequence& source) {
  truncate(0);
  for (const int32_t block : source.blocks_) {
    pool_->retain(block);
    blocks_.push_back(block);
  }
  length_ = source.length_;
}

}  // namespace onehead
