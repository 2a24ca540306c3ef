#include "kernels/kv_tile.hpp"

#include <cstring>

namespace onehead {

size_t kv_tile_bytes(KvType, int32_t head_dim) {
  return 2 * sizeof(float) * kBlockPositions * static_cast<size_t>(head_dim);
}

void store_position(const KvTile& tile, int32_t slot, const float* key, const float* value) {
  float* keys = tile.keys() + slot;
  for (int32_t d = 0; d < tile.head_dim; ++d) keys[d * kBlockPositions] = key[d];
  std::memcpy(tile.values() + slot * tile.head_dim, value,
              static_cast<size_t>(tile.head_dim) * sizeof(float));
}

void load_key(const KvTile& tile, int32_t slot, float* out) {
  const float* keys = tile.keys() + slot;
  for (int32_t d = 0; d < tile.head_dim; ++d) out[d] = keys[d * kBlockPositions];
}

void load_value(const KvTile& tile, int32_t slot, float* out) {
  std::memcpy(out, tile.values() + slot * tile.head_dim,
              static_cast<size_t>(tile.head_dim) * sizeof(float));
}

}  // namespace onehead
