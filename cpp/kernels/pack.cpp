#include "kernels/pack.hpp"

#include <cstring>

#include "base/half.hpp"

namespace onehead {
namespace {

template <class T>
T read(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// Element k of a row as it lies in a file.
float file_element(WeightType type, const std::byte* row, int32_t k) {
  switch (type) {
    case WeightType::kF32:
      return read<float>(row + static_cast<size_t>(k) * 4);
    case WeightType::kF16:
      return f16_to_f32(read<uint16_t>(row + static_cast<size_t>(k) * 2));
    case WeightType::kBF16:
      return bf16_to_f32(read<uint16_t>(row + static_cast<size_t>(k) * 2));
    case WeightType::kQ8_0: {
      const std::byte* block = row + static_cast<size_t>(k / kQ8Block) * 34;
      const auto q = static_cast<int8_t>(block[2 + k % kQ8Block]);
      return f16_to_f32(read<uint16_t>(block)) * static_cast<float>(q);
    }
  }
  return 0.0f;
}

void pack_f32_row(WeightType src, const std::byte* row, int32_t n_cols, float* column) {
  for (int32_t k = 0; k < n_cols; ++k) column[k * kFloatTileRows] = file_element(src, row, k);
}

void pack_16bit_row(const std::byte* row, int32_t n_cols, uint16_t* column) {
  for (int32_t k = 0; k < n_cols; ++k) {
    column[k * kFloatTileRows] = read<uint16_t>(row + static_cast<size_t>(k) * 2);
  }
}

// lane: the row's place in its tile.
void pack_q8_row(const std::byte* row, int32_t n_cols, int32_t lane, std::byte* tile) {
  for (int32_t block = 0; block < n_cols / kQ8Block;
       ++block, row += 34, tile += kQ8TileBlockBytes) {
    std::memcpy(tile + lane * 2, row, 2);
    for (int32_t group = 0; group < kQ8Block / 4; ++group) {
      std::memcpy(tile + kQ8ScaleBytes + (group * kQ8TileRows + lane) * 4, row + 2 + group * 4, 4);
    }
  }
}

}  // namespace

void pack_rows(WeightType src, const std::byte* rows, int32_t row_begin, int32_t n,
               const TiledMatrix& dst, std::byte* dst_data) {
  const int32_t rows_per_tile = tile_rows(dst.type);
  const size_t bytes_per_tile = tile_bytes(dst.type, dst.n_cols);
  const size_t bytes_per_row = row_bytes(src, dst.n_cols);
  for (int32_t i = 0; i < n; ++i) {
    const int32_t row = row_begin + i;
    const int32_t lane = row % rows_per_tile;
    std::byte* tile = dst_data + static_cast<size_t>(row / rows_per_tile) * bytes_per_tile;
    const std::byte* from = rows + static_cast<size_t>(i) * bytes_per_row;
    // The last tile of these rows may have outputs that do not exist.
    if (lane == 0 && n - i < rows_per_tile) std::memset(tile, 0, bytes_per_tile);
    switch (dst.type) {
      case WeightType::kF32:
        pack_f32_row(src, from, dst.n_cols, reinterpret_cast<float*>(tile) + lane);
        break;
      case WeightType::kF16:
      case WeightType::kBF16:
        pack_16bit_row(from, dst.n_cols, reinterpret_cast<uint16_t*>(tile) + lane);
        break;
      case WeightType::kQ8_0:
        pack_q8_row(from, dst.n_cols, lane, tile);
        break;
    }
  }
}

void unpack_row(const TiledMatrix& matrix, int32_t row, float* out) {
  const int32_t rows_per_tile = tile_rows(matrix.type);
  const int32_t lane = row % rows_per_tile;
  const std::byte* tile = matrix.data + static_cast<size_t>(row / rows_per_tile) *
                                            tile_bytes(matrix.type, matrix.n_cols);
  const auto* floats = reinterpret_cast<const float*>(tile) + lane;
  const auto* halves = reinterpret_cast<const uint16_t*>(tile) + lane;
  switch (matrix.type) {
    case WeightType::kF32:
      for (int32_t k = 0; k < matrix.n_cols; ++k) out[k] = floats[k * kFloatTileRows];
      break;
    case WeightType::kF16:
      for (int32_t k = 0; k < matrix.n_cols; ++k) out[k] = f16_to_f32(halves[k * kFloatTileRows]);
      break;
    case WeightType::kBF16:
      for (int32_t k = 0; k < matrix.n_cols; ++k) out[k] = bf16_to_f32(halves[k * kFloatTileRows]);
      break;
    case WeightType::kQ8_0:
      for (int32_t block = 0; block < matrix.n_cols / kQ8Block;
           ++block, tile += kQ8TileBlockBytes) {
        const float scale = f16_to_f32(read<uint16_t>(tile + lane * 2));
        const std::byte* quants = tile + kQ8ScaleBytes + lane * 4;
        for (int32_t i = 0; i < kQ8Block; ++i) {
          const auto q = static_cast<int8_t>(quants[i / 4 * kQ8TileRows * 4 + i % 4]);
          out[block * kQ8Block + i] = scale * static_cast<float>(q);
        }
      }
      break;
  }
}

}  // namespace onehead
