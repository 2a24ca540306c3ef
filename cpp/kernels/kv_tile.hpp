// Keys and values of 64 positions of one K/V head, as the attention kernels read them. A position
// is appended without touching the others.
//
//   kF32    K [head_dim][64], V [64][head_dim]
//   kInt8   K [8][ceil(head_dim / 4)][8 positions][4 dimensions], V [16][head_dim rounded up to
//           8][4 positions]; then f32: scales of K [64] and of V [64], one for each position
//           (kernels/quantize_head.hpp), and the center [head_dim]. Padding is zeros.
//
// Integers are of transformed keys and values (kernels/hadamard.hpp). Those of a key are its
// deviation from the center of its block, which is the mean of the block before: what all keys
// share would otherwise take most of their range.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace onehead {

// The positions of a block: block = position / 64, always.
inline constexpr int32_t kBlockPositions = 64;

// How the numbers of a K/V cache are kept.
enum class KvType : uint8_t { kF32, kInt8 };

constexpr std::string_view kv_type_name(KvType type) {
  return type == KvType::kInt8 ? "int8" : "f32";
}

// Larger heads have no int8 cache.
inline constexpr int32_t kMaxInt8HeadDim = 1024;

struct KvTile {
  KvType type = KvType::kF32;
  int32_t head_dim = 0;
  std::byte* data = nullptr;  // kv_tile_bytes, on a 64-byte boundary

  float* keys() const { return reinterpret_cast<float*>(data); }
  float* values() const { return keys() + head_dim * kBlockPositions; }
};

// The parts of an int8 tile.
struct Int8KvTile {
  static constexpr int32_t kKeyPositions = 8;
  static constexpr int32_t kValuePositions = 4;

  int32_t key_groups;  // of 4 dimensions
  int32_t value_dim;   // head_dim rounded up to 8
  int8_t* keys;
  int8_t* values;
  float* key_scales;
  float* value_scales;
  float* center;

  explicit Int8KvTile(const KvTile& tile)
      : key_groups((tile.head_dim + 3) / 4),
        value_dim((tile.head_dim + 7) / 8 * 8),
        keys(reinterpret_cast<int8_t*>(tile.data)),
        values(keys + kBlockPositions * 4 * key_groups),
        key_scales(reinterpret_cast<float*>(values + kBlockPositions * value_dim)),
        value_scales(key_scales + kBlockPositions),
        center(value_scales + kBlockPositions) {}

  // Where the 8 positions from `position` on have their first 4 dimensions.
  int8_t* keys_at(int32_t position) const { return keys + position * 4 * key_groups; }
  // Where the 4 positions from `position` on have their first dimension.
  int8_t* values_at(int32_t position) const { return values + position * value_dim; }
};

// A multiple of 64.
size_t kv_tile_bytes(KvType type, int32_t head_dim);

// Before slot 0 of a zeroed tile is stored. `previous`: the block before it, which is full, or
// null.
void begin_tile(const KvTile& tile, const KvTile* previous);

// key and value [head_dim], finite.
void store_position(const KvTile& tile, int32_t slot, const float* key, const float* value);

// The numbers that attention computes with, transformed back: out [head_dim].
void load_key(const KvTile& tile, int32_t slot, float* out);
void load_value(const KvTile& tile, int32_t slot, float* out);

}  // namespace onehead
