#include "kernels/split_matrix.hpp"

#include <cstring>

namespace onehead::detail {
namespace {

constexpr uint32_t kNibbles = 0x0f0f0f0f;
constexpr uint32_t kBias = 0x80808080;
constexpr int32_t kPlanes = kQuantGroups / 2;

}  // namespace

void write_split_block(const std::byte* file_block, int32_t lane, std::byte* upper,
                       std::byte* lower) {
  constexpr int32_t kScaleBytes = quant_layout(WeightType::kQ4_0).scale_bytes;
  std::memcpy(upper + lane * kScaleBytes, file_block, kScaleBytes);
  upper += quant_layout(WeightType::kQ4_0).scales_bytes() + lane * kQuantGroup;
  lower += lane * kQuantGroup;
  const std::byte* quants = file_block + kScaleBytes;
  for (int32_t p = 0; p < kPlanes; ++p) {
    uint32_t first, second;  // the groups p and p + 4
    std::memcpy(&first, quants + p * kQuantGroup, sizeof first);
    std::memcpy(&second, quants + (p + kPlanes) * kQuantGroup, sizeof second);
    const uint32_t high = (((first ^ kBias) >> 4) & kNibbles) | ((second ^ kBias) & ~kNibbles);
    const uint32_t low = (first & kNibbles) | (second & kNibbles) << 4;
    std::memcpy(upper + p * kQuantGroupBytes, &high, sizeof high);
    std::memcpy(lower + p * kQuantGroupBytes, &low, sizeof low);
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
