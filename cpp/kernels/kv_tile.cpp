#include "kernels/kv_tile.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/hadamard.hpp"
#include "kernels/quantize_head.hpp"

namespace onehead {
namespace {

// Calls store(d, q) for every dimension of the quantised vector.
template <class Store>
float store_quantized(const float* x, int32_t n, Store store) {
  constexpr int32_t kAtOnce = 64;
  const float scale = head_scale(x, n, kLargestKv);
  int16_t q[kAtOnce];
  for (int32_t begin = 0; begin < n; begin += kAtOnce) {
    const int32_t count = std::min(kAtOnce, n - begin);
    quantize_with_scale(x + begin, count, scale, kLargestKv, q);
    for (int32_t d = 0; d < count; ++d) store(begin + d, static_cast<int8_t>(q[d]));
  }
  return scale;
}

// The byte of a key's dimension, and of a value's, from the beginning of the slot's group on.
constexpr int32_t key_offset(int32_t slot, int32_t d) {
  return (d / 4 * Int8KvTile::kKeyPositions + slot % Int8KvTile::kKeyPositions) * 4 + d % 4;
}
constexpr int32_t value_offset(int32_t slot, int32_t d) {
  return d * Int8KvTile::kValuePositions + slot % Int8KvTile::kValuePositions;
}

int8_t* key_group(const Int8KvTile& tile, int32_t slot) {
  return tile.keys_at(slot / Int8KvTile::kKeyPositions * Int8KvTile::kKeyPositions);
}
int8_t* value_group(const Int8KvTile& tile, int32_t slot) {
  return tile.values_at(slot / Int8KvTile::kValuePositions * Int8KvTile::kValuePositions);
}

void store_int8(const KvTile& kv, int32_t slot, const float* key, const float* value) {
  const Int8KvTile tile(kv);
  int8_t* keys = key_group(tile, slot);
  int8_t* values = value_group(tile, slot);
  float deviation[kMaxInt8HeadDim];
  std::copy_n(key, kv.head_dim, deviation);
  hadamard(deviation, kv.head_dim);
  for (int32_t d = 0; d < kv.head_dim; ++d) deviation[d] = deviation[d] - tile.center[d];
  tile.key_scales[slot] = store_quantized(
      deviation, kv.head_dim, [&](int32_t d, int8_t q) { keys[key_offset(slot, d)] = q; });
  float turned[kMaxInt8HeadDim];
  std::copy_n(value, kv.head_dim, turned);
  hadamard(turned, kv.head_dim);
  tile.value_scales[slot] = store_quantized(
      turned, kv.head_dim, [&](int32_t d, int8_t q) { values[value_offset(slot, d)] = q; });
}

}  // namespace

size_t kv_tile_bytes(KvType type, int32_t head_dim) {
  const auto dim = static_cast<size_t>(head_dim);
  switch (type) {
    case KvType::kF32:
      break;
    case KvType::kInt8:
      return kBlockPositions * ((dim + 3) / 4 * 4 + (dim + 7) / 8 * 8 + 2 * sizeof(float)) +
             (dim + 15) / 16 * 16 * sizeof(float);
  }
  return 2 * sizeof(float) * kBlockPositions * dim;
}

void begin_tile(const KvTile& tile, const KvTile* previous) {
  if (tile.type != KvType::kInt8 || previous == nullptr) return;
  const Int8KvTile before(*previous);
  const Int8KvTile parts(tile);
  for (int32_t d = 0; d < tile.head_dim; ++d) {
    float sum = 0.0f;
    for (int32_t slot = 0; slot < kBlockPositions; ++slot) {
      const int8_t q = key_group(before, slot)[key_offset(slot, d)];
      sum = sum + static_cast<float>(q) * before.key_scales[slot];
    }
    parts.center[d] = before.center[d] + sum * (1.0f / kBlockPositions);
  }
}

void store_position(const KvTile& tile, int32_t slot, const float* key, const float* value) {
  if (tile.type == KvType::kInt8) return store_int8(tile, slot, key, value);
  float* keys = tile.keys() + slot;
  for (int32_t d = 0; d < tile.head_dim; ++d) keys[d * kBlockPositions] = key[d];
  std::memcpy(tile.values() + slot * tile.head_dim, value,
              static_cast<size_t>(tile.head_dim) * sizeof(float));
}

void load_key(const KvTile& tile, int32_t slot, float* out) {
  if (tile.type == KvType::kInt8) {
    const Int8KvTile parts(tile);
    const int8_t* keys = key_group(parts, slot);
    for (int32_t d = 0; d < tile.head_dim; ++d) {
      out[d] =
          parts.center[d] + static_cast<float>(keys[key_offset(slot, d)]) * parts.key_scales[slot];
    }
    hadamard_inverse(out, tile.head_dim);
    return;
  }
  const float* keys = tile.keys() + slot;
  for (int32_t d = 0; d < tile.head_dim; ++d) out[d] = keys[d * kBlockPositions];
}

void load_value(const KvTile& tile, int32_t slot, float* out) {
  if (tile.type == KvType::kInt8) {
    const Int8KvTile parts(tile);
    const int8_t* values = value_group(parts, slot);
    for (int32_t d = 0; d < tile.head_dim; ++d) {
      out[d] = static_cast<float>(values[value_offset(slot, d)]) * parts.value_scales[slot];
    }
    hadamard_inverse(out, tile.head_dim);
    return;
  }
  std::memcpy(out, tile.values() + slot * tile.head_dim,
              static_cast<size_t>(tile.head_dim) * sizeof(float));
}

}  // namespace onehead
