// The element types that weight matrices may have, with GGUF's numbers and block layouts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace onehead {

// Quantised types hold blocks of 32 elements that share an f16 scale d, some with an f16 minimum m:
//   Q4_0, Q5_0, Q8_0: d, [high bits,] quants:  (q - zero point) * d
//   Q4_1, Q5_1: d, m, [high bits,] quants:     q * d + m
// or blocks of 256 whose parts have small integer scales s_i, n_i of their own:
//   Q4_K, Q5_K: d, m, packed s and n, [high bits,] quants:  q * (d * s_i) - (m * n_i), parts of 32
//   Q6_K: quants, high bits, s, d:                          (q - 32) * (d * s_i), parts of 16
enum class WeightType : uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kBF16 = 30,
};

inline constexpr WeightType kQuantizedTypes[] = {
    WeightType::kQ4_0, WeightType::kQ4_1, WeightType::kQ5_0, WeightType::kQ5_1,
    WeightType::kQ8_0, WeightType::kQ4_K, WeightType::kQ5_K, WeightType::kQ6_K};

namespace detail {

struct WeightTypeTraits {
  std::string_view name;
  int32_t block_size = 0;  // 0: not a type that is read here
  int32_t block_bytes = 0;
};

constexpr WeightTypeTraits weight_type_traits(WeightType type) {
  switch (type) {
    case WeightType::kF32:
      return {"F32", 1, 4};
    case WeightType::kF16:
      return {"F16", 1, 2};
    case WeightType::kQ4_0:
      return {"Q4_0", 32, 2 + 16};
    case WeightType::kQ4_1:
      return {"Q4_1", 32, 4 + 16};
    case WeightType::kQ5_0:
      return {"Q5_0", 32, 2 + 4 + 16};
    case WeightType::kQ5_1:
      return {"Q5_1", 32, 4 + 4 + 16};
    case WeightType::kQ8_0:
      return {"Q8_0", 32, 2 + 32};
    case WeightType::kQ4_K:
      return {"Q4_K", 256, 4 + 12 + 128};
    case WeightType::kQ5_K:
      return {"Q5_K", 256, 4 + 12 + 32 + 128};
    case WeightType::kQ6_K:
      return {"Q6_K", 256, 128 + 64 + 16 + 2};
    case WeightType::kBF16:
      return {"BF16", 1, 2};
  }
  return {"unknown", 0, 0};
}

}  // namespace detail

constexpr bool weight_type_supported(uint32_t ggml_type) {
  return detail::weight_type_traits(static_cast<WeightType>(ggml_type)).block_size != 0;
}

// Elements that share one block; a row holds whole blocks only.
constexpr int32_t block_size(WeightType type) {
  return detail::weight_type_traits(type).block_size;
}

constexpr int32_t block_bytes(WeightType type) {
  return detail::weight_type_traits(type).block_bytes;
}

// Whether a matrix of this type is multiplied with int8 activations.
constexpr bool is_quantized(WeightType type) { return block_size(type) > 1; }

// Bytes of one row as it lies in a file; n_cols is a multiple of block_size(type).
constexpr size_t row_bytes(WeightType type, int32_t n_cols) {
  return static_cast<size_t>(n_cols / block_size(type)) * static_cast<size_t>(block_bytes(type));
}

constexpr std::string_view weight_type_name(WeightType type) {
  return detail::weight_type_traits(type).name;
}

}  // namespace onehead
