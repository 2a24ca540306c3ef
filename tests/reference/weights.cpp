#include "reference/weights.hpp"

#include <bit>

#include "base/half.hpp"

namespace onehead::reference {
namespace {

int32_t u8(const std::byte* at) { return static_cast<int32_t>(*at); }
uint16_t u16(const std::byte* at) { return static_cast<uint16_t>(u8(at) | u8(at + 1) << 8); }
uint32_t u32(const std::byte* at) {
  return static_cast<uint32_t>(u16(at)) | static_cast<uint32_t>(u16(at + 2)) << 16;
}
float half(const std::byte* at) { return f16_to_f32(u16(at)); }

// Blocks of 32: scale d, with `minimum` also m; with `fifth` 32 high bits; then byte i has the low
// bits of element i in its low nibble, of element 16 + i in its high one.
void read_block_of_32(const std::byte* at, bool minimum, bool fifth, Matrix& out) {
  out.scales.push_back(half(at));
  if (minimum) out.minima.push_back(half(at + 2));
  const std::byte* high = at + (minimum ? 4 : 2);
  const std::byte* low = high + (fifth ? 4 : 0);
  const int32_t zero_point = minimum ? 0 : (fifth ? 16 : 8);
  for (int32_t i = 0; i < 32; ++i) {
    int32_t q = i < 16 ? u8(low + i) % 16 : u8(low + i - 16) / 16;
    if (fifth && (u8(high + i / 8) >> (i % 8)) % 2 == 1) q += 16;
    out.quants.push_back(static_cast<int8_t>(q - zero_point));
  }
}

// Blocks of 256: d, m; 12 bytes with the 6-bit scales and minima of eight parts of 32; with `fifth`
// 32 bytes of high bits, bit p for part p; then for each two parts 32 bytes, a nibble for each.
void read_k_block(const std::byte* at, bool fifth, Matrix& out) {
  const float d = half(at);
  const float m = half(at + 2);
  const std::byte* packed = at + 4;
  const std::byte* high = packed + 12;
  const std::byte* low = high + (fifth ? 32 : 0);
  for (int32_t part = 0; part < 8; ++part) {
    int32_t scale, minimum;
    if (part < 4) {
      scale = u8(packed + part) % 64;
      minimum = u8(packed + part + 4) % 64;
    } else {
      scale = u8(packed + part + 4) % 16 + u8(packed + part - 4) / 64 * 16;
      minimum = u8(packed + part + 4) / 16 + u8(packed + part) / 64 * 16;
    }
    out.scales.push_back(d * static_cast<float>(scale));
    out.minima.push_back(-(m * static_cast<float>(minimum)));
    for (int32_t i = 0; i < 32; ++i) {
      const int32_t byte = u8(low + part / 2 * 32 + i);
      int32_t q = part % 2 == 0 ? byte % 16 : byte / 16;
      if (fifth && (u8(high + i) >> part) % 2 == 1) q += 16;
      out.quants.push_back(static_cast<int8_t>(q));
    }
  }
}

// Blocks of 256: 128 bytes of low nibbles, 64 of upper bit pairs, a signed scale for each 16, d.
void read_q6_block(const std::byte* at, Matrix& out) {
  const float d = half(at + 208);
  for (int32_t i = 0; i < 16; ++i) {
    out.scales.push_back(d * static_cast<float>(static_cast<int8_t>(at[192 + i])));
  }
  for (int32_t i = 0; i < 256; ++i) {
    const int32_t j = i % 128;  // within a half, which has 64 bytes of nibbles and 32 of pairs
    const int32_t nibbles = u8(at + i / 128 * 64 + j % 64);
    const int32_t pairs = u8(at + 128 + i / 128 * 32 + j % 32);
    const int32_t low = j < 64 ? nibbles % 16 : nibbles / 16;
    const int32_t upper = (pairs >> (j / 32 * 2)) % 4;
    out.quants.push_back(static_cast<int8_t>(low + upper * 16 - 32));
  }
}

void read_block(WeightType type, const std::byte* at, Matrix& out) {
  switch (type) {
    case WeightType::kF32:
      out.values.push_back(std::bit_cast<float>(u32(at)));
      break;
    case WeightType::kF16:
      out.values.push_back(half(at));
      break;
    case WeightType::kBF16:
      out.values.push_back(bf16_to_f32(u16(at)));
      break;
    case WeightType::kQ4_0:
      return read_block_of_32(at, false, false, out);
    case WeightType::kQ4_1:
      return read_block_of_32(at, true, false, out);
    case WeightType::kQ5_0:
      return read_block_of_32(at, false, true, out);
    case WeightType::kQ5_1:
      return read_block_of_32(at, true, true, out);
    case WeightType::kQ8_0:
      out.scales.push_back(half(at));
      for (int32_t i = 0; i < 32; ++i) out.quants.push_back(static_cast<int8_t>(at[2 + i]));
      break;
    case WeightType::kQ4_K:
      return read_k_block(at, false, out);
    case WeightType::kQ5_K:
      return read_k_block(at, true, out);
    case WeightType::kQ6_K:
      return read_q6_block(at, out);
  }
}

}  // namespace

Matrix read_matrix(WeightType type, const std::byte* rows, int32_t n_rows, int32_t n_cols) {
  Matrix out;
  out.n_rows = n_rows;
  out.n_cols = n_cols;
  out.scale_block = type == WeightType::kQ6_K ? 16 : 32;
  const size_t n_blocks =
      static_cast<size_t>(n_rows) * static_cast<size_t>(n_cols / block_size(type));
  for (size_t i = 0; i < n_blocks; ++i) {
    read_block(type, rows + i * static_cast<size_t>(block_bytes(type)), out);
  }
  return out;
}

}  // namespace onehead::reference
