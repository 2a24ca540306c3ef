// The generator behind every synthetic model and prompt. Integer arithmetic and exact conversions
// only, so that a seed gives the same bytes on every machine and compiler.
#pragma once

#include <cstdint>

namespace onehead::synthetic {

// SplitMix64: state += golden gamma, then two xor-shift-multiply rounds.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    state_ += 0x9E3779B97F4A7C15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  // Uniform in 0 .. n - 1 (the bias of the remainder does not matter to a test).
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((next() >> 32) % n); }

  // Uniform in [-1, 1), a multiple of 2^-23: the conversion to float is exact.
  float symmetric() {
    const auto bits = static_cast<int32_t>(next() >> 40);  // 24 bits
    return static_cast<float>(bits - (1 << 23)) * 0x1p-23f;
  }

 private:
  uint64_t state_;
};

}  // namespace onehead::synthetic
