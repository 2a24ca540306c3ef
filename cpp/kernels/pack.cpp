#include "kernels/pack.hpp"

#include <cstring>

#include "base/half.hpp"
#include "kernels/quant_block.hpp"
#include "kernels/split_matrix.hpp"

namespace onehead {
namespace {

template <class T>
T read(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// Element k of a row of floats as it lies in a file.
float file_element(WeightType type, const std::byte* row, int32_t k) {
  if (type == WeightType::kF32) return read<float>(row + static_cast<size_t>(k) * 4);
  const auto half = read<uint16_t>(row + static_cast<size_t>(k) * 2);
  return type == WeightType::kF16 ? f16_to_f32(half) : bf16_to_f32(half);
}

void pack_f32_row(WeightType src, const std::byte* row, int32_t n_cols, float* column) {
  if (!is_quantized(src)) {
    for (int32_t k = 0; k < n_cols; ++k) column[k * kFloatTileRows] = file_element(src, row, k);
    return;
  }
  for (int32_t block = 0; block < n_cols / kQuantBlock; ++block) {
    detail::QuantBlock quants;
    float values[kQuantBlock];
    detail::read_file_block(src, row, block, quants);
    detail::dequantize_block(src, quants, values);
    for (const float value : values) {
      *column = value;
      column += kFloatTileRows;
    }
  }
}

void pack_16bit_row(const std::byte* row, int32_t n_cols, uint16_t* column) {
  for (int32_t k = 0; k < n_cols; ++k) {
    column[k * kFloatTileRows] = read<uint16_t>(row + static_cast<size_t>(k) * 2);
  }
}

// The type whose tiles a matrix has from the beginning of its data on.
WeightType first_type(const TiledMatrix& matrix) {
  return matrix.split ? detail::upper_half(matrix).type : matrix.type;
}

// lane: the row's place in its tile; lower: the tile's lower half where the matrix is split.
void pack_quantized_row(const TiledMatrix& matrix, const std::byte* row, int32_t lane,
                        std::byte* tile, std::byte* lower) {
  const int32_t tile_block_bytes = quant_layout(first_type(matrix)).block_bytes();
  for (int32_t block = 0; block < matrix.n_cols / kQuantBlock; ++block, tile += tile_block_bytes) {
    if (matrix.split) {
      const std::byte* from = row + static_cast<size_t>(block) * block_bytes(matrix.type);
      detail::write_split_block(from, lane, tile, lower + block * detail::kLowerBlockBytes);
      continue;
    }
    detail::QuantBlock quants;
    detail::read_file_block(matrix.type, row, block, quants);
    detail::write_tile_block(matrix.type, quants, lane, tile);
  }
}

void unpack_quantized_row(const TiledMatrix& matrix, const std::byte* tile, const std::byte* lower,
                          int32_t lane, float* out) {
  const int32_t tile_block_bytes = quant_layout(first_type(matrix)).block_bytes();
  for (int32_t block = 0; block < matrix.n_cols / kQuantBlock; ++block, tile += tile_block_bytes) {
    detail::QuantBlock quants;
    if (matrix.split) {
      detail::read_split_block(tile, lower + block * detail::kLowerBlockBytes, lane, quants);
    } else {
      detail::read_tile_block(matrix.type, tile, lane, quants);
    }
    detail::dequantize_block(matrix.type, quants, out + block * kQuantBlock);
  }
}

}  // namespace

void pack_rows(WeightType src, const std::byte* rows, int32_t row_begin, int32_t n,
               const TiledMatrix& dst, std::byte* dst_data) {
  const int32_t rows_per_tile = tile_rows(dst.type);
  const size_t bytes_per_tile = tile_bytes(first_type(dst), dst.n_cols);
  const size_t bytes_per_row = row_bytes(src, dst.n_cols);
  for (int32_t i = 0; i < n; ++i) {
    const int32_t row = row_begin + i;
    const int32_t lane = row % rows_per_tile;
    std::byte* tile = dst_data + static_cast<size_t>(row / rows_per_tile) * bytes_per_tile;
    const std::byte* from = rows + static_cast<size_t>(i) * bytes_per_row;
    // The last tile of these rows may have outputs that do not exist.
    std::byte* lower =
        dst.split ? dst_data + detail::lower_offset(dst, row / rows_per_tile) : nullptr;
    if (lane == 0 && n - i < rows_per_tile) {
      std::memset(tile, 0, bytes_per_tile);
      if (dst.split) {
        std::memset(lower, 0, tile_bytes(dst.type, dst.n_cols) - bytes_per_tile);
      }
    }
    if (is_quantized(dst.type)) {
      pack_quantized_row(dst, from, lane, tile, lower);
    } else if (dst.type == WeightType::kF32) {
      pack_f32_row(src, from, dst.n_cols, reinterpret_cast<float*>(tile) + lane);
    } else {
      pack_16bit_row(from, dst.n_cols, reinterpret_cast<uint16_t*>(tile) + lane);
    }
  }
}

void unpack_row(const TiledMatrix& matrix, int32_t row, float* out) {
  const int32_t rows_per_tile = tile_rows(matrix.type);
  const int32_t lane = row % rows_per_tile;
  const std::byte* tile = matrix.data + static_cast<size_t>(row / rows_per_tile) *
                                            tile_bytes(first_type(matrix), matrix.n_cols);
  if (is_quantized(matrix.type)) {
    const std::byte* lower =
        matrix.split ? matrix.data + detail::lower_offset(matrix, row / rows_per_tile) : nullptr;
    unpack_quantized_row(matrix, tile, lower, lane, out);
    return;
  }
  for (int32_t k = 0; k < matrix.n_cols; ++k) {
    out[k] = file_element(matrix.type, tile, k * kFloatTileRows + lane);
  }
}

}  // namespace onehead
