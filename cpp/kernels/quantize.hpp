// Activations to int8 in blocks of 32, at every shape the same, with what the ways of multiplying
// them (int_dot.hpp) want to know of a block beforehand.
#pragma once

#include <cstddef>
#include <cstdint>

namespace onehead {

// Rows lie in groups of four, block after block, so that one pointer serves the rows of a tile:
// [row group][block][4 rows].
inline constexpr int32_t kQuantizedGroup = 4;

// Views into scratch of the caller; n_cols is a multiple of 32.
struct QuantizedRows {
  int8_t* q = nullptr;           // [row group][block][4][32], -127..127
  int16_t* wide = nullptr;       // the same integers for 16-bit dot products
  int8_t* magnitude = nullptr;   // |q|
  int8_t* sign = nullptr;        // -1 where q is negative, else 0
  float* scale = nullptr;        // [row group][block][4]
  float* scaled_sum = nullptr;   // [row group][block][4], scale * the sum of q
  int32_t* sum = nullptr;        // [row group][block][4], of q
  int32_t* negative = nullptr;   // [row group][block][4], of |q| where q is negative
  int16_t* lane_sums = nullptr;  // [row group][block][4][2 halves][2]: minus the sum of q over the
                                 // elements with i % 4 < 2, and over the others
  int32_t n_rows = 0;
  int32_t n_cols = 0;

  // Where a block of a row has its scale and sums; 32 times that, its integers.
  int64_t block_index(int32_t row, int32_t block) const {
    const int64_t n_blocks = n_cols / 32;
    return (row / kQuantizedGroup * n_blocks + block) * kQuantizedGroup + row % kQuantizedGroup;
  }
};

// Scratch for n_rows x n_cols, a multiple of 64.
size_t quantized_bytes(int32_t n_rows, int32_t n_cols);

// Views of 64-byte aligned scratch of quantized_bytes.
QuantizedRows quantized_view(std::byte* scratch, int32_t n_rows, int32_t n_cols);

// x [n_rows, n_cols]. Per block: scale = max|x| / 127, q = x / scale rounded half to even; a block
// of zeros has scale 0 and zeros. out has been made by quantized_view for at least n_rows.
void quantize_rows(const float* x, int32_t n_rows, int32_t n_cols, QuantizedRows& out);

// Rows [begin, end) of the same.
void quantize_row_range(const float* x, int32_t begin, int32_t end, const QuantizedRows& out);

}  // namespace onehead
