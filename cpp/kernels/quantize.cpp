#include "kernels/quantize.hpp"

#include <bit>
#include <limits>

#include "kernels/tiled_matrix.hpp"
#include "simd/f32.hpp"

namespace onehead {
namespace {

using simd::F32;
using simd::I32;
using simd::kLanes;

constexpr int kBatches = kQ8Block / kLanes;

constexpr size_t align_up(size_t bytes) { return (bytes + 63) / 64 * 64; }

// Offsets of the four arrays.
struct Layout {
  size_t wide, scale, sum, total;

  Layout(int32_t n_rows, int32_t n_cols) {
    const auto n_groups = static_cast<size_t>((n_rows + kQuantizedGroup - 1) / kQuantizedGroup);
    const size_t elements = n_groups * kQuantizedGroup * static_cast<size_t>(n_cols);
    const size_t blocks = elements / kQ8Block;
    wide = align_up(elements);
    scale = wide + align_up(elements * sizeof(int16_t));
    sum = scale + align_up(blocks * sizeof(float));
    total = sum + align_up(blocks * sizeof(int32_t));
  }
};

// Largest magnitude of a block. Compared as integers: a NaN or infinity in the block wins, makes
// the scale non-finite, and so shows in every output.
float largest_magnitude(const float* x) {
  I32 largest(0);
  for (int b = 0; b < kBatches; ++b) {
    const I32 bits = xsimd::bitwise_cast<int32_t>(simd::load(x + b * kLanes)) & I32(0x7fffffff);
    largest = xsimd::max(largest, bits);
  }
  alignas(I32) int32_t lanes[kLanes];
  largest.store_aligned(lanes);
  int32_t result = 0;
  for (const int32_t lane : lanes) result = lane > result ? lane : result;
  return std::bit_cast<float>(result);
}

void quantize_block(const float* x, int8_t* q, int16_t* wide, float& scale, int32_t& sum) {
  scale = largest_magnitude(x) / 127.0f;
  int32_t total = 0;
  if (!(scale > 0.0f && scale < std::numeric_limits<float>::infinity())) {
    for (int i = 0; i < kQ8Block; ++i) q[i] = 0;
    for (int i = 0; i < kQ8Block; ++i) wide[i] = 0;
  } else {
    // Adding 1.5 * 2^23 rounds half to even and leaves the integer in the low bits.
    const F32 shift(0x1.8p23f);
    const F32 limit(127.0f);
    for (int b = 0; b < kBatches; ++b) {
      const F32 ratio = simd::load(x + b * kLanes) / F32(scale);
      const F32 clamped = xsimd::min(xsimd::max(ratio, -limit), limit);
      const I32 rounded =
          xsimd::bitwise_cast<int32_t>(clamped + shift) - xsimd::bitwise_cast<int32_t>(shift);
      alignas(I32) int32_t lanes[kLanes];
      rounded.store_aligned(lanes);
      for (int i = 0; i < kLanes; ++i) {
        q[b * kLanes + i] = static_cast<int8_t>(lanes[i]);
        wide[b * kLanes + i] = static_cast<int16_t>(lanes[i]);
        total += lanes[i];
      }
    }
  }
  sum = total;
}

}  // namespace

size_t quantized_bytes(int32_t n_rows, int32_t n_cols) { return Layout(n_rows, n_cols).total; }

QuantizedRows quantized_view(std::byte* scratch, int32_t n_rows, int32_t n_cols) {
  const Layout layout(n_rows, n_cols);
  QuantizedRows rows;
  rows.q = reinterpret_cast<int8_t*>(scratch);
  rows.wide = reinterpret_cast<int16_t*>(scratch + layout.wide);
  rows.scale = reinterpret_cast<float*>(scratch + layout.scale);
  rows.sum = reinterpret_cast<int32_t*>(scratch + layout.sum);
  rows.n_rows = n_rows;
  rows.n_cols = n_cols;
  return rows;
}

void quantize_rows(const float* x, int32_t n_rows, int32_t n_cols, QuantizedRows& out) {
  out.n_rows = n_rows;
  out.n_cols = n_cols;
  quantize_row_range(x, 0, n_rows, out);
}

void quantize_row_range(const float* x, int32_t begin, int32_t end, const QuantizedRows& out) {
  x += static_cast<int64_t>(begin) * out.n_cols;
  for (int32_t row = begin; row < end; ++row) {
    for (int32_t block = 0; block < out.n_cols / kQ8Block; ++block, x += kQ8Block) {
      const int64_t at = out.block_index(row, block);
      quantize_block(x, out.q + at * kQ8Block, out.wide + at * kQ8Block, out.scale[at],
                     out.sum[at]);
    }
  }
}

}  // namespace onehead
