// One answer on the public models, where $ONEHEAD_PUBLIC_MODELS names the folder with their files
// (`npm run test:models` does); without it there are no such tests.

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/thread_pool.hpp"
#include "cpp/model/harness.hpp"
#include "gtest/gtest.h"
#include "support/golden_table.hpp"

namespace onehead {
namespace {

using support::GoldenCase;
using support::GoldenTable;

std::vector<GoldenCase> public_cases() {
  if (std::getenv("ONEHEAD_PUBLIC_MODELS") == nullptr) return {};
  return GoldenTable::read(support::source_dir() / support::kPublicTable)
      .value_or(GoldenTable{})
      .cases;
}

class PublicModels : public ::testing::TestWithParam<GoldenCase> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PublicModels);

TEST_P(PublicModels, GiveTheTable) {
  const GoldenCase& expected = GetParam();
  const std::unique_ptr<Model> model = testing::load_for(expected, 256);
  ASSERT_NE(model, nullptr);
  for (const int32_t chunk : {64, 7}) {
    SCOPED_TRACE("in chunks of " + std::to_string(chunk));
    testing::expect_same(testing::answer(*model, expected, chunk), expected);
  }
  ThreadPool pool;
  ASSERT_TRUE(pool.start(2).ok());
  ASSERT_TRUE(model->use_threads(pool).ok());
  SCOPED_TRACE("with two threads");
  testing::expect_same(testing::answer(*model, expected, 64), expected);
}

INSTANTIATE_TEST_SUITE_P(Table, PublicModels, ::testing::ValuesIn(public_cases()));

}  // namespace
}  // namespace onehead
