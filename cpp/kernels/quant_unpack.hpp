// The quants of a tile's block, group after group, from the planes of tiled_matrix.hpp.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/quant_dot.hpp"

namespace onehead::detail {

inline constexpr int kQuantBlockBytes = kQuantGroups * kQuantGroupBytes;

template <int group>
using GroupIndex = std::integral_constant<int, group>;

// The masks of a number of bits. Read through an opaque pointer they stay in registers; constants
// would be made anew at every use by V8.
inline constexpr int8_t kPlaneMasks[] = {0x0f, 0x1f, 0x07, 0x18, 0x08,
                                         0x10, 0x3f, 0x03, 0x0c, 0x30};

template <int kBits>
class GroupReader;

template <>
class GroupReader<4> {
 public:
  GroupReader() : nibble_(simd::opaque(kPlaneMasks)[0]) {}

  // use(GroupIndex<g>, w) for every group, w: the vectors of its outputs.
  template <class Use>
  void each(const int8_t* planes, Use&& use) const {
    pair<0>(planes, use);
    pair<1>(planes, use);
    pair<2>(planes, use);
    pair<3>(planes, use);
  }

 private:
  template <int p, class Use>
  void pair(const int8_t* planes, Use& use) const {
    simd::Bytes low[simd::kTileVectors], high[simd::kTileVectors];
    for (int v = 0; v < simd::kTileVectors; ++v) {
      const simd::Bytes packed =
          simd::load_bytes(planes + p * kQuantGroupBytes + v * kQuantVectorBytes);
      low[v] = packed & nibble_;
      high[v] = simd::shift_right<4>(packed) & nibble_;
    }
    use(GroupIndex<p>(), low);
    use(GroupIndex<p + kQuantGroups / 2>(), high);
    simd::keep_order();
  }

  simd::Bytes nibble_;
};

template <>
class GroupReader<5> {
 public:
  GroupReader() {
    const int8_t* masks = simd::opaque(kPlaneMasks);
    five_ = simd::Bytes(masks[1]);
    low_three_ = simd::Bytes(masks[2]);
    upper_two_ = simd::Bytes(masks[3]);
    fourth_ = simd::Bytes(masks[4]);
    fifth_ = simd::Bytes(masks[5]);
  }

  template <class Use>
  void each(const int8_t* planes, Use&& use) const {
    simd::Bytes last[simd::kTileVectors];  // of group 7, its upper two bits
    three<0, false>(planes, use, last);
    three<2, true>(planes, use, last);
    simd::Bytes w[simd::kTileVectors];
    for (int v = 0; v < simd::kTileVectors; ++v) {
      const simd::Bytes packed =
          simd::load_bytes(planes + 4 * kQuantGroupBytes + v * kQuantVectorBytes);
      w[v] = packed & five_;
      last[v] = last[v] | (simd::shift_right<5>(packed) & low_three_);
    }
    use(GroupIndex<6>(), w);
    use(GroupIndex<7>(), last);
    simd::keep_order();
  }

 private:
  // The groups of the planes first and first + 1, and the one that their upper bits make.
  template <int first, bool second, class Use>
  void three(const int8_t* planes, Use& use, simd::Bytes (&last)[simd::kTileVectors]) const {
    constexpr int kGroup = first / 2 * 3;
    simd::Bytes a[simd::kTileVectors], b[simd::kTileVectors], c[simd::kTileVectors];
    for (int v = 0; v < simd::kTileVectors; ++v) {
      const int8_t* from = planes + first * kQuantGroupBytes + v * kQuantVectorBytes;
      const simd::Bytes even = simd::load_bytes(from);
      const simd::Bytes odd = simd::load_bytes(from + kQuantGroupBytes);
      a[v] = even & five_;
      b[v] = odd & five_;
      c[v] = (simd::shift_right<5>(even) & low_three_) | (simd::shift_right<3>(odd) & upper_two_);
      if constexpr (second) {
        last[v] = last[v] | (simd::shift_right<1>(odd) & fifth_);
      } else {
        last[v] = simd::shift_right<2>(odd) & fourth_;
      }
    }
    use(GroupIndex<kGroup>(), a);
    use(GroupIndex<kGroup + 1>(), b);
    use(GroupIndex<kGroup + 2>(), c);
    simd::keep_order();
  }

  simd::Bytes five_, low_three_, upper_two_, fourth_, fifth_;
};

template <>
class GroupReader<6> {
 public:
  GroupReader() {
    const int8_t* masks = simd::opaque(kPlaneMasks);
    six_ = simd::Bytes(masks[6]);
    low_two_ = simd::Bytes(masks[7]);
    middle_two_ = simd::Bytes(masks[8]);
    upper_two_ = simd::Bytes(masks[9]);
  }

  template <class Use>
  void each(const int8_t* planes, Use&& use) const {
    four<0>(planes, use);
    four<1>(planes, use);
  }

 private:
  // The groups of three planes, and the one that their upper bits make.
  template <int half, class Use>
  void four(const int8_t* planes, Use& use) const {
    simd::Bytes w[4][simd::kTileVectors];
    for (int v = 0; v < simd::kTileVectors; ++v) {
      simd::Bytes packed[3];
      for (int i = 0; i < 3; ++i) {
        packed[i] =
            simd::load_bytes(planes + (half * 3 + i) * kQuantGroupBytes + v * kQuantVectorBytes);
        w[i][v] = packed[i] & six_;
      }
      w[3][v] = (simd::shift_right<6>(packed[0]) & low_two_) |
                (simd::shift_right<4>(packed[1]) & middle_two_) |
                (simd::shift_right<2>(packed[2]) & upper_two_);
    }
    use(GroupIndex<half * 4>(), w[0]);
    use(GroupIndex<half * 4 + 1>(), w[1]);
    use(GroupIndex<half * 4 + 2>(), w[2]);
    use(GroupIndex<half * 4 + 3>(), w[3]);
    simd::keep_order();
  }

  simd::Bytes six_, low_two_, middle_two_, upper_two_;
};

// Groups that lie as bytes, [groups from `begin` on][8 outputs][4 inputs], V vectors of each:
// use(group, w). The loop stays a loop: unrolled, LLVM's wasm back end sinks each chain of sums to
// its end and hoists all loads, and more values are alive than an engine has registers.
template <int V, class Use>
void each_byte_group(const int8_t* bytes, int begin, int end, Use&& use) {
#pragma GCC unroll 1
  for (int group = begin; group < end; ++group) {
    simd::Bytes w[V];
    for (int v = 0; v < V; ++v) {
      w[v] = simd::load_bytes(bytes + group * kQuantGroupBytes + v * kQuantVectorBytes);
    }
    use(group, w);
  }
}

// The same of widened quants, [16 pairs][8 outputs][2 inputs], of the groups from `begin` on.
template <class Sums>
void each_wide_pair(const int16_t* quants, int begin, int end, Sums& sums) {
#pragma GCC unroll 1
  for (int pair = 2 * begin; pair < 2 * end; ++pair) {
    simd::Shorts w[simd::kTileVectors];
    for (int v = 0; v < simd::kTileVectors; ++v) {
      w[v] = simd::Shorts::load_unaligned(quants +
                                          (pair * kQuantGroupBytes + v * kQuantVectorBytes) / 2);
    }
    sums.add(pair, w);
  }
}

template <>
class GroupReader<8> {
 public:
  template <class Use>
  void each(const int8_t* planes, Use&& use) const {
    each_byte_group<simd::kTileVectors>(planes, 0, kQuantGroups, use);
  }
};

}  // namespace onehead::detail
