// Keys and values of 64 positions of one K/V head, as the attention kernels read them. A position
// is appended without touching the others.
//
//   kF32    K [head_dim][64], V [64][head_dim]
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace onehead {

// The positions of a block: block = position / 64, always.
inline constexpr int32_t kBlockPositions = 64;

// How the numbers of a K/V cache are kept.
enum class KvType : uint8_t { kF32 };

constexpr std::string_view kv_type_name(KvType) { return "f32"; }

struct KvTile {
  KvType type = KvType::kF32;
  int32_t head_dim = 0;
  std::byte* data = nullptr;  // kv_tile_bytes, on a 64-byte boundary

  float* keys() const { return reinterpret_cast<float*>(data); }
  float* values() const { return keys() + head_dim * kBlockPositions; }
};

// A multiple of 64.
size_t kv_tile_bytes(KvType type, int32_t head_dim);

// key and value [head_dim].
void store_position(const KvTile& tile, int32_t slot, const float* key, const float* value);

// The numbers that attention computes with: out [head_dim].
void load_key(const KvTile& tile, int32_t slot, float* out);
void load_value(const KvTile& tile, int32_t slot, float* out);

}  // namespace onehead
