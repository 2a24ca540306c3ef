// What a model will take, known from the head of its file: the same numbers as loading it gives.
#include "runtime/estimate.hpp"

#include <gtest/gtest.h>

#include "cpp/model/harness.hpp"

namespace onehead {
namespace {

Expected<Estimate> estimate(std::span<const std::byte> file, size_t piece, LoadOptions options) {
  Estimator estimator(options);
  for (size_t at = 0; at < file.size() && !estimator.estimate(); at += piece) {
    Status status = estimator.push(file.subspan(at, std::min(piece, file.size() - at)));
    if (!status.ok()) return status;
  }
  if (!estimator.estimate()) return Status{ErrorCode::kBadFile, "The file is cut short."};
  return *estimator.estimate();
}

TEST(Estimate, EqualsWhatLoadingTakes) {
  const std::vector<std::byte> file = testing::read_file("tests/data/stories260K.gguf");
  for (const bool precision_f32 : {false, true}) {
    for (const int32_t context : {0, 100}) {
      const LoadOptions options{.context_length = context, .precision_f32 = precision_f32};
      const auto model = Model::from_bytes(file, options);
      ASSERT_TRUE(model.ok());
      for (const size_t piece : {size_t{1000}, file.size()}) {
        const Expected<Estimate> e = estimate(file, piece, options);
        ASSERT_TRUE(e.ok()) << e.status().message;
        EXPECT_EQ(e->file_bytes, file.size());
        EXPECT_EQ(e->weight_bytes, (*model)->weight_bytes());
        EXPECT_EQ(e->context_length, (*model)->context_length());
        EXPECT_EQ(e->kv_bytes, (*model)->kv_bytes((*model)->context_length()));
      }
    }
  }
}

TEST(Estimate, LooksNoFurtherThanTheHeader) {
  const std::vector<std::byte> file = testing::read_file("tests/data/stories260K.gguf");
  const std::span<const std::byte> head = std::span(file).first(file.size() / 4);
  EXPECT_TRUE(estimate(head, 4096, {}).ok());
}

TEST(Estimate, RefusesWhatLoadingRefuses) {
  std::vector<std::byte> file = testing::read_file("tests/data/stories260K.gguf");
  EXPECT_EQ(estimate(std::span(file).first(1000), 100, {}).status().code, ErrorCode::kBadFile);
  file[0] = std::byte{'X'};
  EXPECT_EQ(estimate(file, 4096, {}).status().code, ErrorCode::kBadFile);
}

}  // namespace
}  // namespace onehead
