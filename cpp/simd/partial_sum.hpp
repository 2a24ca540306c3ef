// A sum across lanes in the one written order: 16 partials, element i in partial i mod 16, folded
// 8-4-2-1.
#pragma once

#include "simd/f32.hpp"

namespace onehead::simd {

inline constexpr int kPartialBatches = kPartials / kLanes;

// The 16 partials, kPartialBatches batches of them.
class PartialSum {
 public:
  PartialSum() {
    for (F32& batch : batches_) batch = F32(0.0f);
  }

  // Adds to partials [b * kLanes, (b + 1) * kLanes).
  void add(int b, F32 value) { batches_[b] = batches_[b] + value; }

  // Adds the n < 16 elements after the last whole 16.
  void add_rest(const float* values, int n) {
    alignas(64) float p[kPartials];
    for (int b = 0; b < kPartialBatches; ++b) batches_[b].store_aligned(p + b * kLanes);
    for (int i = 0; i < n; ++i) p[i] = p[i] + values[i];
    for (int b = 0; b < kPartialBatches; ++b) batches_[b] = F32::load_aligned(p + b * kLanes);
  }

  float fold() const {
    F32 parts[kPartialBatches];
    for (int b = 0; b < kPartialBatches; ++b) parts[b] = batches_[b];
    for (int width = kPartialBatches / 2; width >= 1; width /= 2) {
      for (int b = 0; b < width; ++b) parts[b] = parts[b] + parts[b + width];
    }
    return fold_lanes<kLanes / 2>(parts[0]).get(0);
  }

 private:
  template <int Width>
  static F32 fold_lanes(F32 value) {
    const F32 folded = value + rotate<Width>(value);
    if constexpr (Width == 1) {
      return folded;
    } else {
      return fold_lanes<Width / 2>(folded);
    }
  }

  F32 batches_[kPartialBatches];
};

}  // namespace onehead::simd
