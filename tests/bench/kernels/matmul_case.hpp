// A matrix product on seeded weights and inputs.
#pragma once

#include <vector>

#include "base/aligned_buffer.hpp"
#include "kernels/matmul.hpp"
#include "kernels/pack.hpp"
#include "synthetic/random.hpp"

namespace onehead::bench {

class MatmulCase {
 public:
  MatmulCase(WeightType type, int32_t n_outputs, int32_t n_cols, int32_t n_rows, IntDot back_end)
      : n_rows_(n_rows), back_end_(back_end) {
    tiles_ = *AlignedBuffer::allocate(tiled_bytes(type, n_outputs, n_cols));
    matrix_ = {type, n_outputs, n_cols, tiles_.data()};
    synthetic::Random random(1);
    const size_t n = row_bytes(type, n_cols);
    std::vector<std::byte> row(n);
    for (int32_t o = 0; o < n_outputs; o += tile_rows(type)) {
      // One random row serves a whole tile: the speed does not depend on the values.
      fill_row(type, random, row);
      std::vector<std::byte> rows;
      const int32_t count = std::min(tile_rows(type), n_outputs - o);
      for (int32_t i = 0; i < count; ++i) rows.insert(rows.end(), row.begin(), row.end());
      pack_rows(type, rows.data(), o, count, matrix_, tiles_.data());
    }
    x_.resize(static_cast<size_t>(n_rows) * static_cast<size_t>(n_cols));
    for (float& x : x_) x = random.symmetric();
    out_.resize(static_cast<size_t>(n_rows) * static_cast<size_t>(n_outputs));
    scratch_ = *AlignedBuffer::allocate(quantized_bytes(n_rows, n_cols));
    quantized_ = quantized_view(scratch_.data(), n_rows, n_cols);
  }

  // Quantising the inputs is part of the product.
  void run() {
    if (is_quantized(matrix_.type)) {
      quantize_rows(x_.data(), n_rows_, matrix_.n_cols, quantized_);
    }
    matmul(matrix_, {x_.data(), n_rows_, matrix_.n_cols, &quantized_}, out_.data(), matrix_.n_rows,
           {0, n_tiles(matrix_)}, back_end_);
  }

  float first_output() const { return out_[0]; }
  size_t weight_bytes() const { return tiles_.size(); }

 private:
  static void fill_row(WeightType type, synthetic::Random& random, std::vector<std::byte>& row) {
    for (size_t i = 0; i < row.size(); ++i) row[i] = static_cast<std::byte>(random.below(256));
    // Exponents of ordinary weights: the upper byte of a scale or value is 0x24, 0x3d.
    const auto step = static_cast<size_t>(block_bytes(type));
    const bool scale_last = type == WeightType::kQ6_K || !is_quantized(type);
    for (size_t block = 0; block < row.size(); block += step) {
      const int upper = is_quantized(type) ? 0x24 : (type == WeightType::kF16 ? 0x28 : 0x3d);
      const auto ordinary = static_cast<std::byte>(upper);
      row[block + (scale_last ? step - 1 : 1)] = ordinary;
      if (quant_layout(type).has_minimum) row[block + 3] = ordinary;
    }
  }

  int32_t n_rows_;
  IntDot back_end_;
  AlignedBuffer tiles_, scratch_;
  TiledMatrix matrix_;
  QuantizedRows quantized_;
  std::vector<float> x_, out_;
};

}  // namespace onehead::bench
