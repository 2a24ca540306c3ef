#include "kernels/int_dot.hpp"

#include <cstring>

#include "kernels/quant_unpack.hpp"

namespace onehead {

#if defined(__wasm_relaxed_simd__)

namespace {

using detail::DotInput;
using detail::DotSums;
using detail::Span;

constexpr int kTestRows = 2;
constexpr int kWeightBytes = kQuantGroups * kQuantGroupBytes;

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
    default:
      return IntDot::kSaturating;  // right wherever a second operand of 7 bits is
  }
}

// A block of weights and of inputs; the adversarial ones have extremes in every place.
struct TestBlock {
  alignas(64) int8_t weights[kWeightBytes];
  alignas(64) int8_t q[kTestRows * kQuantBlock];
  alignas(64) int16_t wide[kTestRows * kQuantBlock];
  int8_t magnitude[kTestRows * kQuantBlock];
  int8_t sign[kTestRows * kQuantBlock];
  int16_t lane_sums[kTestRows * 4] = {};
  int32_t sum[kTestRows] = {};
  int32_t negative[kTestRows] = {};

  // bits: 8, or fewer and then weights 0 .. 2^bits - 1.
  TestBlock(uint32_t round, int bits) {
    uint32_t state = round * 2654435761u + 1;
    const auto next = [&state] {
      state = state * 1664525u + 1013904223u;
      return state >> 24;
    };
    const auto lowest = static_cast<int8_t>(bits == 8 ? -128 : 0);
    const auto highest = static_cast<int8_t>(bits == 8 ? 127 : (1 << bits) - 1);
    for (int8_t& weight : weights) {
      const auto random = static_cast<int8_t>(bits == 8 ? next() : next() >> (8 - bits));
      weight = round % 4 == 0 ? random : (round % 4 == 1 || (random & 1) != 0) ? lowest : highest;
    }
    for (int i = 0; i < kTestRows * kQuantBlock; ++i) {
      const auto random = static_cast<int8_t>(next() % 255 - 127);
      q[i] = round % 3 == 0                          ? random
             : (round % 3 == 1 && (random & 1) != 0) ? int8_t{-127}
                                                     : int8_t{127};
      wide[i] = q[i];
      magnitude[i] = static_cast<int8_t>(q[i] < 0 ? -q[i] : q[i]);
      sign[i] = static_cast<int8_t>(q[i] < 0 ? -1 : 0);
      const int row = i / kQuantBlock;
      int16_t& lane = lane_sums[i / (kQuantBlock / 2) * 2 + i % kQuantGroup / 2];
      lane = static_cast<int16_t>(lane - q[i]);
      sum[row] += q[i];
      if (q[i] < 0) negative[row] -= q[i];
    }
  }
};

template <IntDot back_end, int kBits, int kZeroPoint, Span span>
void test_sums(const TestBlock& block, simd::Ints* out) {
  const DotInput rows{block.q,         block.wide, block.magnitude, block.sign,
                      block.lane_sums, block.sum,  block.negative};
  constexpr int kV = simd::kTileVectors;
  DotSums<back_end, kBits, kZeroPoint, span, kTestRows, kV> sums(rows);
  detail::each_byte_group<kV>(block.weights, span == Span::kSecondHalf ? kQuantGroups / 2 : 0,
                              span == Span::kFirstHalf ? kQuantGroups / 2 : kQuantGroups,
                              [&](int group, const auto& w) { sums.add(group, w); });
  for (int r = 0; r < kTestRows; ++r) {
    for (int v = 0; v < kV; ++v) out[r * kV + v] = sums.total(r, v);
  }
}

// Whether the real sums are the integers of the strict ones, over values that break each kind of
// engine if it is taken for another.
template <IntDot back_end, int kBits, int kZeroPoint, Span span>
bool passes() {
  for (uint32_t round = 0; round < 48; ++round) {
    const TestBlock block(round, kBits);
    simd::Ints expected[kTestRows * simd::kTileVectors];
    simd::Ints actual[kTestRows * simd::kTileVectors];
    test_sums<IntDot::kStrict, kBits, kZeroPoint, span>(block, expected);
    test_sums<detail::dot_way(back_end, kBits), kBits, kZeroPoint, span>(block, actual);
    if (std::memcmp(expected, actual, sizeof expected) != 0) return false;
  }
  return true;
}

// Four bits are five with a zero, and a half of a block is as the other.
template <IntDot back_end>
IntDot if_right() {
  const bool right = passes<back_end, 5, 16, Span::kBlock>() &&
                     passes<back_end, 6, 32, Span::kSecondHalf>() &&
                     passes<back_end, 8, 0, Span::kBlock>();
  return right ? back_end : IntDot::kStrict;
}

}  // namespace

IntDot select_int_dot() {
  switch (probe()) {
    case IntDot::kSigned:
      return if_right<IntDot::kSigned>();
    case IntDot::kUnsigned:
      return if_right<IntDot::kUnsigned>();
    default:
      return if_right<IntDot::kSaturating>();
  }
}

#elif defined(__AVX2__)

IntDot select_int_dot() { return IntDot::kSaturating; }

#else

IntDot select_int_dot() { return IntDot::kStrict; }

#endif

}  // namespace onehead
