// Random rows of weights as a file holds them: any bytes, with finite numbers where they are read
// as such.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/weight_type.hpp"
#include "synthetic/random.hpp"

namespace onehead {

// Offsets of the f16 numbers in a block of a quantised type.
inline std::vector<size_t> half_offsets(WeightType type) {
  switch (type) {
    case WeightType::kQ4_0:
    case WeightType::kQ5_0:
    case WeightType::kQ8_0:
      return {0};
    case WeightType::kQ6_K:
      return {208};
    default:
      return {0, 2};
  }
}

// Gives every f16 of the blocks the bits that next() returns.
template <class Next>
void set_scales(WeightType type, std::vector<std::byte>& file, Next&& next) {
  for (size_t block = 0; block < file.size(); block += static_cast<size_t>(block_bytes(type))) {
    for (const size_t offset : half_offsets(type)) {
      const uint16_t half = next();
      file[block + offset] = static_cast<std::byte>(half & 255);
      file[block + offset + 1] = static_cast<std::byte>(half >> 8);
    }
  }
}

// Halves of every kind but infinities and NaN: subnormals, zeros and negative ones often.
inline uint16_t random_half(synthetic::Random& random) {
  const auto half = static_cast<uint16_t>(random.next());
  if (random.below(16) == 0) return half & 0x8000u;
  if (random.below(8) == 0) return half & 0x83ffu;
  return static_cast<uint16_t>((half & 0x83ffu) | ((1 + random.below(20)) << 10));
}

inline std::vector<std::byte> random_file(WeightType type, int32_t n_rows, int32_t n_cols,
                                          uint64_t seed) {
  synthetic::Random random(seed);
  std::vector<std::byte> file(static_cast<size_t>(n_rows) * row_bytes(type, n_cols));
  for (std::byte& byte : file) byte = static_cast<std::byte>(random.next());
  if (is_quantized(type)) {
    // Extremes of the quants in a third of the bytes.
    constexpr uint8_t kExtremes[] = {0x80, 0x7f, 0x81, 0x00, 0xff};
    for (std::byte& byte : file) {
      if (random.below(3) == 0) byte = static_cast<std::byte>(kExtremes[random.below(5)]);
    }
    set_scales(type, file, [&] { return random_half(random); });
    return file;
  }
  const auto step = static_cast<size_t>(block_bytes(type));
  for (size_t i = 0; i < file.size(); i += step) {
    const uint32_t bits = std::bit_cast<uint32_t>(random.symmetric());
    const uint16_t half =
        type == WeightType::kF16 ? random_half(random) : static_cast<uint16_t>(bits >> 16);
    if (step == 4) {
      file[i] = static_cast<std::byte>(bits & 255);
      file[i + 1] = static_cast<std::byte>(bits >> 8 & 255);
    }
    file[i + step - 2] = static_cast<std::byte>(half & 255);
    file[i + step - 1] = static_cast<std::byte>(half >> 8);
  }
  return file;
}

}  // namespace onehead
