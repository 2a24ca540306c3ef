// A sum across lanes in the one written order: 16 partials, element i in partial i mod 16, folded
// 8-4-2-1.
#pragma once

#include "simd/f32.hpp"

namespace onehead::simd {

class PartialSum {
 public:
  PartialSum() {
    for (auto& part : parts_) part = F32(0.0f);
  }

  // Adds elements batch_index * kLanes and following.
  void add(int batch_index, F32 value) {
    F32& part = parts_[batch_index % kParts];
    part = part + value;
  }

  float fold() const {
    alignas(64) float p[kPartials];
    store_to(p);
    return fold(p);
  }

  void store_to(float* p) const {
    for (int i = 0; i < kParts; ++i) parts_[i].store_aligned(p + i * kLanes);
  }

  static float fold(float* p) {
    for (int width = kPartials / 2; width >= 1; width /= 2) {
      for (int i = 0; i < width; ++i) p[i] = p[i] + p[i + width];
    }
    return p[0];
  }

 private:
  static constexpr int kParts = kPartials / kLanes;
  F32 parts_[kParts];
};

}  // namespace onehead::simd
