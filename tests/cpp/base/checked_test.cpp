#include "base/checked.hpp"

#include <gtest/gtest.h>

#include "base/weight_type.hpp"

namespace onehead {
namespace {

TEST(Checked, ReportsOverflowAndLeavesTheResultAlone) {
  uint64_t out = 1;
  EXPECT_TRUE(checked_add(UINT64_MAX - 5, 5, out));
  EXPECT_EQ(out, UINT64_MAX);
  EXPECT_FALSE(checked_add(UINT64_MAX - 5, 6, out));
  EXPECT_EQ(out, UINT64_MAX);
  EXPECT_TRUE(checked_mul(uint64_t{1} << 32, (uint64_t{1} << 32) - 1, out));
  EXPECT_FALSE(checked_mul(uint64_t{1} << 32, uint64_t{1} << 32, out));
  EXPECT_TRUE(checked_mul(UINT64_MAX, 0, out));
  EXPECT_EQ(out, 0u);
  EXPECT_TRUE(checked_align_up(65, 64, out));
  EXPECT_EQ(out, 128u);
  EXPECT_FALSE(checked_align_up(UINT64_MAX - 3, 64, out));
}

TEST(WeightType, RowsHaveTheBytesOfTheirBlocks) {
  EXPECT_EQ(row_bytes(WeightType::kF32, 7), 28u);
  EXPECT_EQ(row_bytes(WeightType::kF16, 7), 14u);
  EXPECT_EQ(row_bytes(WeightType::kBF16, 7), 14u);
  EXPECT_EQ(row_bytes(WeightType::kQ8_0, 64), 68u);
  EXPECT_TRUE(weight_type_supported(8));
  EXPECT_EQ(row_bytes(WeightType::kQ4_1, 64), 40u);
  EXPECT_EQ(row_bytes(WeightType::kQ6_K, 512), 420u);
  EXPECT_FALSE(weight_type_supported(10));
  EXPECT_EQ(weight_type_name(WeightType::kQ8_0), "Q8_0");
}

}  // namespace
}  // namespace onehead
