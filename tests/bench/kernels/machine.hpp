// What the machine itself can do, in this build's batches: the bars beside which kernels are put.
#pragma once

#include <algorithm>

#include "base/aligned_buffer.hpp"
#include "simd/f32.hpp"

namespace onehead::bench {

// Both loops are calls of their own, to be made in small portions: an engine that compiles in tiers
// replaces a function only between two calls.

// Reads n floats once; the sum keeps the loads alive.
[[gnu::noinline]] inline float read_floats(const float* x, size_t n) {
  using simd::F32;
  constexpr int kChains = 8;
  constexpr size_t kStep = kChains * static_cast<size_t>(simd::kLanes);
  F32 sums[kChains];
  for (F32& sum : sums) sum = F32(0.0f);
  for (size_t i = 0; i + kStep <= n; i += kStep) {
    for (int c = 0; c < kChains; ++c) sums[c] = sums[c] + simd::load(x + i + c * simd::kLanes);
  }
  for (int c = 1; c < kChains; ++c) sums[0] = sums[0] + sums[c];
  return sums[0].get(0);
}

// Written, so that it is memory and not the one page of zeros. A server's last cache holds a good
// part of what is small: as large as what the rate is set against.
inline AlignedBuffer readable_buffer(size_t megabytes) {
  AlignedBuffer buffer = *AlignedBuffer::allocate(megabytes << 20);
  std::fill_n(buffer.at<float>(0), buffer.size() / sizeof(float), 1.0f);
  return buffer;
}

inline float read_once(const AlignedBuffer& buffer) {
  constexpr size_t kPortion = size_t{1} << 16;
  float sum = 0.0f;
  const size_t n = buffer.size() / sizeof(float);
  for (size_t i = 0; i < n; i += kPortion) {
    sum += read_floats(buffer.at<float>(0) + i, std::min(kPortion, n - i));
  }
  return sum;
}

// Multiplies then adds in registers, as the contract's f32 must. Each chain waits for its own
// product and sum (6 to 8 cycles), so twelve of them keep two units of each kind busy. Returns a
// value that depends on all.
inline constexpr int kMulAddChains = 12;
inline constexpr float kMulAddTerms[] = {1.0f, 0.999f};
inline constexpr int kMulAddsPerStep = kMulAddChains * simd::kLanes;

[[gnu::noinline]] inline float mul_add_steps(int32_t n) {
  using simd::F32;
  F32 sums[kMulAddChains];
  for (int c = 0; c < kMulAddChains; ++c) sums[c] = F32(static_cast<float>(c));
  // Read through an opaque pointer: constants would be made anew at every use by V8.
  const float* terms = simd::opaque(kMulAddTerms);
  const F32 a(terms[0]);
  const F32 b(terms[1]);
  for (int32_t i = 0; i < n; ++i) {
    for (F32& sum : sums) sum = sum * b + a;
  }
  for (int c = 1; c < kMulAddChains; ++c) sums[0] = sums[0] + sums[c];
  return sums[0].get(0);
}

}  // namespace onehead::bench
