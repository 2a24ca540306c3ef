// Between a file's row-major weights and tiles.
#pragma once

#include "kernels/tiled_matrix.hpp"

namespace onehead {

// Writes rows [row_begin, row_begin + n) of dst, given as they lie in a file: row-major, each
// row_bytes(src, dst.n_cols), any alignment. dst.type is src, or kF32 (dequantised by the formula
// beside the type). row_begin is a multiple of tile_rows(dst.type), and n is too unless
// these are the last rows; outputs of the last tile beyond them become zeros. dst_data is dst.data.
void pack_rows(WeightType src, const std::byte* rows, int32_t row_begin, int32_t n,
               const TiledMatrix& dst, std::byte* dst_data);

// One row as f32, [n_cols]: the embedding look-up.
void unpack_row(const TiledMatrix& matrix, int32_t row, float* out);

}  // namespace onehead
