// Between files, tiles and numbers: every weight type.
#include "kernels/pack.hpp"

#include <string>

#include "format/gguf.hpp"
#include "model/weights.hpp"
#include "reference/ops.hpp"
#include "reference/weights.hpp"
#include "samples.hpp"
#include "support/files.hpp"
#include "weight_files.hpp"

namespace onehead {
namespace {

constexpr WeightType kAllTypes[] = {WeightType::kF32,  WeightType::kF16,  WeightType::kBF16,
                                    WeightType::kQ4_0, WeightType::kQ4_1, WeightType::kQ5_0,
                                    WeightType::kQ5_1, WeightType::kQ8_0, WeightType::kQ4_K,
                                    WeightType::kQ5_K, WeightType::kQ6_K};

struct Tiles {
  AlignedBuffer buffer;
  TiledMatrix matrix;

  Tiles(WeightType type, int32_t n_rows, int32_t n_cols)
      : buffer(*AlignedBuffer::allocate(tiled_bytes(type, n_rows, n_cols))),
        matrix{type, n_rows, n_cols, buffer.data()} {
    std::fill_n(buffer.data(), buffer.size(), std::byte{0xff});
  }
};

void expect_rows(const TiledMatrix& matrix, const reference::Matrix& numbers) {
  for (int32_t row = 0; row < matrix.n_rows; ++row) {
    Floats actual(static_cast<size_t>(matrix.n_cols));
    unpack_row(matrix, row, actual.data());
    ASSERT_TRUE(same_bits(actual.data(), reference::dequantized_row(numbers, row)))
        << weight_type_name(matrix.type) << " row " << row;
  }
}

TEST(Pack, RowsComeBackAndCanComeInPieces) {
  constexpr int32_t kRows = 45, kCols = 512;
  for (const WeightType type : kAllTypes) {
    const std::vector<std::byte> file = random_file(type, kRows, kCols, 40);
    Tiles whole(type, kRows, kCols), pieces(type, kRows, kCols);
    pack_rows(type, file.data(), 0, kRows, whole.matrix, whole.buffer.data());
    for (int32_t begin = 0; begin < kRows; begin += 16) {
      pack_rows(type, file.data() + static_cast<size_t>(begin) * row_bytes(type, kCols), begin,
                std::min(16, kRows - begin), pieces.matrix, pieces.buffer.data());
    }
    const size_t used = static_cast<size_t>(n_tiles(whole.matrix)) * tile_bytes(type, kCols);
    EXPECT_EQ(std::memcmp(whole.buffer.data(), pieces.buffer.data(), used), 0);
    expect_rows(whole.matrix, reference::read_matrix(type, file.data(), kRows, kCols));
  }
}

TEST(Pack, DequantisesEveryTypeToF32Tiles) {
  for (const WeightType type : kAllTypes) {
    const std::vector<std::byte> file = random_file(type, 21, 256, 41);
    Tiles wide(WeightType::kF32, 21, 256);
    pack_rows(type, file.data(), 0, 21, wide.matrix, wide.buffer.data());
    expect_rows(wide.matrix, reference::read_matrix(type, file.data(), 21, 256));
  }
}

// Values that the gguf library gives for the same bytes (tests/data/README.md).
TEST(Pack, NumbersAreTheLibrarys) {
  const auto file =
      support::read_bytes(std::string(ONEHEAD_SOURCE_DIR) + "/tests/data/quantized-blocks.gguf");
  ASSERT_TRUE(file.has_value());
  GgufHeader header;
  ASSERT_TRUE(parse_gguf_header(*file, file->size(), header).ok());
  for (const WeightType type : kQuantizedTypes) {
    const std::string name(weight_type_name(type));
    const GgufTensor* quantized = header.find_tensor(name);
    const GgufTensor* numbers = header.find_tensor(name + ".f32");
    ASSERT_NE(quantized, nullptr) << name;
    ASSERT_NE(numbers, nullptr) << name;
    ASSERT_EQ(static_cast<WeightType>(quantized->type), type);
    const auto n_cols = static_cast<int32_t>(quantized->dims[0]);
    const auto n_rows = static_cast<int32_t>(quantized->dims[1]);
    const std::byte* rows = file->data() + quantized->offset;
    ASSERT_TRUE(rows_are_finite(type, rows, n_rows, n_cols));
    const reference::Matrix expected =
        reference::read_matrix(WeightType::kF32, file->data() + numbers->offset, n_rows, n_cols);

    Tiles tiles(type, n_rows, n_cols);
    pack_rows(type, rows, 0, n_rows, tiles.matrix, tiles.buffer.data());
    expect_rows(tiles.matrix, expected);
    Tiles wide(WeightType::kF32, n_rows, n_cols);
    pack_rows(type, rows, 0, n_rows, wide.matrix, wide.buffer.data());
    expect_rows(wide.matrix, expected);
    for (int32_t row = 0; row < n_rows; ++row) {
      const Floats own =
          reference::dequantized_row(reference::read_matrix(type, rows, n_rows, n_cols), row);
      ASSERT_TRUE(same_bits(own.data(), reference::dequantized_row(expected, row))) << name;
    }
  }
}

TEST(Pack, SizesAreWhatTilesNeed) {
  EXPECT_EQ(tiled_bytes(WeightType::kF32, 17, 3), 2u * 16 * 3 * 4);
  EXPECT_EQ(tiled_bytes(WeightType::kF16, 1, 1), 64u);
  EXPECT_EQ(tiled_bytes(WeightType::kQ8_0, 9, 64), (2u * 2 * 272 + 63) / 64 * 64);
  // Types with f16 scales take what they take in the file.
  for (const WeightType type : {WeightType::kQ4_0, WeightType::kQ4_1, WeightType::kQ5_0,
                                WeightType::kQ5_1, WeightType::kQ8_0}) {
    EXPECT_EQ(tile_bytes(type, 320), 8 * row_bytes(type, 320)) << weight_type_name(type);
  }
  EXPECT_EQ(tile_bytes(WeightType::kQ4_K, 256), 8u * 192);
  EXPECT_EQ(tile_bytes(WeightType::kQ6_K, 256), 8u * 256);
}

// Each f16 of each block by itself, broken in every way; everything else may be any bytes.
TEST(Pack, BrokenScalesAreNoticed) {
  for (const WeightType type : kQuantizedTypes) {
    std::vector<std::byte> file = random_file(type, 3, 512, 43);
    EXPECT_TRUE(rows_are_finite(type, file.data(), 3, 512)) << weight_type_name(type);
    for (size_t block = 0; block < file.size(); block += static_cast<size_t>(block_bytes(type))) {
      for (const size_t offset : half_offsets(type)) {
        for (const int high : {0x7c, 0xfc, 0x7e, 0xff}) {
          std::byte& at = file[block + offset + 1];
          const std::byte before = at;
          at = static_cast<std::byte>(high);
          EXPECT_FALSE(rows_are_finite(type, file.data(), 3, 512)) << weight_type_name(type);
          at = before;
        }
      }
    }
  }
}

}  // namespace
}  // namespace onehead
