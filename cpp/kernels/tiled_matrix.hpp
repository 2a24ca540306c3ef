// A weight matrix W [n_rows outputs, n_cols inputs] repacked so that SIMD lanes run over outputs.
//
// F32, F16, BF16: tiles of 16 outputs, [n_cols][16] elements.
//
// Quantised types: tiles of 8 outputs; for each block of 32 inputs
//   scales  [1 or 2][8 outputs] f16, or f32 where a file's scale is a product (K types); two where
//           each half of the block has its own (Q6_K)
//   minima  [8 outputs] of the same kind, where the type has them; added to scale * quant
//   quants  unsigned as in the file (Q8_0: signed), in planes of [8 outputs][4 inputs], a byte for
//           each; 4 inputs make a group, so a block has 8:
//     8 bits: 8 planes, a group each
//     4 bits: 4 planes p, group p in the low nibble, group p + 4 in the high one
//     5 bits: 5 planes, whose low 5 bits are the groups 0, 1, 3, 4, 6; the upper 3 of plane 0 and
//             the upper 2 of plane 1 are group 2 from its lowest bit on, those of 2 and 3 group 5;
//             the upper 3 of plane 4 and bit 5 of planes 1 and 3 are group 7
//     6 bits: 6 planes, whose low 6 bits are the groups 0, 1, 2, 4, 5, 6; the upper 2 of the first
//             three are group 3 from its lowest bit on, those of the others group 7
// so that whole vectors of quants come by few shifts and masks.
//
// A Q8_0 matrix may be split (split_matrix.hpp).
//
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
  bool split = false;
};

// A part of a matrix, in tiles: the unit in which threads share work.
struct TileRange {
  int32_t begin = 0;
  int32_t end = 0;
};

inline constexpr int32_t kFloatTileRows = 16;
inline constexpr int32_t kQuantTileRows = 8;
inline constexpr int32_t kQuantBlock = 32;  // inputs that share an activation scale
inline constexpr int32_t kQuantGroup = 4;   // inputs of one output that lie side by side
inline constexpr int32_t kQuantGroups = kQuantBlock / kQuantGroup;
inline constexpr int32_t kQuantGroupBytes = kQuantTileRows * kQuantGroup;

// How a quantised type lies in a tile.
struct QuantLayout {
  int32_t bits = 0;
  int32_t scale_bytes = 0;  // 2: f16, 4: f32
  int32_t n_scales = 1;     // of a block of 32
  bool has_minimum = false;
  int32_t zero_point = 0;

  constexpr int32_t scales_bytes() const {
    return kQuantTileRows * scale_bytes * (n_scales + (has_minimum ? 1 : 0));
  }
  constexpr int32_t block_bytes() const {
    return scales_bytes() + kQuantTileRows * kQuantBlock * bits / 8;
  }
};

constexpr QuantLayout quant_layout(WeightType type) {
  switch (type) {
    case WeightType::kQ4_0:
      return {4, 2, 1, false, 8};
    case WeightType::kQ4_1:
      return {4, 2, 1, true, 0};
    case WeightType::kQ5_0:
      return {5, 2, 1, false, 16};
    case WeightType::kQ5_1:
      return {5, 2, 1, true, 0};
    case WeightType::kQ8_0:
      return {8, 2, 1, false, 0};
    case WeightType::kQ4_K:
      return {4, 4, 1, true, 0};
    case WeightType::kQ5_K:
      return {5, 4, 1, true, 0};
    case WeightType::kQ6_K:
      return {6, 4, 2, false, 32};
    case WeightType::kF32:
    case WeightType::kF16:
    case WeightType::kBF16:
      break;
  }
  return {};
}

constexpr int32_t tile_rows(WeightType type) {
  return is_quantized(type) ? kQuantTileRows : kFloatTileRows;
}

// Bytes of one tile.
constexpr size_t tile_bytes(WeightType type, int32_t n_cols) {
  const auto cols = static_cast<size_t>(n_cols);
  if (is_quantized(type)) {
    return cols / kQuantBlock * static_cast<size_t>(quant_layout(type).block_bytes());
  }
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
