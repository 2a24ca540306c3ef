#include "base/status.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace onehead {
namespace {

TEST(Status, EveryCodeHasItsOwnStableName) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    names.insert(error_name(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(ErrorCode::kInternal) + 1);
  EXPECT_EQ(error_name(ErrorCode::kBadFile), "bad-file");
  EXPECT_EQ(error_name(ErrorCode::kContextFull), "context-full");
  EXPECT_EQ(error_name(static_cast<ErrorCode>(9999)), "internal");
}

TEST(Status, ExpectedHoldsAValueOrAStatus) {
  const Expected<int> value(7);
  EXPECT_TRUE(value.ok());
  EXPECT_EQ(*value, 7);
  EXPECT_TRUE(value.status().ok());

  const Expected<int> failure(Status{ErrorCode::kTooLarge, "too many"});
  EXPECT_FALSE(failure.ok());
  EXPECT_EQ(failure.status().code, ErrorCode::kTooLarge);
  EXPECT_EQ(failure.status().message, "too many");
}

TEST(Status, ExpectedMovesWhatCannotBeCopied) {
  Expected<std::unique_ptr<int>> owner(std::make_unique<int>(3));
  const std::unique_ptr<int> taken = *std::move(owner);
  EXPECT_EQ(*taken, 3);
}

}  // namespace
}  // namespace onehead
