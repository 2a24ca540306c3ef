#include "synthetic/encode_quantized.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "base/half.hpp"

namespace onehead::synthetic {
namespace {

using Bytes = std::vector<std::byte>;

void put(Bytes& out, int32_t byte) { out.push_back(static_cast<std::byte>(byte)); }

void put_half(Bytes& out, float value) {
  const uint16_t half = f32_to_f16(value);
  put(out, half & 255);
  put(out, half >> 8);
}

int32_t nearest(float x, float scale, int32_t lowest, int32_t highest) {
  const float ratio = scale == 0.0f ? 0.0f : x / scale;
  return std::clamp(static_cast<int32_t>(std::nearbyint(ratio)), lowest, highest);
}

// The value of largest magnitude, with its sign.
float extreme(std::span<const float> x) {
  return *std::max_element(x.begin(), x.end(),
                           [](float a, float b) { return std::fabs(a) < std::fabs(b); });
}

// 32 quants of 4 or 5 bits: the fifth bits first, then the low nibbles, i and 16 + i in one byte.
void put_quants(Bytes& out, const std::array<int32_t, 32>& q, int32_t bits) {
  for (size_t byte = 0; bits == 5 && byte < 4; ++byte) {
    int32_t fifth = 0;
    for (size_t i = 0; i < 8; ++i) fifth |= (q[byte * 8 + i] >> 4) << i;
    put(out, fifth);
  }
  for (size_t i = 0; i < 16; ++i) put(out, (q[i] & 15) | (q[16 + i] & 15) << 4);
}

void put_block_of_32(Bytes& out, std::span<const float> x, int32_t bits, bool has_minimum) {
  const int32_t highest = (1 << bits) - 1;
  const int32_t zero_point = has_minimum ? 0 : 1 << (bits - 1);
  const float minimum = has_minimum ? *std::min_element(x.begin(), x.end()) : 0.0f;
  const float d =
      has_minimum ? (*std::max_element(x.begin(), x.end()) - minimum) / static_cast<float>(highest)
                  : extreme(x) / static_cast<float>(-zero_point);
  put_half(out, d);
  if (has_minimum) put_half(out, minimum);
  std::array<int32_t, 32> q{};
  for (size_t i = 0; i < 32; ++i) {
    q[i] = nearest(x[i] - minimum, d, -zero_point, highest - zero_point) + zero_point;
  }
  put_quants(out, q, bits);
}

void put_q8_block(Bytes& out, std::span<const float> x) {
  const float d = std::fabs(extreme(x)) / 127.0f;
  put_half(out, d);
  for (const float value : x) put(out, nearest(value, d, -127, 127));
}

void put_k_block(Bytes& out, std::span<const float> x, int32_t bits) {
  const auto highest = static_cast<float>((1 << bits) - 1);
  std::array<float, 8> scale{}, minimum{};
  for (size_t part = 0; part < 8; ++part) {
    const auto values = x.subspan(part * 32, 32);
    minimum[part] = std::max(0.0f, -*std::min_element(values.begin(), values.end()));
    scale[part] =
        std::max(0.0f, *std::max_element(values.begin(), values.end()) + minimum[part]) / highest;
  }
  const float d = *std::max_element(scale.begin(), scale.end()) / 63.0f;
  const float m = *std::max_element(minimum.begin(), minimum.end()) / 63.0f;
  put_half(out, d);
  put_half(out, m);
  std::array<int32_t, 8> s{}, n{};
  for (size_t part = 0; part < 8; ++part) {
    s[part] = nearest(scale[part], d, 0, 63);
    n[part] = nearest(minimum[part], m, 0, 63);
  }
  for (size_t i = 0; i < 4; ++i) put(out, s[i] | (s[i + 4] >> 4) << 6);
  for (size_t i = 0; i < 4; ++i) put(out, n[i] | (n[i + 4] >> 4) << 6);
  for (size_t i = 4; i < 8; ++i) put(out, (s[i] & 15) | (n[i] & 15) << 4);

  std::array<int32_t, 256> q{};
  for (size_t i = 0; i < 256; ++i) {
    const size_t part = i / 32;
    q[i] = nearest(x[i] + m * static_cast<float>(n[part]), d * static_cast<float>(s[part]), 0,
                   (1 << bits) - 1);
  }
  for (size_t i = 0; bits == 5 && i < 32; ++i) {
    int32_t fifth = 0;
    for (size_t part = 0; part < 8; ++part) fifth |= (q[part * 32 + i] >> 4) << part;
    put(out, fifth);
  }
  for (size_t part = 0; part < 8; part += 2) {
    for (size_t i = 0; i < 32; ++i) {
      put(out, (q[part * 32 + i] & 15) | (q[part * 32 + 32 + i] & 15) << 4);
    }
  }
}

void put_q6_block(Bytes& out, std::span<const float> x) {
  std::array<float, 16> scale{};
  for (size_t part = 0; part < 16; ++part) scale[part] = extreme(x.subspan(part * 16, 16)) / -32.0f;
  const float d = std::fabs(extreme(scale)) / 127.0f;
  std::array<int32_t, 16> s{};
  for (size_t part = 0; part < 16; ++part) s[part] = nearest(scale[part], d, -128, 127);
  std::array<int32_t, 256> q{};
  for (size_t i = 0; i < 256; ++i) {
    q[i] = nearest(x[i], d * static_cast<float>(s[i / 16]), -32, 31) + 32;
  }
  for (size_t half = 0; half < 256; half += 128) {
    for (size_t i = 0; i < 64; ++i) put(out, (q[half + i] & 15) | (q[half + 64 + i] & 15) << 4);
  }
  for (size_t half = 0; half < 256; half += 128) {
    for (size_t i = 0; i < 32; ++i) {
      int32_t upper = 0;
      for (size_t part = 0; part < 4; ++part) upper |= (q[half + part * 32 + i] >> 4) << (2 * part);
      put(out, upper);
    }
  }
  for (const int32_t value : s) put(out, value);
  put_half(out, d);
}

}  // namespace

std::vector<std::byte> encode_quantized(WeightType type, std::span<const float> values) {
  Bytes out;
  const auto size = static_cast<size_t>(block_size(type));
  for (size_t i = 0; i < values.size(); i += size) {
    const auto x = values.subspan(i, size);
    if (type == WeightType::kQ4_0) put_block_of_32(out, x, 4, false);
    if (type == WeightType::kQ4_1) put_block_of_32(out, x, 4, true);
    if (type == WeightType::kQ5_0) put_block_of_32(out, x, 5, false);
    if (type == WeightType::kQ5_1) put_block_of_32(out, x, 5, true);
    if (type == WeightType::kQ8_0) put_q8_block(out, x);
    if (type == WeightType::kQ4_K) put_k_block(out, x, 4);
    if (type == WeightType::kQ5_K) put_k_block(out, x, 5);
    if (type == WeightType::kQ6_K) put_q6_block(out, x);
  }
  return out;
}

}  // namespace onehead::synthetic
