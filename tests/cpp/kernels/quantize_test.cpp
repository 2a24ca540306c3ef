#include "kernels/quantize.hpp"

#include <limits>

#include "kernels/tiled_matrix.hpp"
#include "reference/ops.hpp"
#include "samples.hpp"

namespace onehead {
namespace {

struct Quantized {
  AlignedBuffer scratch;
  QuantizedRows rows;

  Quantized(const Floats& x, int32_t n_rows)
      : scratch(*AlignedBuffer::allocate(
            quantized_bytes(n_rows, static_cast<int32_t>(x.size()) / n_rows))) {
    const auto n_cols = static_cast<int32_t>(x.size()) / n_rows;
    rows = quantized_view(scratch.data(), n_rows, n_cols);
    quantize_rows(x.data(), n_rows, n_cols, rows);
  }

  float scale(int32_t row, int32_t block) const { return rows.scale[rows.block_index(row, block)]; }
  int64_t at(int32_t row, int32_t k) const {
    return rows.block_index(row, k / kQuantBlock) * kQuantBlock + k % kQuantBlock;
  }
  int32_t q(int32_t row, int32_t k) const { return rows.q[at(row, k)]; }
  int32_t wide(int32_t row, int32_t k) const { return rows.wide[at(row, k)]; }
};

void expect_reference(const Floats& x, int32_t n_rows) {
  const Quantized actual(x, n_rows);
  const reference::QuantizedVector expected = reference::quantize(x);
  const auto n_blocks = static_cast<int32_t>(x.size()) / n_rows / kQuantBlock;
  size_t i = 0;
  for (int32_t row = 0; row < n_rows; ++row) {
    for (int32_t block = 0; block < n_blocks; ++block) {
      ASSERT_EQ(actual.scale(row, block), expected.scales[i / kQuantBlock]);
      int32_t sum = 0;
      for (int32_t k = 0; k < kQuantBlock; ++k, ++i) {
        ASSERT_EQ(actual.q(row, block * kQuantBlock + k), expected.quants[i]) << i;
        ASSERT_EQ(actual.wide(row, block * kQuantBlock + k), expected.quants[i]) << i;
        sum += expected.quants[i];
      }
      ASSERT_EQ(actual.rows.sum[actual.rows.block_index(row, block)], sum) << row << ", " << block;
    }
  }
}

TEST(Quantize, EqualsTheReference) {
  synthetic::Random random(21);
  for (const int32_t n_rows : {1, 2, 3, 7}) {
    for (const int32_t n_cols : {32, 96, 288}) {
      for (const float magnitude : {1.0f, 1e-20f, 1e20f}) {
        expect_reference(random_floats(random, n_rows * n_cols, magnitude), n_rows);
      }
    }
  }
}

TEST(Quantize, ZerosAndTies) {
  Floats x(64, 0.0f);
  expect_reference(x, 1);
  x[3] = -0.0f;
  // Scale 1: halves go to the even neighbour.
  for (size_t i = 0; i < 32; ++i) x[32 + i] = static_cast<float>(i) - 15.5f;
  x[32] = 127.0f;
  expect_reference(x, 1);
  const Quantized actual(x, 1);
  EXPECT_EQ(actual.q(0, 33), -14);
  EXPECT_EQ(actual.q(0, 34), -14);
  EXPECT_EQ(actual.scale(0, 1), 1.0f);
}

// A scale too small to be normal has few digits; the integers still stay in their range.
TEST(Quantize, StaysWithin127ForTinyBlocks) {
  for (int amax = 1; amax < 1000; ++amax) {
    Floats x(32, 0.0f);
    x[5] = static_cast<float>(amax) * std::numeric_limits<float>::denorm_min();
    const Quantized actual(x, 1);
    EXPECT_LE(actual.q(0, 5), 127);
    EXPECT_GE(actual.q(0, 5), 0);
    EXPECT_EQ(actual.q(0, 5), actual.wide(0, 5));
  }
}

TEST(Quantize, ABrokenValueMakesTheScaleBroken) {
  for (const float broken :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(),
        -std::numeric_limits<float>::infinity()}) {
    for (size_t i = 0; i < 32; ++i) {
      Floats x(64, 1.0f);
      x[i] = broken;
      const Quantized actual(x, 1);
      EXPECT_FALSE(std::isfinite(actual.scale(0, 0)));
      EXPECT_TRUE(std::isfinite(actual.scale(0, 1)));
    }
  }
}

}  // namespace
}  // namespace onehead
