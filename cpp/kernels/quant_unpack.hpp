// The quants of a tile's block as bytes, [8 groups][8 outputs][4 inputs], from the planes of
// tiled_matrix.hpp.
#pragma once

#include <cstdint>

#include "kernels/quant_dot.hpp"
#include "kernels/tiled_matrix.hpp"

namespace onehead::detail {

inline constexpr int kQuantBlockBytes = kQuantGroups * kQuantGroupBytes;

// kBits is 4, 5 or 6: what a quant has.
template <int kBits>
void unpack_block(const int8_t* planes, int8_t* to) {
  using simd::Bytes;
  constexpr int kPairs = kQuantGroups / 2;
  const Bytes nibble(static_cast<int8_t>(0x0f));
  const Bytes above(static_cast<int8_t>(kBits == 5 ? 0x10 : 0x30));
  for (int v = 0; v < simd::kTileVectors; ++v) {
    const int8_t* from = planes + v * kQuantVectorBytes;
    int8_t* out = to + v * kQuantVectorBytes;
    Bytes upper(static_cast<int8_t>(0));
    if constexpr (kBits == 5) upper = simd::load_bytes(from + kPairs * kQuantGroupBytes);
    for (int p = 0; p < kPairs; ++p) {
      const Bytes packed = simd::load_bytes(from + p * kQuantGroupBytes);
      Bytes low = packed & nibble;
      Bytes high = simd::shift_right<4>(packed) & nibble;
      if constexpr (kBits == 5) {
        low = low | (simd::shift_left<4>(upper) & above);
        high = high | (upper & above);
        upper = simd::shift_right<1>(upper);
      }
      if constexpr (kBits == 6) {
        if (p % 2 == 0) upper = simd::load_bytes(from + (kPairs + p / 2) * kQuantGroupBytes);
        low = low | (simd::shift_left<4>(upper) & above);
        high = high | (upper & above);
        upper = simd::shift_right<2>(upper);
      }
      simd::store_bytes(out + p * kQuantGroupBytes, low);
      simd::store_bytes(out + (p + kPairs) * kQuantGroupBytes, high);
    }
  }
}

}  // namespace onehead::detail
