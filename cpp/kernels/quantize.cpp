#include "kernels/quantize.hpp"

#include <bit>
#include <cstring>
#include <limits>

#include "kernels/tiled_matrix.hpp"
#include "simd/f32.hpp"

namespace onehead {
namespace {

using simd::F32;
using simd::I32;
using simd::kLanes;

constexpr int kBatches = kQuantBlock / kLanes;

constexpr size_t align_up(size_t bytes) { return (bytes + 63) / 64 * 64; }

// Where each array of the scratch begins.
struct Layout {
  size_t wide, magnitude, sign, scale, scaled_sum, sum, negative, lane_sums, total;

  Layout(int32_t n_rows, int32_t n_cols) {
    const auto n_groups = static_cast<size_t>((n_rows + kQuantizedGroup - 1) / kQuantizedGroup);
    const size_t elements = n_groups * kQuantizedGroup * static_cast<size_t>(n_cols);
    const size_t blocks = elements / kQuantBlock;
    size_t end = align_up(elements);
    const auto place = [&end](size_t bytes) {
      const size_t begin = end;
      end += align_up(bytes);
      return begin;
    };
    wide = place(elements * sizeof(int16_t));
    magnitude = place(elements);
    sign = place(elements);
    scale = place(blocks * sizeof(float));
    scaled_sum = place(blocks * sizeof(float));
    sum = place(blocks * sizeof(int32_t));
    negative = place(blocks * sizeof(int32_t));
    lane_sums = place(blocks * 4 * sizeof(int16_t));
    total = end;
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

// rounded [32]: x / scale, half to even. A block that is all zeros or not finite gives zeros.
void round_block(const float* x, float scale, int32_t* rounded) {
  if (!(scale > 0.0f && scale < std::numeric_limits<float>::infinity())) {
    for (int i = 0; i < kQuantBlock; ++i) rounded[i] = 0;
    return;
  }
  // Adding 1.5 * 2^23 rounds half to even and leaves the integer in the low bits.
  const F32 shift(0x1.8p23f);
  const F32 limit(127.0f);
  for (int b = 0; b < kBatches; ++b) {
    const F32 ratio = simd::load(x + b * kLanes) / F32(scale);
    const F32 clamped = xsimd::min(xsimd::max(ratio, -limit), limit);
    const I32 integers =
        xsimd::bitwise_cast<int32_t>(clamped + shift) - xsimd::bitwise_cast<int32_t>(shift);
    integers.store_aligned(rounded + b * kLanes);
  }
}

// Sums over a half of a block, of the elements with the same i % 4.
struct HalfSums {
  int32_t value[kQuantGroup] = {};
  int32_t magnitude[kQuantGroup] = {};

  explicit HalfSums(const int32_t* rounded) {
    for (int i = 0; i < kQuantBlock / 2; i += kQuantGroup) {
      for (int j = 0; j < kQuantGroup; ++j) {
        const int32_t element = rounded[i + j];
        value[j] += element;
        magnitude[j] += element < 0 ? -element : element;
      }
    }
  }
};

// Block `at` of the arrays. Everything is made in local arrays first: bytes in memory may be
// anything to a compiler, and then it does not use SIMD.
void quantize_block(const float* x, const QuantizedRows& out, int64_t at) {
  const float scale = largest_magnitude(x) / 127.0f;
  alignas(64) int32_t rounded[kQuantBlock];
  alignas(64) int16_t wide[kQuantBlock];
  alignas(64) int8_t q[kQuantBlock], magnitude[kQuantBlock], sign[kQuantBlock];
  round_block(x, scale, rounded);
  for (int i = 0; i < kQuantBlock; ++i) wide[i] = static_cast<int16_t>(rounded[i]);
  for (int i = 0; i < kQuantBlock; ++i) q[i] = static_cast<int8_t>(wide[i]);
  for (int i = 0; i < kQuantBlock; ++i) sign[i] = static_cast<int8_t>(q[i] < 0 ? -1 : 0);
  for (int i = 0; i < kQuantBlock; ++i) {
    magnitude[i] = static_cast<int8_t>((q[i] ^ sign[i]) - sign[i]);
  }
  const int64_t first = at * kQuantBlock;
  std::memcpy(out.q + first, q, sizeof q);
  std::memcpy(out.wide + first, wide, sizeof wide);
  std::memcpy(out.magnitude + first, magnitude, sizeof magnitude);
  std::memcpy(out.sign + first, sign, sizeof sign);

  const HalfSums halves[] = {HalfSums(rounded), HalfSums(rounded + kQuantBlock / 2)};
  int32_t total = 0;
  int32_t total_magnitude = 0;
  int16_t* lane_sums = out.lane_sums + at * 4;
  for (const HalfSums& half : halves) {
    const int32_t low = half.value[0] + half.value[1];
    const int32_t high = half.value[2] + half.value[3];
    *lane_sums++ = static_cast<int16_t>(-low);
    *lane_sums++ = static_cast<int16_t>(-high);
    total += low + high;
    for (const int32_t sum : half.magnitude) total_magnitude += sum;
  }
  out.scale[at] = scale;
  out.scaled_sum[at] = static_cast<float>(total) * scale;
  out.sum[at] = total;
  out.negative[at] = (total_magnitude - total) / 2;
}

// Products take the last group whole. What its missing rows give is thrown away and may be
// anything, but their sums are multiplied as numbers, which must not overflow.
void clear_missing_rows(const QuantizedRows& out) {
  for (int32_t row = out.n_rows; row % kQuantizedGroup != 0; ++row) {
    for (int32_t block = 0; block < out.n_cols / kQuantBlock; ++block) {
      out.sum[out.block_index(row, block)] = 0;
    }
  }
}

}  // namespace

size_t quantized_bytes(int32_t n_rows, int32_t n_cols) { return Layout(n_rows, n_cols).total; }

QuantizedRows quantized_view(std::byte* scratch, int32_t n_rows, int32_t n_cols) {
  const Layout layout(n_rows, n_cols);
  QuantizedRows rows;
  rows.q = reinterpret_cast<int8_t*>(scratch);
  rows.wide = reinterpret_cast<int16_t*>(scratch + layout.wide);
  rows.magnitude = reinterpret_cast<int8_t*>(scratch + layout.magnitude);
  rows.sign = reinterpret_cast<int8_t*>(scratch + layout.sign);
  rows.scale = reinterpret_cast<float*>(scratch + layout.scale);
  rows.scaled_sum = reinterpret_cast<float*>(scratch + layout.scaled_sum);
  rows.sum = reinterpret_cast<int32_t*>(scratch + layout.sum);
  rows.negative = reinterpret_cast<int32_t*>(scratch + layout.negative);
  rows.lane_sums = reinterpret_cast<int16_t*>(scratch + layout.lane_sums);
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
    for (int32_t block = 0; block < out.n_cols / kQuantBlock; ++block, x += kQuantBlock) {
      quantize_block(x, out, out.block_index(row, block));
    }
  }
  if (end == out.n_rows) clear_missing_rows(out);
}

}  // namespace onehead
