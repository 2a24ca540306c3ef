// The committed goldens are what the scalar reference and the generator of models give today.

#include <string>

#include "gtest/gtest.h"
#include "reference/answer.hpp"
#include "reference/model.hpp"
#include "support/files.hpp"
#include "support/fnv.hpp"
#include "support/golden_table.hpp"
#include "synthetic/model.hpp"

namespace onehead {
namespace {

using support::GoldenCase;
using support::GoldenTable;

TEST(Fnv1a, MatchesItsPublishedVectors) {
  support::Fnv1a empty, a, foobar;
  a.add_byte('a');
  for (const char c : std::string("foobar")) foobar.add_byte(static_cast<uint8_t>(c));
  EXPECT_EQ(empty.hex(), "cbf29ce484222325");
  EXPECT_EQ(a.hex(), "af63dc4c8601ec8c");
  EXPECT_EQ(foobar.hex(), "85944171f73967e8");
}

TEST(SyntheticModels, AreTheCommittedFiles) {
  size_t total = 0;
  for (const synthetic::ModelShape& shape : synthetic::golden_shapes()) {
    const std::string path = "tests/goldens/models/" + std::string(shape.name) + ".gguf";
    const auto committed = support::read_bytes(support::source_dir() / path);
    ASSERT_TRUE(committed) << path;
    EXPECT_TRUE(*committed == synthetic::make_model(shape).to_gguf()) << path;
    EXPECT_LE(committed->size(), 100'000u) << path;
    total += committed->size();
  }
  EXPECT_LE(total, 800'000u);
}

void expect_reference_gives(const char* table_path) {
  const auto table = GoldenTable::read(support::source_dir() / table_path);
  ASSERT_TRUE(table) << table_path;
  ASSERT_FALSE(table->cases.empty());
  for (const GoldenCase& expected : table->cases) {
    SCOPED_TRACE(expected.label());
    const auto file = support::read_bytes(support::source_dir() / expected.model);
    ASSERT_TRUE(file);
    const auto model = reference::read_model(*file, expected.precision_f32);
    ASSERT_TRUE(model.ok()) << model.status().message;
    const GoldenCase actual = reference::answer(expected, *model);
    EXPECT_EQ(actual.tokens, expected.tokens);
    EXPECT_EQ(actual.logprobs, expected.logprobs);
    EXPECT_EQ(actual.logits, expected.logits);
    EXPECT_EQ(actual.attention, expected.attention);
    EXPECT_EQ(actual.queries, expected.queries);
    EXPECT_EQ(actual.keys, expected.keys);
    EXPECT_EQ(actual.values, expected.values);
    EXPECT_EQ(actual.hidden, expected.hidden);
  }
}

TEST(ReferenceGoldens, OneAnswer) { expect_reference_gives(support::kOneAnswerTable); }

TEST(ReferenceGoldens, ShippedModel) { expect_reference_gives(support::kShippedTable); }

}  // namespace
}  // namespace onehead
