// Matrix products of Q8_0 tiles with rows quantised to int8.
#pragma once

#include "kernels/matmul.hpp"

namespace onehead::detail {

void matmul_q8(const TiledMatrix& w, const QuantizedRows& in, int32_t n_rows, float* out,
               int32_t out_stride, TileRange tiles, IntDot back_end);

}  // namespace onehead::detail
