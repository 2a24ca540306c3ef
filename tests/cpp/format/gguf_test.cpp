// The GGUF reader on sound files: what is in them, and the same whatever pieces they arrive in.
#include "format/gguf.hpp"

#include <gtest/gtest.h>

#include "cpp/format/gguf_bytes.hpp"
#include "support/files.hpp"

namespace onehead {
namespace {

constexpr uint32_t kU8 = 0, kI8 = 1, kU16 = 2, kI16 = 3, kU32 = 4, kI32 = 5, kF32 = 6, kBool = 7,
                   kString = 8, kArray = 9, kU64 = 10, kI64 = 11, kF64 = 12;

// Metadata of every type, then two tensors whose table is not in order of offset.
GgufBytes every_type() {
  GgufBytes file;
  file.begin(2, 16);
  file.key("t.u8", kU8).number<uint8_t>(200);
  file.key("t.i8", kI8).number<int8_t>(-100);
  file.key("t.u16", kU16).number<uint16_t>(60000);
  file.key("t.i16", kI16).number<int16_t>(-30000);
  file.key("t.u32", kU32).number<uint32_t>(4000000000u);
  file.key("t.i32", kI32).number<int32_t>(-2000000000);
  file.key("t.u64", kU64).number<uint64_t>(UINT64_MAX);
  file.key("t.i64", kI64).number<int64_t>(-5000000000);
  file.key("t.f32", kF32).number(0.5f);
  file.key("t.f64", kF64).number(0.1);
  file.key("t.bool", kBool).number<uint8_t>(1);
  file.key("t.string", kString).string("text");
  file.key("t.empty", kArray).number(kI32).number<uint64_t>(0);
  file.key("t.i16s", kArray).number(kI16).number<uint64_t>(3);
  file.number<int16_t>(-1).number<int16_t>(0).number<int16_t>(1);
  file.key("t.strings", kArray)
      .number(kString)
      .number<uint64_t>(3)
      .string("a")
      .string("")
      .string("bc");
  file.key("t.nested", kArray).number(kArray).number<uint64_t>(2);
  file.number(kString).number<uint64_t>(2).string("x").string("yz");
  file.number(kU8).number<uint64_t>(3).raw("abc");
  file.tensor("second", std::vector<uint64_t>{64, 2}, 8, 32);
  file.tensor("first", std::vector<uint64_t>{3}, 0, 0);
  file.align();
  return file.zeros(32 + 136);
}

void expect_every_type(const GgufHeader& header) {
  EXPECT_EQ(header.find_integer("t.u8"), 200);
  EXPECT_EQ(header.find_integer("t.i8"), -100);
  EXPECT_EQ(header.find_u32("t.u16"), 60000u);
  EXPECT_EQ(header.find_integer("t.i16"), -30000);
  EXPECT_EQ(header.find_u32("t.u32"), 4000000000u);
  EXPECT_EQ(header.find_integer("t.i32"), -2000000000);
  EXPECT_EQ(header.find_u32("t.i32"), std::nullopt);      // negative
  EXPECT_EQ(header.find_integer("t.u64"), std::nullopt);  // above 2^63 - 1
  EXPECT_EQ(header.find_integer("t.i64"), -5000000000);
  EXPECT_EQ(header.find_f32("t.f32"), 0.5f);
  EXPECT_EQ(header.find_f32("t.f64"), 0.1f);
  EXPECT_EQ(header.find_bool("t.bool"), true);
  EXPECT_EQ(header.find_string("t.string"), "text");
  EXPECT_EQ(header.find_string("t.u8"), std::nullopt);
  EXPECT_EQ(header.find_f32("t.u8"), std::nullopt);
  EXPECT_EQ(header.find_string("t.absent"), std::nullopt);
  EXPECT_EQ(header.u32_or("t.absent", 7), 7u);
  EXPECT_TRUE(header.has("t.nested"));
  EXPECT_FALSE(header.has("t.neste"));

  ASSERT_TRUE(header.find_array("t.empty"));
  EXPECT_EQ(header.find_array("t.empty")->count, 0u);
  const GgufArray numbers = *header.find_array("t.i16s");
  ASSERT_EQ(numbers.count, 3u);
  EXPECT_TRUE(numbers.is_integer());
  EXPECT_EQ(numbers.integer(0), -1);
  EXPECT_EQ(numbers.number(2), 1.0);
  GgufStrings strings(*header.find_array("t.strings"));
  std::string_view text;
  for (std::string_view expected : {"a", "", "bc"}) {
    ASSERT_TRUE(strings.next(text));
    EXPECT_EQ(text, expected);
  }
  EXPECT_FALSE(strings.next(text));

  ASSERT_EQ(header.tensors().size(), 2u);
  const GgufTensor& first = header.tensors()[0];
  const GgufTensor& second = header.tensors()[1];
  EXPECT_EQ(first.name, "first");
  EXPECT_EQ(first.n_bytes, 12u);
  EXPECT_EQ(first.n_dims, 1);
  EXPECT_EQ(first.dims[1], 1u);
  EXPECT_EQ(first.offset, header.data_offset());
  EXPECT_EQ(second.offset, header.data_offset() + 32);
  EXPECT_EQ(second.n_bytes, 136u);
  EXPECT_EQ(header.data_end(), second.offset + 136);
  EXPECT_EQ(header.find_tensor("second"), &second);
  EXPECT_EQ(header.find_tensor("secon"), nullptr);
}

TEST(Gguf, ReadsEveryType) {
  const GgufBytes file = every_type();
  GgufHeader header;
  const auto state = parse_gguf_header(file.bytes(), file.size(), header);
  ASSERT_TRUE(state.ok()) << state.status().message;
  EXPECT_EQ(*state, ParseState::kDone);
  expect_every_type(header);
  const GgufHeader copy = header;  // look-ups must not point into the original
  header = GgufHeader();
  expect_every_type(copy);
}

TEST(Gguf, ArrivesByteByByte) {
  const GgufBytes file = every_type();
  for (uint64_t file_bytes : {uint64_t{0}, file.size()}) {
    GgufHeader header;
    size_t n = 0;
    for (;; ++n) {
      // A copy of exactly n bytes: reading further is an error under AddressSanitizer.
      const std::vector<std::byte> prefix(file.bytes().begin(),
                                          file.bytes().begin() + static_cast<std::ptrdiff_t>(n));
      const auto state = parse_gguf_header(prefix, file_bytes, header);
      ASSERT_TRUE(state.ok()) << n << ": " << state.status().message;
      if (*state == ParseState::kDone) break;
      ASSERT_GT(header.bytes_needed(), n);
    }
    EXPECT_LE(n, header.data_offset());
    expect_every_type(header);
  }
}

// Asking for what bytes_needed() says ends, and never asks for more than the header.
TEST(Gguf, AsksForWhatItNeeds) {
  const GgufBytes file = every_type();
  GgufHeader header;
  for (uint64_t n = 0;;) {
    const auto state = parse_gguf_header(file.bytes().first(n), 0, header);
    ASSERT_TRUE(state.ok());
    if (*state == ParseState::kDone) break;
    ASSERT_GT(header.bytes_needed(), n);
    n = header.bytes_needed();
    ASSERT_LE(n, header.data_offset() == 0 ? file.size() : header.data_offset());
  }
  expect_every_type(header);
}

TEST(Gguf, EveryCutIsAnErrorOnceTheSizeIsKnown) {
  const GgufBytes file = every_type();
  for (size_t n = 1; n < file.size(); ++n) {
    const std::vector<std::byte> cut(file.bytes().begin(),
                                     file.bytes().begin() + static_cast<std::ptrdiff_t>(n));
    GgufHeader header;
    const auto state = parse_gguf_header(cut, n, header);
    ASSERT_FALSE(state.ok()) << n;
    EXPECT_EQ(state.status().code, ErrorCode::kBadFile);
    EXPECT_FALSE(state.status().message.empty());
  }
}

TEST(Gguf, AlignmentOfTheFile) {
  for (uint32_t alignment : {1u, 8u, 64u, 4096u}) {
    GgufBytes file;
    file.begin(1, 1).key("general.alignment", kU32).number(alignment);
    file.tensor("w", std::vector<uint64_t>{4}, 0, 0).align(alignment).zeros(16);
    GgufHeader header;
    ASSERT_TRUE(parse_gguf_header(file.bytes(), file.size(), header).ok());
    EXPECT_EQ(header.data_offset() + 16, file.size());
  }
}

TEST(Gguf, ReadsRealFiles) {
  const std::string data = ONEHEAD_SOURCE_DIR "/tests/data/";
  const auto stories = support::read_bytes(data + "stories260K.gguf");
  ASSERT_TRUE(stories);
  GgufHeader header;
  auto state = parse_gguf_header(*stories, stories->size(), header);
  ASSERT_TRUE(state.ok()) << state.status().message;
  EXPECT_EQ(header.string_or("general.architecture", ""), "llama");
  EXPECT_EQ(header.u32_or("llama.attention.head_count_kv", 0), 4u);
  EXPECT_EQ(header.f32_or("llama.attention.layer_norm_rms_epsilon", 0), 1e-5f);
  EXPECT_EQ(header.tensors().size(), 2u + 5 * 9);
  EXPECT_EQ(header.data_end(), stories->size());
  const GgufTensor* embedding = header.find_tensor("token_embd.weight");
  ASSERT_NE(embedding, nullptr);
  EXPECT_EQ(embedding->dims[0], 64u);
  EXPECT_EQ(embedding->dims[1], 512u);

  const auto vocab = support::read_bytes(data + "gpt2-vocab/gpt2-vocab.gguf");
  ASSERT_TRUE(vocab);
  GgufHeader gpt2;
  state = parse_gguf_header(*vocab, vocab->size(), gpt2);
  ASSERT_TRUE(state.ok()) << state.status().message;
  EXPECT_EQ(gpt2.find_array("tokenizer.ggml.tokens")->count, 50257u);
  EXPECT_EQ(gpt2.find_array("tokenizer.ggml.merges")->count, 50000u);
}

TEST(Gguf, LargeArraysGo) {
  GgufBytes file;
  file.begin(0, 5);
  file.key("a", kString).string("first");
  file.key("z.large", kArray).number(kU8).number<uint64_t>(257).raw(std::string(257, 'x'));
  file.key("m.small", kArray).number(kU8).number<uint64_t>(2).raw("ab");
  file.key("b.nested", kArray).number(kArray).number<uint64_t>(1);
  file.number(kU8).number<uint64_t>(300).raw(std::string(300, 'x'));
  file.key("y", kU32).number<uint32_t>(7);
  const auto bytes = file.bytes();
  GgufHeader header;
  ASSERT_TRUE(parse_gguf_header(bytes, bytes.size(), header).ok());
  const std::string json = metadata_json(header);
  EXPECT_TRUE(header.find_array("z.large") && header.find_array("b.nested"));
  header.drop_large_arrays();
  EXPECT_EQ(metadata_json(header), json);
  EXPECT_EQ(header.find_string("a"), "first");
  EXPECT_EQ(header.find_u32("y"), 7u);
  EXPECT_EQ(header.find_array("m.small")->integer(1), 'b');
  EXPECT_FALSE(header.has("z.large") || header.has("b.nested"));
  header.drop_large_arrays();
  EXPECT_EQ(metadata_json(header), json);
}

}  // namespace
}  // namespace onehead
