// Matrix products of f32, f16 and bf16 tiles with f32 rows.
#pragma once

#include "kernels/matmul.hpp"

namespace onehead::detail {

void matmul_float(const TiledMatrix& w, const MatmulInput& in, float* out, int32_t out_stride,
                  TileRange tiles);

}  // namespace onehead::detail
