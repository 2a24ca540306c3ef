#include "base/aligned_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

// AddressSanitizer's allocator otherwise ends the program where malloc returns null.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }

namespace onehead {
namespace {

TEST(AlignedBuffer, IsAlignedAndZeroed) {
  for (const size_t bytes : {1u, 63u, 64u, 65u, 1000u, 100000u}) {
    auto buffer = AlignedBuffer::allocate(bytes);
    ASSERT_TRUE(buffer.ok());
    EXPECT_EQ(buffer->size(), bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer->data()) % AlignedBuffer::kAlignment, 0u);
    EXPECT_TRUE(std::all_of(buffer->data(), buffer->data() + bytes,
                            [](std::byte b) { return b == std::byte{0}; }));
    std::fill(buffer->data(), buffer->data() + bytes, std::byte{255});
  }
}

TEST(AlignedBuffer, OfNothingIsEmpty) {
  const auto buffer = AlignedBuffer::allocate(0);
  ASSERT_TRUE(buffer.ok());
  EXPECT_EQ(buffer->size(), 0u);
}

TEST(AlignedBuffer, MemoryThatCannotBeHadIsAStatus) {
  for (const size_t bytes : {SIZE_MAX, SIZE_MAX - 64, SIZE_MAX / 4}) {
    const auto buffer = AlignedBuffer::allocate(bytes);
    ASSERT_FALSE(buffer.ok());
    EXPECT_EQ(buffer.status().code, ErrorCode::kOutOfMemory);
    EXPECT_FALSE(buffer.status().message.empty());
  }
}

TEST(AlignedBuffer, MovesItsBytes) {
  AlignedBuffer first = *AlignedBuffer::allocate(100);
  first.at<int32_t>(8)[0] = 5;
  AlignedBuffer second(std::move(first));
  EXPECT_EQ(second.at<int32_t>(8)[0], 5);
  AlignedBuffer third;
  third = std::move(second);
  EXPECT_EQ(third.at<int32_t>(8)[0], 5);
  EXPECT_EQ(third.size(), 100u);
}

}  // namespace
}  // namespace onehead
