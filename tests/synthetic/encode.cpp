#include "synthetic/encode.hpp"

#include <bit>

#include "base/half.hpp"
#include "synthetic/encode_quantized.hpp"

namespace onehead::synthetic {
namespace {

void put_u16(std::vector<std::byte>& out, uint16_t value) {
  out.push_back(static_cast<std::byte>(value & 0xFF));
  out.push_back(static_cast<std::byte>(value >> 8));
}

void put_u32(std::vector<std::byte>& out, uint32_t value) {
  put_u16(out, static_cast<uint16_t>(value & 0xFFFF));
  put_u16(out, static_cast<uint16_t>(value >> 16));
}

// The upper half of the float, rounded half to even.
uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  return static_cast<uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

}  // namespace

std::vector<std::byte> encode(WeightType type, std::span<const float> values) {
  if (is_quantized(type)) return encode_quantized(type, values);
  std::vector<std::byte> out;
  for (const float value : values) {
    if (type == WeightType::kF32) put_u32(out, std::bit_cast<uint32_t>(value));
    if (type == WeightType::kF16) put_u16(out, f32_to_f16(value));
    if (type == WeightType::kBF16) put_u16(out, to_bf16(value));
  }
  return out;
}

}  // namespace onehead::synthetic
