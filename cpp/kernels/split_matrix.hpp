// A Q8_0 matrix in two halves, the upper and the lower four bits of its quants:
//
//   q + 128 = 16 * upper + lower,   so   q = 16 * (upper - 8) + lower
//
// First all upper halves, as a Q4_0 matrix with the scales; then all lower ones, tile by tile, each
// block as Q4_0's planes without scales. Together they take what a Q8_0 matrix takes, and the upper
// half alone says roughly what a product is (logit_bound.hpp).
#pragma once

#include "kernels/quant_block.hpp"
#include "kernels/tiled_matrix.hpp"

namespace onehead::detail {

inline constexpr int32_t kLowerBlockBytes = kQuantTileRows * kQuantBlock / 2;

constexpr TiledMatrix upper_half(const TiledMatrix& w) {
  return {WeightType::kQ4_0, w.n_rows, w.n_cols, w.data};
}

// Where the lower half of a tile begins, from the matrix's data on.
constexpr size_t lower_offset(const TiledMatrix& w, int32_t tile) {
  const auto bytes = static_cast<size_t>(w.n_cols / kQuantBlock) * kLowerBlockBytes;
  return static_cast<size_t>(n_tiles(w)) * tile_bytes(WeightType::kQ4_0, w.n_cols) +
         static_cast<size_t>(tile) * bytes;
}

// A row's block, Q8_0 as in a file, into the blocks of its tile at `lane`, and out of them.
void write_split_block(const std::byte* file_block, int32_t lane, std::byte* upper,
                       std::byte* lower);
void read_split_block(const std::byte* upper, const std::byte* lower, int32_t lane,
                      QuantBlock& out);

}  // namespace onehead::detail
