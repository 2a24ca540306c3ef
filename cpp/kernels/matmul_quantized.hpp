// Matrix products of quantised tiles; see matmul.hpp.
#pragma once

#include "kernels/matmul.hpp"

namespace onehead::detail {

void matmul_quantized(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows, float* out,
                      int32_t out_stride, TileRange tiles, IntDot back_end);

}  // namespace onehead::detail
