#include "kernels/int_dot.hpp"

#include <cstring>

#include "kernels/q8_dot.hpp"

namespace onehead {

#if defined(__wasm_relaxed_simd__)

namespace {

using detail::kQ8GroupBytes;
using detail::kQ8Groups;
using detail::Q8Dot;
using detail::Q8Input;

constexpr int kTestRows = 4;

// One chained 8-bit dot on 127 and a byte of ones tells how the engine reads a set bit 7.
IntDot probe() {
  volatile int8_t ones = -1;  // volatile: the engine answers, not the compiler
  volatile int8_t largest = 127;
  const simd::Ints sums =
      simd::dot_4<simd::Int8Kind::kSigned>(simd::Bytes(static_cast<int8_t>(largest)),
                                           simd::Bytes(static_cast<int8_t>(ones)), simd::Ints(0));
  switch (sums.get(0)) {
    case 4 * 127 * -1:
      return IntDot::kSigned;
    case 4 * 127 * 255:
      return IntDot::kUnsigned;
    case 2 * 32767:
      return IntDot::kSaturating;
    default:
      return IntDot::kStrict;
  }
}

// A block of weights and of inputs; the adversarial ones have extremes in every place.
void fill(uint32_t round, int8_t* weights, int8_t* inputs) {
  uint32_t state = round * 2654435761u + 1;
  const auto next = [&state] {
    state = state * 1664525u + 1013904223u;
    return state >> 24;
  };
  for (int i = 0; i < kQ8Groups * kQ8GroupBytes; ++i) {
    const auto random = static_cast<int8_t>(next());
    weights[i] = round % 4 == 0                          ? random
                 : (round % 4 == 1 || (random & 1) != 0) ? int8_t{-128}
                                                         : int8_t{127};
  }
  for (int i = 0; i < kTestRows * kQ8Block; ++i) {
    const auto random = static_cast<int8_t>(next() % 255 - 127);
    inputs[i] = round % 3 == 0                          ? random
                : (round % 3 == 1 && (random & 1) != 0) ? int8_t{-127}
                                                        : int8_t{127};
  }
}

// Whether the real loops give the integers of the strict ones, over values that break each kind of
// engine if it is taken for another.
template <IntDot back_end>
bool passes() {
  alignas(64) int8_t weights[kQ8Groups * kQ8GroupBytes];
  alignas(64) int8_t inputs[kTestRows * kQ8Block];
  alignas(64) int16_t wide[kTestRows * kQ8Block];
  for (uint32_t round = 0; round < 48; ++round) {
    fill(round, weights, inputs);
    int32_t sums[kTestRows] = {};
    for (int i = 0; i < kTestRows * kQ8Block; ++i) {
      wide[i] = inputs[i];
      sums[i / kQ8Block] += inputs[i];
    }
    const Q8Input rows{inputs, wide, sums};
    detail::Q8Sums<kTestRows, simd::kTileVectors> expected;
    detail::Q8Sums<kTestRows, simd::kTileVectors> actual;
    Q8Dot<IntDot::kStrict>::run<kTestRows, simd::kTileVectors>(weights, rows, expected);
    Q8Dot<back_end>::template run<kTestRows, simd::kTileVectors>(weights, rows, actual);
    if (std::memcmp(expected, actual, sizeof expected) != 0) return false;
  }
  return true;
}

}  // namespace

IntDot select_int_dot() {
  switch (probe()) {
    case IntDot::kStrict:
    case IntDot::kSaturating:
      // A saturating engine would be right with kSaturating, but that takes twice the time of
      // kStrict (V8 on x86 without 8-bit dot instructions).
      break;
    case IntDot::kSigned:
      return passes<IntDot::kSigned>() ? IntDot::kSigned : IntDot::kStrict;
    case IntDot::kUnsigned:
      return passes<IntDot::kUnsigned>() ? IntDot::kUnsigned : IntDot::kStrict;
  }
  return IntDot::kStrict;
}

#else

IntDot select_int_dot() { return IntDot::kStrict; }

#endif

}  // namespace onehead
