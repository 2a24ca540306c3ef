#include "kernels/matmul.hpp"

#include "kernels/matmul_float.hpp"
#include "kernels/matmul_quantized.hpp"

namespace onehead {

void matmul(const TiledMatrix& w, const MatmulInput& in, float* out, int32_t out_stride,
            TileRange tiles, IntDot back_end) {
  if (is_quantized(w.type)) {
    detail::matmul_quantized(w, *in.quantized, in.n_rows, out, out_stride, tiles, back_end);
  } else {
    detail::matmul_float(w, in, out, out_stride, tiles);
  }
}

}  // namespace onehead
