#include "model/kv_cache.hpp"

#include <algorithm>

namespace onehead {

KvCache::KvCache(const Config& config, KvType type, int32_t chunk)
    : type_(type), head_dim_(config.head_dim), n_kv_heads_(config.n_kv_heads), chunk_(chunk) {
  std::vector<Group> groups;
  for (int32_t layer = 0; layer < config.n_layers; ++layer) {
    const int32_t window = config.window_of(layer);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [window](const Group& g) { return g.window == window; });
    if (group == groups.end()) group = groups.insert(groups.end(), {window, 0, BlockPool(0)});
    places_.push_back({static_cast<int32_t>(group - groups.begin()), group->n_layers++});
  }
  const size_t tile_bytes = kv_tile_bytes(type, head_dim_);
  for (const Group& g : groups) {
    const auto n_tiles = static_cast<size_t>(g.n_layers) * static_cast<size_t>(n_kv_heads_);
    groups_.push_back({g.window, g.n_layers, BlockPool(n_tiles * tile_bytes)});
  }
}

int32_t KvCache::first_seen(int32_t group, int32_t position) const {
  const int32_t window = groups_[static_cast<size_t>(group)].window;
  return window == 0 ? 0 : std::max(0, position + 1 - window);
}

int32_t KvCache::first_needed(int32_t group, int32_t length) const {
  return std::min(first_seen(group, length), std::max(0, length - 1));
}

int32_t KvCache::most_blocks(int32_t group, int32_t length) const {
  const int32_t window = groups_[static_cast<size_t>(group)].window;
  const int32_t all = blocks_for(length);
  // Before a step a sequence of length n holds the block of position n - kRewindPositions - window
  // + 1, and in the step it grows to n + chunk.
  if (window == 0 || window >= length) return all;
  return std::min(all, blocks_for(std::max(window, 2) + kRewindPositions + chunk_ - 2) + 1);
}

uint64_t KvCache::bytes_for(int32_t length) const {
  uint64_t bytes = 0;
  for (int32_t g = 0; g < n_groups(); ++g) {
    bytes += static_cast<uint64_t>(most_blocks(g, length)) * pool(g).block_bytes();
  }
  return bytes;
}

size_t KvCache::bytes_per_position() const {
  size_t bytes = 0;
  for (const Group& g : groups_) bytes += g.pool.block_bytes() / kBlockPositions;
  return bytes;
}

KvTile KvCache::tile(int32_t block, int32_t layer, int32_t kv_head) {
  const Place place = places_[static_cast<size_t>(layer)];
  const auto index = static_cast<size_t>(place.layer) * static_cast<size_t>(n_kv_heads_) +
                     static_cast<size_t>(kv_head);
  return {type_, head_dim_,
          pool(place.group).data(block) + index * kv_tile_bytes(type_, head_dim_)};
}

}  // namespace onehead
