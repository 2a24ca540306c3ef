// out = x W^T for any number of rows, from tiles.
#pragma once

#include <cstdint>

#include "kernels/int_dot.hpp"
#include "kernels/quantize.hpp"
#include "kernels/tiled_matrix.hpp"

namespace onehead {

struct MatmulInput {
  const float* x = nullptr;  // [n_rows, n_cols]; not read for quantised weights
  int32_t n_rows = 0;
  int32_t n_cols = 0;
  const QuantizedRows* quantized = nullptr;  // of the same x; read for quantised weights only
};

// out[r * out_stride + o] for the outputs o of the given tiles and every row r of the input.
// F32, F16, BF16: acc = acc + w * x over inputs ascending, from +0, in f32.
// Quantised: from +0, over blocks of 32 inputs ascending (halves of a block where each has its own
// scale, Q6_K), idot = the exact sum of (q - zero point) * x_q:
//   acc = acc + float(idot) * (w_scale * x_scale)
//   acc = acc + w_minimum * (float(sum of x_q) * x_scale)   where the type has minima
void matmul(const TiledMatrix& w, const MatmulInput& in, float* out, int32_t out_stride,
            TileRange tiles, IntDot back_end);

}  // namespace onehead
