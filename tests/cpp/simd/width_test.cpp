// The build's instruction set is the one that it names: else 128-bit code would pass everywhere.
#include <gtest/gtest.h>

#include <string_view>

#include "simd/f32.hpp"

namespace onehead::simd {
namespace {

TEST(Width, IsThatOfTheNamedInstructionSet) {
  constexpr std::string_view kIsa = ONEHEAD_ISA;
  const int expected = kIsa == "avx512" ? 16 : kIsa == "avx2" ? 8 : 4;
  EXPECT_EQ(kLanes, expected) << kIsa << " runs as " << Arch::name();
}

}  // namespace
}  // namespace onehead::simd
