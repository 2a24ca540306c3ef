// The build's instruction set is the one that it names: else 128-bit code would pass everywhere.
#include <gtest/gtest.h>

#include <string_view>

#include "simd/f32.hpp"

namespace onehead::simd {
namespace {

constexpr int expected_lanes(std::string_view isa) {
  return isa == "avx512" ? 16 : isa == "avx2" ? 8 : 4;
}

static_assert(kLanes == expected_lanes(ONEHEAD_ISA));

TEST(Width, IsThatOfTheNamedInstructionSet) {
  EXPECT_EQ(F32::size, static_cast<size_t>(expected_lanes(ONEHEAD_ISA)))
      << ONEHEAD_ISA << " runs as " << Arch::name();
}

}  // namespace
}  // namespace onehead::simd
