// The element types that weight matrices may have, with GGUF's numbers and block layouts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace onehead {

enum class WeightType : uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ8_0 = 8,  // blocks of 32: one f16 scale, then 32 int8
  kBF16 = 30,
};

constexpr bool weight_type_supported(uint32_t ggml_type) {
  switch (static_cast<WeightType>(ggml_type)) {
    case WeightType::kF32:
    case WeightType::kF16:
    case WeightType::kQ8_0:
    case WeightType::kBF16:
      return true;
  }
  return false;
}

// Elements that share one block; a row holds whole blocks only.
constexpr int32_t block_size(WeightType type) { return type == WeightType::kQ8_0 ? 32 : 1; }

constexpr int32_t block_bytes(WeightType type) {
  switch (type) {
    case WeightType::kF32:
      return 4;
    case WeightType::kF16:
    case WeightType::kBF16:
      return 2;
    case WeightType::kQ8_0:
      return 34;
  }
  return 0;
}

// Bytes of one row as it lies in a file; n_cols is a multiple of block_size(type).
constexpr size_t row_bytes(WeightType type, int32_t n_cols) {
  return static_cast<size_t>(n_cols / block_size(type)) * static_cast<size_t>(block_bytes(type));
}

constexpr std::string_view weight_type_name(WeightType type) {
  switch (type) {
    case WeightType::kF32:
      return "F32";
    case WeightType::kF16:
      return "F16";
    case WeightType::kQ8_0:
      return "Q8_0";
    case WeightType::kBF16:
      return "BF16";
  }
  return "unknown";
}

}  // namespace onehead
