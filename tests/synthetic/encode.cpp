#include "synthetic/encode.hpp"

#include <bit>
#include <cmath>

#include "base/half.hpp"

namespace onehead::synthetic {
namespace {

constexpr size_t kQ8Block = 32;

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

// f16 scale d = max|x| / 127, then 32 quants round(x / d).
void put_q8_block(std::vector<std::byte>& out, std::span<const float> x) {
  float amax = 0.0f;
  for (const float value : x) amax = std::fabs(value) > amax ? std::fabs(value) : amax;
  const float d = amax / 127.0f;
  put_u16(out, f32_to_f16(d));
  for (const float value : x) {
    const float scaled = d == 0.0f ? 0.0f : value / d;
    out.push_back(static_cast<std::byte>(static_cast<int8_t>(std::nearbyint(scaled))));
  }
}

}  // namespace

std::vector<std::byte> encode(WeightType type, std::span<const float> values) {
  std::vector<std::byte> out;
  switch (type) {
    case WeightType::kF32:
      for (const float value : values) put_u32(out, std::bit_cast<uint32_t>(value));
      break;
    case WeightType::kF16:
      for (const float value : values) put_u16(out, f32_to_f16(value));
      break;
    case WeightType::kBF16:
      for (const float value : values) put_u16(out, to_bf16(value));
      break;
    case WeightType::kQ8_0:
      for (size_t i = 0; i < values.size(); i += kQ8Block) {
        put_q8_block(out, values.subspan(i, kQ8Block));
      }
      break;
  }
  return out;
}

}  // namespace onehead::synthetic
