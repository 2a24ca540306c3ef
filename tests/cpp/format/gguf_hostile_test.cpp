// The GGUF reader on wrong files: each is told apart by code and sentence, before memory is asked
// for.
#include <gtest/gtest.h>

#include <random>

#include "cpp/format/gguf_bytes.hpp"
#include "format/gguf.hpp"
#include "support/files.hpp"

namespace onehead {
namespace {

constexpr uint32_t kU32 = 4, kBool = 7, kString = 8, kArray = 9;

// The failure of a file that is all there; with file_bytes == 0, of one whose size is not known.
Status failure(const GgufBytes& file, uint64_t file_bytes) {
  GgufHeader header;
  const auto state = parse_gguf_header(file.bytes(), file_bytes, header);
  return state.ok() ? Status{} : state.status();
}

void expect_failure(const GgufBytes& file, ErrorCode code, std::string_view part) {
  const Status status = failure(file, file.size());
  EXPECT_EQ(error_name(status.code), error_name(code)) << status.message;
  EXPECT_NE(status.message.find(part), std::string::npos) << status.message;
}

GgufBytes text(std::string_view content) { return GgufBytes().raw(content); }

TEST(GgufHostile, WhatIsNoGguf) {
  expect_failure(text("<!doctype html><html>"), ErrorCode::kBadFile,
                 "not a GGUF file: it starts with '<!do' and looks like a web page");
  expect_failure(text("PK\x03\x04 a zip archive"), ErrorCode::kBadFile, "it starts with 'PK\?\?'");
  expect_failure(text("GGU"), ErrorCode::kBadFile, "cut short");
  expect_failure(text("GGML0000000000000000000000"), ErrorCode::kBadFile, "'GGML'");
  EXPECT_EQ(failure(text("X"), 0).code, ErrorCode::kBadFile) << "one byte is enough to know";
  EXPECT_TRUE(failure(text("G"), 0).ok());
  EXPECT_TRUE(failure(text(""), 0).ok());
}

TEST(GgufHostile, Versions) {
  expect_failure(GgufBytes().begin(0, 0, 1), ErrorCode::kUnsupportedModel, "version 1");
  expect_failure(GgufBytes().begin(0, 0, 4), ErrorCode::kUnsupportedModel, "version 4");
  expect_failure(GgufBytes().begin(0, 0, 0), ErrorCode::kUnsupportedModel, "version 0");
  expect_failure(GgufBytes().begin(0, 0, 3u << 24), ErrorCode::kUnsupportedModel, "big endian");
  EXPECT_TRUE(failure(GgufBytes().begin(0, 0, 2), 24).ok());
}

TEST(GgufHostile, AbsurdCounts) {
  for (uint64_t n : {uint64_t{1} << 20, uint64_t{1} << 40, UINT64_MAX / 14, UINT64_MAX}) {
    expect_failure(GgufBytes().begin(0, n).zeros(64), ErrorCode::kBadFile, "metadata entries");
    expect_failure(GgufBytes().begin(n, 0).zeros(64), ErrorCode::kBadFile, "tensors");
    expect_failure(GgufBytes().begin(0, 1).number(n).zeros(64), ErrorCode::kBadFile, "claims");
    expect_failure(GgufBytes().begin(0, 1).key("k", kString).number(n).zeros(64),
                   ErrorCode::kBadFile, "claims");
    for (uint32_t type : {0u, 4u, kString, kArray, 12u}) {
      expect_failure(GgufBytes().begin(0, 1).key("k", kArray).number(type).number(n).zeros(64),
                     ErrorCode::kBadFile, "elements");
    }
  }
  // With no size to compare with, a header of more than 256 MiB is refused.
  EXPECT_EQ(failure(GgufBytes().begin(0, uint64_t{1} << 40), 0).code, ErrorCode::kBadFile);
  EXPECT_EQ(failure(GgufBytes().begin(0, 1).key("k", kString).number(uint64_t{1} << 30), 0).code,
            ErrorCode::kBadFile);
}

TEST(GgufHostile, Metadata) {
  expect_failure(GgufBytes().begin(0, 1).key("", kU32).number(1u).zeros(9), ErrorCode::kBadFile,
                 "key has 0 bytes");
  expect_failure(GgufBytes().begin(0, 1).key(std::string(65536, 'k'), kU32).number(1u),
                 ErrorCode::kBadFile, "key has 65536 bytes");
  for (uint32_t type : {13u, 255u, UINT32_MAX}) {
    expect_failure(GgufBytes().begin(0, 1).key("k", type).zeros(16), ErrorCode::kBadFile,
                   "unknown value type");
    expect_failure(
        GgufBytes().begin(0, 1).key("k", kArray).number(type).number<uint64_t>(1).zeros(16),
        ErrorCode::kBadFile, "unknown value type");
  }
  expect_failure(GgufBytes().begin(0, 1).key("k", kBool).number<uint8_t>(2), ErrorCode::kBadFile,
                 "neither true nor false");
  expect_failure(
      GgufBytes().begin(0, 2).key("k", kU32).number(1u).key("k", kBool).number<uint8_t>(1),
      ErrorCode::kBadFile, "twice");
  GgufBytes deep;
  deep.begin(0, 1).key("k", kArray);
  for (int i = 0; i < 1000; ++i) deep.number(kArray).number<uint64_t>(1);
  expect_failure(deep.number(kU32).number<uint64_t>(1).number(1u), ErrorCode::kBadFile, "deeply");
  for (uint32_t alignment : {0u, 3u, 33u, 1u << 21}) {
    expect_failure(GgufBytes().begin(0, 1).key("general.alignment", kU32).number(alignment),
                   ErrorCode::kBadFile, "alignment");
  }
  expect_failure(GgufBytes().begin(0, 1).key("general.alignment", kString).string("32"),
                 ErrorCode::kBadFile, "alignment");
}

GgufBytes one_tensor(std::vector<uint64_t> dims, uint32_t type, uint64_t offset = 0,
                     std::string_view name = "w") {
  return GgufBytes().begin(1, 0).tensor(name, dims, type, offset).align().zeros(256);
}

TEST(GgufHostile, Tensors) {
  EXPECT_TRUE(failure(one_tensor({8, 8}, 0), one_tensor({8, 8}, 0).size()).ok());
  expect_failure(one_tensor({8, 9}, 0), ErrorCode::kBadFile, "cut short");
  expect_failure(one_tensor({}, 0), ErrorCode::kBadFile, "0 dimensions");
  expect_failure(one_tensor({1, 1, 1, 1, 1}, 0), ErrorCode::kBadFile, "5 dimensions");
  expect_failure(one_tensor({0}, 0), ErrorCode::kBadFile, "dimension of 0");
  expect_failure(one_tensor({uint64_t{1} << 31}, 0), ErrorCode::kBadFile,
                 "dimension of 2147483648");
  expect_failure(one_tensor({UINT64_MAX}, 0), ErrorCode::kBadFile, "dimension");
  expect_failure(one_tensor({INT32_MAX, INT32_MAX, INT32_MAX}, 0), ErrorCode::kBadFile,
                 "larger than any file");
  expect_failure(one_tensor({33, 2}, 8), ErrorCode::kBadFile, "Q8_0");
  expect_failure(one_tensor({32}, 10), ErrorCode::kUnsupportedModel, "'w' has the type Q2_K");
  expect_failure(one_tensor({288}, 12), ErrorCode::kBadFile, "Q4_K cannot hold");
  expect_failure(one_tensor({32}, 4), ErrorCode::kUnsupportedModel, "number 4");
  expect_failure(one_tensor({32}, UINT32_MAX), ErrorCode::kUnsupportedModel, "4294967295");
  expect_failure(one_tensor({4}, 0, 8), ErrorCode::kBadFile, "not aligned");
  expect_failure(one_tensor({4}, 0, 1 << 20), ErrorCode::kBadFile, "cut short");
  expect_failure(one_tensor({4}, 0, UINT64_MAX - 31), ErrorCode::kBadFile, "beyond any file");
  expect_failure(one_tensor({4}, 0, 0, ""), ErrorCode::kBadFile, "name has 0 bytes");
  expect_failure(one_tensor({4}, 0, 0, std::string(256, 'n')), ErrorCode::kBadFile, "256 bytes");

  const std::vector<uint64_t> dims = {16};
  GgufBytes overlap;
  overlap.begin(2, 0).tensor("a", dims, 0, 32).tensor("b", dims, 0, 0).align().zeros(256);
  expect_failure(overlap, ErrorCode::kBadFile, "'a' overlaps");
  GgufBytes twice;
  twice.begin(2, 0).tensor("a", dims, 0, 0).tensor("a", dims, 0, 64).align().zeros(256);
  expect_failure(twice, ErrorCode::kBadFile, "twice");
}

TEST(GgufHostile, NamesFromTheFileAreShownSafely) {
  const Status status = failure(one_tensor({4}, 99, 0, std::string(200, '\n')), 1000);
  EXPECT_EQ(status.message.find('\n'), std::string::npos);
  EXPECT_LT(status.message.size(), 200u);
}

// Seeded damage to a real file: an error or a header, never a crash (AddressSanitizer watches), and
// never a tensor outside the file.
TEST(GgufHostile, DamagedFiles) {
  const auto original = support::read_bytes(ONEHEAD_SOURCE_DIR "/tests/data/stories260K.gguf");
  ASSERT_TRUE(original);
  GgufHeader sound;
  ASSERT_TRUE(parse_gguf_header(*original, original->size(), sound).ok());
  std::mt19937 random(1);
  int n_read = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::byte> file(
        original->begin(), original->begin() + static_cast<std::ptrdiff_t>(sound.data_offset()));
    for (uint32_t i = 0, n = 1 + random() % 4; i < n; ++i) {
      // Mostly in the fixed part and the first entries, and in the table of tensors at the end.
      const size_t at = random() % 2 == 0 ? random() % 600 : file.size() - 1 - random() % 3000;
      file[at] = static_cast<std::byte>(random() % 3 == 0 ? 0xFF : random());
    }
    const uint64_t file_bytes = random() % 2 == 0 ? 0 : original->size();
    GgufHeader header;
    const auto state = parse_gguf_header(file, file_bytes, header);
    if (!state.ok()) {
      EXPECT_FALSE(state.status().message.empty());
      continue;
    }
    if (*state != ParseState::kDone) continue;
    ++n_read;
    for (const GgufTensor& tensor : header.tensors()) {
      if (file_bytes != 0) {
        EXPECT_LE(tensor.offset + tensor.n_bytes, file_bytes);
      }
    }
    EXPECT_FALSE(metadata_json(header).empty());
  }
  EXPECT_GT(n_read, 100);  // the damage is not such that everything fails at once
  EXPECT_LT(n_read, 2900);
}

}  // namespace
}  // namespace onehead
