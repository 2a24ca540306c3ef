#include "kernels/split_matrix.hpp"

#include <cstring>

namespace onehead::detail {
namespace {

constexpr uint32_t kNibbles = 0x0f0f0f0f;
constexpr uint32_t kBias = 0x80808080;
constexpr int32_t kPlanes = kQuantGroups / 2;

}  // namespace

void write_split_block(const QuantBlock& from, int32_t lane, std::byte* upper, std::byte* lower) {
  QuantBlock high = from;
  for (int32_t g = 0; g < kQuantGroups; ++g) {
    high.groups[g] = ((from.groups[g] ^ kBias) >> 4) & kNibbles;
  }
  write_tile_block(WeightType::kQ4_0, high, lane, upper);
  for (int32_t p = 0; p < kPlanes; ++p) {
    const uint32_t plane = (from.groups[p] & kNibbles) | (from.groups[p + kPlanes] & kNibbles) << 4;
    std::memcpy(lower + p * kQuantGroupBytes + lane * kQuantGroup, &plane, sizeof plane);
  }
}

void read_split_block(const std::byte* upper, const std::byte* lower, int32_t lane,
                      QuantBlock& out) {
  read_tile_block(WeightType::kQ4_0, upper, lane, out);
  for (int32_t g = 0; g < kQuantGroups; ++g) {
    uint32_t plane;
    std::memcpy(&plane, lower + g % kPlanes * kQuantGroupBytes + lane * kQuantGroup, sizeof plane);
    const uint32_t low = plane >> (g / kPlanes * 4) & kNibbles;
    out.groups[g] = (out.groups[g] << 4 | low) ^ kBias;
  }
}

}  // namespace onehead::detail
