#include "model/sequence.hpp"

#include <algorithm>

namespace onehead {

Sequence::Sequence(KvCache& cache, int32_t max_length)
    : cache_(&cache), max_length_(max_length), lists_(static_cast<size_t>(cache.n_groups())) {
  for (int32_t g = 0; g < cache.n_groups(); ++g) {
    list(g).blocks.reserve(static_cast<size_t>(cache.most_blocks(g, max_length)));
  }
}

Sequence::~Sequence() {
  reserved_ = 0;
  truncate(0);
}

size_t Sequence::kv_bytes() const {
  size_t bytes = 0;
  for (int32_t g = 0; g < cache_->n_groups(); ++g) {
    bytes += list(g).blocks.size() * cache_->pool(g).block_bytes();
  }
  return bytes;
}

// Blocks that the group must still get until the sequence has `length` positions. Those that its
// window passes meanwhile come back to it.
int32_t Sequence::blocks_to_come(int32_t group, int32_t length) const {
  if (length <= length_) return 0;
  const BlockList& blocks = list(group);
  const auto n_held = static_cast<int32_t>(blocks.blocks.size());
  const int32_t n_more = std::min(blocks_for(length) - blocks_for(length_),
                                  std::max(0, cache_->most_blocks(group, length) - n_held));
  const bool copies = length_ % kBlockPositions != 0 && n_held > 0 &&
                      cache_->pool(group).is_shared(blocks.blocks.back());
  return n_more + (copies ? 1 : 0);
}

Status Sequence::reserve(int32_t length) {
  for (int32_t g = 0; g < cache_->n_groups(); ++g) {
    const int32_t claimed = blocks_to_come(g, length);
    if (Status status = cache_->pool(g).claim(list(g).claimed, claimed); !status.ok()) {
      update_claims();
      return status;
    }
    list(g).claimed = claimed;
  }
  reserved_ = length;
  return {};
}

// Claims follow what is still to come. Where one would need memory that is not there (blocks that a
// fork keeps do not come back), it stays as it is, and extend() asks again.
void Sequence::update_claims() {
  for (int32_t g = 0; g < cache_->n_groups(); ++g) {
    const int32_t claimed = blocks_to_come(g, reserved_);
    if (cache_->pool(g).claim(list(g).claimed, claimed).ok()) list(g).claimed = claimed;
  }
}

bool Sequence::extend() {
  const bool opens_block = length_ % kBlockPositions == 0;
  int32_t g = 0;
  for (; g < cache_->n_groups(); ++g) {
    BlockPool& pool = cache_->pool(g);
    BlockList& blocks = list(g);
    if (opens_block) {
      const int32_t block = pool.acquire(blocks.claimed);
      if (block < 0) break;
      blocks.blocks.push_back(block);
    } else if (pool.is_shared(blocks.blocks.back())) {
      const int32_t block = pool.acquire_copy(blocks.blocks.back(), blocks.claimed);
      if (block < 0) break;
      pool.release(blocks.blocks.back());
      blocks.blocks.back() = block;
    }
  }
  if (g < cache_->n_groups()) {
    while (opens_block && g-- > 0) {
      cache_->pool(g).release(list(g).blocks.back());
      list(g).blocks.pop_back();
    }
    update_claims();
    return false;
  }
  ++length_;
  return true;
}

void Sequence::settle() {
  bool passed = false;
  for (int32_t g = 0; g < cache_->n_groups(); ++g) {
    BlockList& blocks = list(g);
    const int32_t first =
        cache_->first_needed(g, std::max(0, length_ - kRewindPositions)) / kBlockPositions;
    if (first <= blocks.first) continue;
    const auto n_passed =
        std::min<ptrdiff_t>(first - blocks.first, static_cast<ptrdiff_t>(blocks.blocks.size()));
    for (ptrdiff_t i = 0; i < n_passed; ++i) {
      cache_->pool(g).release(blocks.blocks[static_cast<size_t>(i)]);
    }
    blocks.blocks.erase(blocks.blocks.begin(), blocks.blocks.begin() + n_passed);
    blocks.first += static_cast<int32_t>(n_passed);
    passed = true;
  }
  if (passed) update_claims();
}

bool Sequence::is_whole_at(int32_t length) const {
  for (int32_t g = 0; g < cache_->n_groups(); ++g) {
    if (cache_->first_needed(g, length) < first_held(g)) return false;
  }
  return true;
}

void Sequence::truncate(int32_t length) {
  length_ = is_whole_at(length) ? length : 0;
  for (int32_t g = 0; g < cache_->n_groups(); ++g) {
    BlockList& blocks = list(g);
    const auto keep = static_cast<size_t>(std::max(0, blocks_for(length_) - blocks.first));
    while (blocks.blocks.size() > keep) {
      cache_->pool(g).release(blocks.blocks.back());
      blocks.blocks.pop_back();
    }
    if (length_ == 0) blocks.first = 0;
  }
  update_claims();
}

Status Sequence::resume(int32_t length, std::span<const int32_t> first_blocks) {
  for (int32_t g = 0; g < cache_->n_groups(); ++g) {
    BlockList& blocks = list(g);
    blocks.first = first_blocks[static_cast<size_t>(g)];
    for (int32_t i = blocks.first; i < blocks_for(length); ++i) {
      const int32_t block = cache_->pool(g).acquire(blocks.claimed);
      if (block < 0) {
        truncate(0);
        return {ErrorCode::kOutOfMemory, "There is no memory for the keys and values."};
      }
      blocks.blocks.push_back(block);
    }
  }
  length_ = length;
  return {};
}

void Sequence::share(const Sequence& source) {
  truncate(0);
  for (int32_t g = 0; g < cache_->n_groups(); ++g) {
    list(g).first = source.list(g).first;
    list(g).blocks.assign(source.list(g).blocks.begin(), source.list(g).blocks.end());
    for (const int32_t block : list(g).blocks) cache_->pool(g).retain(block);
  }
  length_ = source.length_;
}

}  // namespace onehead
