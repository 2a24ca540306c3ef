#include "kernels/quant_block.hpp"

#include <cstring>

#include "base/half.hpp"

namespace onehead::detail {
namespace {

constexpr uint32_t kNibbles = 0x0f0f0f0f;
constexpr int32_t kPairs = kQuantGroups / 2;

template <class T>
T read(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class T>
void write(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

uint32_t byte_at(const std::byte* from, int32_t i) { return static_cast<uint32_t>(from[i]); }

float half_at(const std::byte* from) { return f16_to_f32(read<uint16_t>(from)); }

// Four bits, lowest first, as the lowest bits of four bytes.
uint32_t spread_bits(uint32_t bits) { return ((bits & 15) * 0x00204081u) & 0x01010101u; }

// Q4_0, Q4_1, Q5_0, Q5_1 keep input i in the low nibble of byte i, input 16 + i in the high one.
void read_nibbles(const std::byte* from, uint32_t (&groups)[kQuantGroups]) {
  for (int32_t p = 0; p < kPairs; ++p) {
    const auto packed = read<uint32_t>(from + 4 * p);
    groups[p] = packed & kNibbles;
    groups[p + kPairs] = (packed >> 4) & kNibbles;
  }
}

// Q5_0, Q5_1: bit i belongs to input i.
void add_fifth_bits(const std::byte* from, uint32_t (&groups)[kQuantGroups]) {
  const auto bits = read<uint32_t>(from);
  for (int32_t g = 0; g < kQuantGroups; ++g) groups[g] |= spread_bits(bits >> (4 * g)) << 4;
}

void read_small_block(WeightType type, const std::byte* from, QuantBlock& out) {
  const QuantLayout layout = quant_layout(type);
  out.scale[0] = out.scale[1] = half_at(from);
  out.minimum = layout.has_minimum ? half_at(from + 2) : 0.0f;
  const std::byte* quants = from + (layout.has_minimum ? 4 : 2);
  if (layout.bits == 8) {
    std::memcpy(out.groups, quants, kQuantBlock);
    return;
  }
  const int32_t fifth_bytes = layout.bits == 5 ? 4 : 0;
  read_nibbles(quants + fifth_bytes, out.groups);
  if (layout.bits == 5) add_fifth_bits(quants, out.groups);
}

// Q4_K and Q5_K pack eight 6-bit scales and eight 6-bit minima into 12 bytes: the first four of
// each in the low bits of bytes 0-3 and 4-7; of the others the low nibbles share bytes 8-11 and the
// upper two bits lie above the first four.
struct SmallScales {
  uint32_t scale, minimum;
};
SmallScales small_scales(const std::byte* packed, int32_t part) {
  if (part < 4) return {byte_at(packed, part) & 63, byte_at(packed, part + 4) & 63};
  const uint32_t low = byte_at(packed, part + 4);
  return {(low & 15) | (byte_at(packed, part - 4) >> 6 << 4),
          (low >> 4) | (byte_at(packed, part) >> 6 << 4)};
}

// Q4_K, Q5_K: part 2i has the low nibbles of the bytes 32i to 32i + 31, part 2i + 1 the high ones;
// bit `part` of the byte i of the fifth bits belongs to input i of the part.
void read_k_block(bool has_fifth, const std::byte* from, int32_t part, QuantBlock& out) {
  const SmallScales small = small_scales(from + 4, part);
  out.scale[0] = out.scale[1] = half_at(from) * static_cast<float>(small.scale);
  out.minimum = -(half_at(from + 2) * static_cast<float>(small.minimum));
  const std::byte* fifth = from + 4 + 12;
  const std::byte* quants = fifth + (has_fifth ? 32 : 0) + part / 2 * 32;
  for (int32_t g = 0; g < kQuantGroups; ++g) {
    out.groups[g] = (read<uint32_t>(quants + 4 * g) >> (part % 2 * 4)) & kNibbles;
    if (has_fifth) out.groups[g] |= (read<uint32_t>(fifth + 4 * g) >> part & 0x01010101u) << 4;
  }
}

// Q6_K: of each 128 inputs, the parts 0 and 1 (of 32) have the low nibbles of 64 bytes, the parts 2
// and 3 the high ones; their upper bits share 32 bytes, two bits a part. A signed scale each 16.
void read_q6_block(const std::byte* from, int32_t block, QuantBlock& out) {
  const int32_t half = block / 4;
  const int32_t part = block % 4;
  const std::byte* low = from + half * 64 + part % 2 * 32;
  const std::byte* high = from + 128 + half * 32;
  const std::byte* scales = from + 128 + 64 + half * 8 + part * 2;
  const float d = half_at(from + 128 + 64 + 16);
  for (int32_t i = 0; i < 2; ++i) {
    out.scale[i] = d * static_cast<float>(static_cast<int8_t>(scales[i]));
  }
  out.minimum = 0.0f;
  for (int32_t g = 0; g < kQuantGroups; ++g) {
    const uint32_t nibbles = (read<uint32_t>(low + 4 * g) >> (part / 2 * 4)) & kNibbles;
    const uint32_t upper = (read<uint32_t>(high + 4 * g) >> (part * 2)) & 0x03030303u;
    out.groups[g] = nibbles | upper << 4;
  }
}

// The planes of 4 bytes of one output, and back.
void to_planes(int32_t bits, const uint32_t (&g)[kQuantGroups], uint32_t (&planes)[kQuantGroups]) {
  const auto part = [](uint32_t value, int32_t first, int32_t n) {
    return value >> first & ((1u << n) - 1) * 0x01010101u;
  };
  if (bits == 4) {
    for (int32_t p = 0; p < kPairs; ++p) planes[p] = g[p] | g[p + kPairs] << 4;
  } else if (bits == 5) {
    planes[0] = g[0] | part(g[2], 0, 3) << 5;
    planes[1] = g[1] | part(g[2], 3, 2) << 6 | part(g[7], 3, 1) << 5;
    planes[2] = g[3] | part(g[5], 0, 3) << 5;
    planes[3] = g[4] | part(g[5], 3, 2) << 6 | part(g[7], 4, 1) << 5;
    planes[4] = g[6] | part(g[7], 0, 3) << 5;
  } else if (bits == 6) {
    for (int32_t p = 0; p < 6; ++p) {
      planes[p] = g[p + p / 3] | part(g[p < 3 ? 3 : 7], p % 3 * 2, 2) << 6;
    }
  } else {
    for (int32_t p = 0; p < kQuantGroups; ++p) planes[p] = g[p];
  }
}

void from_planes(int32_t bits, const uint32_t (&p)[kQuantGroups], uint32_t (&g)[kQuantGroups]) {
  const auto part = [](uint32_t value, int32_t first, int32_t n) {
    return value >> first & ((1u << n) - 1) * 0x01010101u;
  };
  if (bits == 4) {
    for (int32_t i = 0; i < kQuantGroups; ++i) g[i] = part(p[i % kPairs], i / kPairs * 4, 4);
  } else if (bits == 5) {
    constexpr int32_t kPlain[] = {0, 1, 3, 4, 6};
    for (int32_t i = 0; i < 5; ++i) g[kPlain[i]] = part(p[i], 0, 5);
    g[2] = part(p[0], 5, 3) | part(p[1], 6, 2) << 3;
    g[5] = part(p[2], 5, 3) | part(p[3], 6, 2) << 3;
    g[7] = part(p[4], 5, 3) | part(p[1], 5, 1) << 3 | part(p[3], 5, 1) << 4;
  } else if (bits == 6) {
    g[3] = g[7] = 0;
    for (int32_t i = 0; i < 6; ++i) {
      g[i + i / 3] = part(p[i], 0, 6);
      g[i < 3 ? 3 : 7] |= part(p[i], 6, 2) << (i % 3 * 2);
    }
  } else {
    for (int32_t i = 0; i < kQuantGroups; ++i) g[i] = p[i];
  }
}

float read_scale(const QuantLayout& layout, const std::byte* at) {
  return layout.scale_bytes == 2 ? half_at(at) : read<float>(at);
}

// A scale that came from an f16 goes back to the same bits.
void write_scale(const QuantLayout& layout, std::byte* at, float value) {
  if (layout.scale_bytes == 2) {
    write(at, f32_to_f16(value));
  } else {
    write(at, value);
  }
}

}  // namespace

void read_file_block(WeightType type, const std::byte* row, int32_t block, QuantBlock& out) {
  const int32_t parts = block_size(type) / kQuantBlock;
  const std::byte* from = row + static_cast<size_t>(block / parts) * block_bytes(type);
  const int32_t part = block % parts;
  if (type == WeightType::kQ6_K) {
    read_q6_block(from, part, out);
  } else if (parts > 1) {
    read_k_block(type == WeightType::kQ5_K, from, part, out);
  } else {
    read_small_block(type, from, out);
  }
}

void write_tile_block(WeightType type, const QuantBlock& from, int32_t lane,
                      std::byte* tile_block) {
  const QuantLayout layout = quant_layout(type);
  const int32_t scale_stride = kQuantTileRows * layout.scale_bytes;
  std::byte* scales = tile_block + lane * layout.scale_bytes;
  for (int32_t i = 0; i < layout.n_scales; ++i) {
    write_scale(layout, scales + i * scale_stride, from.scale[i]);
  }
  if (layout.has_minimum) write_scale(layout, scales + scale_stride, from.minimum);

  uint32_t planes[kQuantGroups];
  to_planes(layout.bits, from.groups, planes);
  std::byte* quants = tile_block + layout.scales_bytes() + lane * kQuantGroup;
  for (int32_t p = 0; p < layout.bits; ++p) write(quants + p * kQuantGroupBytes, planes[p]);
}

void read_tile_block(WeightType type, const std::byte* tile_block, int32_t lane, QuantBlock& out) {
  const QuantLayout layout = quant_layout(type);
  const int32_t scale_stride = kQuantTileRows * layout.scale_bytes;
  const std::byte* scales = tile_block + lane * layout.scale_bytes;
  out.scale[0] = read_scale(layout, scales);
  out.scale[1] = layout.n_scales == 2 ? read_scale(layout, scales + scale_stride) : out.scale[0];
  out.minimum = layout.has_minimum ? read_scale(layout, scales + scale_stride) : 0.0f;

  const std::byte* quants = tile_block + layout.scales_bytes() + lane * kQuantGroup;
  uint32_t planes[kQuantGroups] = {};
  for (int32_t p = 0; p < layout.bits; ++p) {
    planes[p] = read<uint32_t>(quants + p * kQuantGroupBytes);
  }
  from_planes(layout.bits, planes, out.groups);
}

void dequantize_block(WeightType type, const QuantBlock& block, float* out) {
  const QuantLayout layout = quant_layout(type);
  for (int32_t i = 0; i < kQuantBlock; ++i) {
    const uint32_t byte = block.groups[i / kQuantGroup] >> (i % kQuantGroup * 8) & 255;
    const int32_t q = layout.bits == 8 ? static_cast<int8_t>(byte)
                                       : static_cast<int32_t>(byte) - layout.zero_point;
    out[i] = block.scale[i / (kQuantBlock / 2)] * static_cast<float>(q);
    if (layout.has_minimum) out[i] = out[i] + block.minimum;
  }
}

}  // namespace onehead::detail
