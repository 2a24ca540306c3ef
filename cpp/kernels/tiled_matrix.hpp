// A weight matrix W [n_rows outputs, n_cols inputs] repacked so that SIMD lanes run over outputs.
//
// F32, F16, BF16: tiles of 16 outputs, [n_cols][16] elements.
// Q8_0: tiles of 8 outputs; for each block of 32 inputs 8 f16 scales, then int8
// [8 groups of 4 inputs][8 outputs][4 inputs]: 272 bytes.
// Outputs that the last tile has beyond n_rows are zeros.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/weight_type.hpp"

namespace onehead {

struct TiledMatrix {
  WeightType type = WeightType::kF32;
  int32_t n_rows = 0;
  int32_t n_cols = 0;
  const std::byte* data = nullptr;  // tiled_bytes(), 64-byte aligned
};

// A part of a matrix, in tiles: the unit in which threads share work.
struct TileRange {
  int32_t begin = 0;
  int32_t end = 0;
};

inline constexpr int32_t kFloatTileRows = 16;
inline constexpr int32_t kQ8TileRows = 8;
inline constexpr int32_t kQ8Block = 32;
inline constexpr int32_t kQ8ScaleBytes = 2 * kQ8TileRows;
inline constexpr int32_t kQ8TileBlockBytes = kQ8ScaleBytes + kQ8TileRows * kQ8Block;

constexpr int32_t tile_rows(WeightType type) {
  return type == WeightType::kQ8_0 ? kQ8TileRows : kFloatTileRows;
}

// Bytes of one tile.
constexpr size_t tile_bytes(WeightType type, int32_t n_cols) {
  const auto cols = static_cast<size_t>(n_cols);
  if (type == WeightType::kQ8_0) return cols / kQ8Block * kQ8TileBlockBytes;
  return cols * static_cast<size_t>(kFloatTileRows * block_bytes(type));
}

constexpr int32_t tile_count(WeightType type, int32_t n_rows) {
  return n_rows / tile_rows(type) + (n_rows % tile_rows(type) != 0 ? 1 : 0);
}

constexpr int32_t n_tiles(const TiledMatrix& matrix) {
  return tile_count(matrix.type, matrix.n_rows);
}

// Bytes of the whole matrix, a multiple of 64. The caller has made sure that it fits.
constexpr size_t tiled_bytes(WeightType type, int32_t n_rows, int32_t n_cols) {
  const size_t bytes = static_cast<size_t>(tile_count(type, n_rows)) * tile_bytes(type, n_cols);
  return (bytes + 63) / 64 * 64;
}

}  // namespace onehead
