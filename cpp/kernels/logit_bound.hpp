// The output with the largest product, exact, without reading all of a split matrix: its upper half
// bounds every product from above, and only outputs whose bound reaches the largest product so far
// are computed.
//
// In a block, with weights d * (16 * (upper - 8) + lower), d >= 0, lower 0..15, and inputs s * x,
// the exact product is at most
//   d * 16s * (sum of (upper - 8) * x + c),   c >= 15/16 * the sum of the x > 0.
// That is a block of the upper half as a Q4_0 matrix, with inputs of scale 16s whose sum is taken
// to be c / 8 less, so c is rounded up to a multiple of 8.
//
// Both products are f32 sums over n blocks. With u = 2^-24 a computed sum of n terms, each of two
// rounded products, is within 1.01 * (n + 1) * u * the sum of |terms| of the real one, n <= 2^15.
// |terms| are at most 128 * 127 * 32 * d * s < 2^19 * d * s here, and less than 2^20 * d * s in the
// bound: the two errors together are below (n + 1) / 8 * d * s, summed over the blocks. A margin of
// m = 1 + n / 128 in each c lifts the bound by 16 * m * d * s, which is more. Products that
// overflow or underflow would break this; scales s between 2^-60 and 2^60 exclude both, as d, a
// finite f16, is 0 or between 2^-24 and 2^16.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/int_dot.hpp"
#include "kernels/quantize.hpp"
#include "kernels/tiled_matrix.hpp"

namespace onehead {

// Scratch of bound_inputs, a multiple of 64.
size_t bound_input_bytes(int32_t n_rows, int32_t n_cols);

// Inputs for which matmul with upper_half(w), any back end, gives bounds of the products of `in`
// with w. They look into `in` and `scratch`. False where a scale is out of bounds.
bool bound_inputs(const QuantizedRows& in, std::byte* scratch, QuantizedRows& out);

// The split matrix's upper half, which bound_inputs are multiplied with.
TiledMatrix bound_matrix(const TiledMatrix& w);

struct BestOutput {
  int32_t id = 0;          // of equal products, the lowest
  int32_t n_computed = 0;  // tiles
};

// `in` is one row; bounds [w.n_rows] are replaced by products where these are computed. No scale of
// w is negative.
BestOutput best_output(const TiledMatrix& w, const QuantizedRows& in, float* bounds,
                       IntDot back_end);

}  // namespace onehead
