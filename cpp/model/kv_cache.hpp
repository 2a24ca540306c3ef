// Keys and values of all sequences, in blocks of 64 positions.
//
// Layers that see equally far back form a window group, which has a pool of its own. A block of a
// group holds [layer of the group][n_kv_heads] tiles (kernels/kv_tile.hpp); position p of a
// sequence lies in its block p / 64, slot p % 64, in every group. A group with a window keeps only
// what later positions can still see, and a little more, so that a sequence can go back some steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/kv_tile.hpp"
#include "model/block_pool.hpp"
#include "model/config.hpp"

namespace onehead {

// A sequence can go back by so many positions without reading anything again.
inline constexpr int32_t kRewindPositions = 64;

constexpr int32_t blocks_for(int32_t n_positions) {
  return (n_positions + kBlockPositions - 1) / kBlockPositions;
}

class KvCache {
 public:
  // `chunk`: positions that a sequence grows by in one step, at most.
  KvCache(const Config& config, KvType type, int32_t chunk);

  KvType type() const { return type_; }
  int32_t n_groups() const { return static_cast<int32_t>(groups_.size()); }
  int32_t group_of(int32_t layer) const { return places_[static_cast<size_t>(layer)].group; }
  BlockPool& pool(int32_t group) { return groups_[static_cast<size_t>(group)].pool; }
  const BlockPool& pool(int32_t group) const { return groups_[static_cast<size_t>(group)].pool; }

  // The first position that a query at `position` sees in the layers of a group.
  int32_t first_seen(int32_t group, int32_t position) const;
  // The first position whose block a sequence of `length` positions needs to go on: what the next
  // query sees, and the last block, from which a new one takes its center.
  int32_t first_needed(int32_t group, int32_t length) const;
  // The most blocks of a group that a sequence holds until it has `length` positions.
  int32_t most_blocks(int32_t group, int32_t length) const;
  // Memory of a sequence that grows to `length` positions.
  uint64_t bytes_for(int32_t length) const;
  size_t bytes_per_position() const;

  // `block` is one of the layer's group.
  KvTile tile(int32_t block, int32_t layer, int32_t kv_head);

 private:
  struct Group {
    int32_t window;  // 0: all positions are seen
    int32_t n_layers;
    BlockPool pool;
  };
  struct Place {
    int32_t group;
    int32_t layer;  // among the group's
  };

  KvType type_;
  int32_t head_dim_;
  int32_t n_kv_heads_;
  int32_t chunk_;
  std::vector<Group> groups_;
  std::vector<Place> places_;  // of each layer
};

}  // namespace onehead
