// A Q8_0 matrix in two halves is the same matrix: rows, products, whatever the back end.
#include "kernels/split_matrix.hpp"

#include "kernels/matmul.hpp"
#include "kernels/pack.hpp"
#include "reference/ops.hpp"
#include "reference/weights.hpp"
#include "samples.hpp"
#include "weight_files.hpp"

namespace onehead {
namespace {

constexpr WeightType kType = WeightType::kQ8_0;

struct SplitWeights {
  AlignedBuffer buffer;
  TiledMatrix matrix;
  reference::Matrix numbers;

  // Rows come in pieces, as they do from a file.
  SplitWeights(const std::vector<std::byte>& file, int32_t n_rows, int32_t n_cols)
      : buffer(*AlignedBuffer::allocate(tiled_bytes(kType, n_rows, n_cols))),
        matrix{kType, n_rows, n_cols, buffer.data(), true},
        numbers(reference::read_matrix(kType, file.data(), n_rows, n_cols)) {
    std::fill_n(buffer.data(), buffer.size(), std::byte{0xff});
    for (int32_t begin = 0; begin < n_rows; begin += 16) {
      pack_rows(kType, file.data() + static_cast<size_t>(begin) * row_bytes(kType, n_cols), begin,
                std::min(16, n_rows - begin), matrix, buffer.data());
    }
  }
};

TEST(SplitMatrix, HalvesTakeWhatTheWholeTakes) {
  for (const int32_t n_rows : {1, 8, 9, 45}) {
    const TiledMatrix w{kType, n_rows, 96, nullptr, true};
    EXPECT_EQ((detail::lower_offset(w, n_tiles(w)) + 63) / 64 * 64, tiled_bytes(kType, n_rows, 96));
  }
}

TEST(SplitMatrix, RowsComeBack) {
  const SplitWeights w(random_file(kType, 45, 288, 50), 45, 288);
  for (int32_t row = 0; row < 45; ++row) {
    Floats actual(288);
    unpack_row(w.matrix, row, actual.data());
    ASSERT_TRUE(same_bits(actual.data(), reference::dequantized_row(w.numbers, row))) << row;
  }
}

TEST(SplitMatrix, ProductsEqualTheReferenceOnEveryBackEnd) {
  for (const int32_t n_outputs : {1, 7, 8, 9, 50}) {
    for (const int32_t n_cols : {32, 96, 288, 1056}) {
      const SplitWeights w(random_file(kType, n_outputs, n_cols, 51), n_outputs, n_cols);
      for (const int32_t n_rows : {1, 2, 4, 5, 9}) {
        synthetic::Random random(52);
        Floats x = random_floats(random, n_rows * n_cols, 2.0f);
        for (float& value : x) {
          if (random.below(4) == 0) value = random.below(2) == 0 ? 2.0f : -2.0f;
        }
        AlignedBuffer scratch = *AlignedBuffer::allocate(quantized_bytes(n_rows, n_cols));
        QuantizedRows quantized = quantized_view(scratch.data(), n_rows, n_cols);
        quantize_rows(x.data(), n_rows, n_cols, quantized);
        for (const IntDot back_end : kIntDots) {
          Floats out(static_cast<size_t>(n_rows * n_outputs), -1.0f);
          matmul(w.matrix, {nullptr, n_rows, n_cols, &quantized}, out.data(), n_outputs,
                 {0, n_tiles(w.matrix)}, back_end);
          for (int32_t r = 0; r < n_rows; ++r) {
            const Floats row(x.begin() + r * n_cols, x.begin() + (r + 1) * n_cols);
            ASSERT_TRUE(same_bits(out.data() + r * n_outputs, reference::matmul(w.numbers, row)))
                << n_outputs << " x " << n_cols << ", row " << r << " of " << n_rows << ", "
                << int_dot_name(back_end);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace onehead
