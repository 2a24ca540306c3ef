// One row's block of 32 quantised weights by itself: what it says in a file, in a tile, and as
// numbers. Packing and the embedding look-up go through it; the matrix product does not.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/tiled_matrix.hpp"

namespace onehead::detail {

struct QuantBlock {
  uint32_t groups[kQuantGroups];  // 4 quants each, the first in the low byte
  float scale[2];                 // of the first and of the second 16; the same where a block has
                                  // one
  float minimum;                  // added; 0 where the type has none
};

// Block `block` (of 32 inputs) of a row as it lies in a file.
void read_file_block(WeightType type, const std::byte* row, int32_t block, QuantBlock& out);

// Into and out of the block of a tile at `lane`, the row's place in the tile.
void write_tile_block(WeightType type, const QuantBlock& from, int32_t lane, std::byte* tile_block);
void read_tile_block(WeightType type, const std::byte* tile_block, int32_t lane, QuantBlock& out);

// scale * (q - zero point) + minimum, the sum only where the type has a minimum.
void dequantize_block(WeightType type, const QuantBlock& block, float* out);

}  // namespace onehead::detail
