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
    if (matrix_.type == WeightType::kQ8_0) {
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
    // Exponents of ordinary weights: the upper byte of a scale or value is 0x24, 0x3f.
    if (type == WeightType::kQ8_0) {
      for (size_t i = 1; i < row.size(); i += 34) row[i] = std::byte{0x24};
    } else {
      const size_t step = static_cast<size_t>(block_bytes(type));
      for (size_t i = step - 1; i < row.size(); i += step) {
        row[i] = type == WeightType::kF16 ? std::byte{0x28} : std::byte{0x3d};
      }
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
