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
};

void expect_reference(const Floats& x, int32_t n_rows) {
  const Quantized actual(x, n_rows);
  const reference::QuantizedVector expected = reference::quantize(x);
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(actual.rows.q[i], expected.quants[i]) << i;
    ASSERT_EQ(actual.rows.wide[i], expected.quants[i]) << i;
  }
  ASSERT_TRUE(same_bits(actual.rows.scale, expected.scales));
  for (size_t block = 0; block < x.size() / kQ8Block; ++block) {
    int32_t sum = 0;
    for (size_t i = 0; i < kQ8Block; ++i) sum += expected.quants[block * kQ8Block + i];
    ASSERT_EQ(actual.rows.sum[block], sum) << block;
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
  EXPECT_EQ(actual.rows.q[33], -14);
  EXPECT_EQ(actual.rows.q[34], -14);
  EXPECT_EQ(actual.rows.scale[1], 1.0f);
}

// A scale too small to be normal has few digits; the integers still stay in their range.
TEST(Quantize, StaysWithin127ForTinyBlocks) {
  for (int amax = 1; amax < 1000; ++amax) {
    Floats x(32, 0.0f);
    x[5] = static_cast<float>(amax) * std::numeric_limits<float>::denorm_min();
    const Quantized actual(x, 1);
    EXPECT_LE(actual.rows.q[5], 127);
    EXPECT_GE(actual.rows.q[5], 0);
    EXPECT_EQ(actual.rows.q[5], actual.rows.wide[5]);
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
      EXPECT_FALSE(std::isfinite(actual.rows.scale[0]));
      EXPECT_TRUE(std::isfinite(actual.rows.scale[1]));
    }
  }
}

}  // namespace
}  // namespace onehead
