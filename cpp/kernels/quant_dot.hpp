// Exact dot products of a tile's quants with R rows over a block or a half of one: the integer
// heart of matmul_quantized, in the ways of IntDot. All give the same integers.
//
// Quants of 4, 5 and 6 bits are 0..63 and so a second operand that every 8-bit dot instruction
// understands alike. Eight-bit quants are not; each way deals with them in its own manner.
// dot_way says which of the sums below an engine takes.
#pragma once

#include <cstdint>

#include "kernels/int_dot.hpp"
#include "kernels/tiled_matrix.hpp"
#include "simd/int8_dot.hpp"

namespace onehead::detail {

inline constexpr int kQuantVectorBytes = kQuantGroup * simd::kVectorOutputs;

// One block of the input rows (quantize.hpp), which lie beside each other.
struct DotInput {
  const int8_t* q;
  const int16_t* wide;
  const int8_t* magnitude;
  const int8_t* sign;
  const int16_t* lane_sums;
  const int32_t* sum;
  const int32_t* negative;
};

// The groups that one sum is over: a whole block, or one of its halves.
enum class Span { kBlock, kFirstHalf, kSecondHalf };

// The sums that an engine of this kind takes for quants of so many bits with one row. Below 8 bits
// the sum of two products in 16 bits is right everywhere and the fastest on engines that saturate.
// Others have a faster sum of four, but wait for memory with either: one for all keeps the engine
// small.
constexpr IntDot dot_way(IntDot back_end, int bits) {
  return back_end != IntDot::kStrict && bits < 8 ? IntDot::kSaturating : back_end;
}

// V vectors of outputs with R rows:
//   DotSums sums(x);  sums.add(group, w) for every group of the span;
//   sums.total(r, v): the sum of (quant - zero point) * input, exact.
// The zero point is kZeroPoint: 0, or 2^(kBits - 1) where kBits < 8.
template <IntDot, int kBits, int kZeroPoint, Span, int R, int V>
class DotSums;

// What the ways share: the rows and what is known of them.
template <Span span>
class DotRows {
 protected:
  explicit DotRows(const DotInput& x) : x_(x) {}

  template <class T>
  static const T* input(const T* rows, int r, int group) {
    return rows + r * kQuantBlock + group * kQuantGroup;
  }
  int32_t input_sum(int r) const {
    if constexpr (span == Span::kBlock) return x_.sum[r];
    const int16_t* lanes = half_lanes(r);
    return -(lanes[0] + lanes[1]);
  }
  const int16_t* half_lanes(int r) const {
    return x_.lane_sums + r * 4 + (span == Span::kSecondHalf ? 2 : 0);
  }

  const DotInput x_;
};

template <int kBits, int kZeroPoint, Span span, int R, int V>
class DotSums<IntDot::kStrict, kBits, kZeroPoint, span, R, V> : DotRows<span> {
 public:
  explicit DotSums(const DotInput& x) : DotRows<span>(x) {
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) low_[r][v] = high_[r][v] = simd::Ints(0);
    }
  }
  void add(int group, const simd::Bytes (&w)[V]) {
    simd::ShortPair weights[V];
    for (int v = 0; v < V; ++v) weights[v] = simd::widen(w[v]);
    for (int r = 0; r < R; ++r) {
      const simd::Shorts input = simd::splat_4(this->input(this->x_.wide, r, group));
      for (int v = 0; v < V; ++v) {
        low_[r][v] = low_[r][v] + simd::dot_pairs(weights[v].low, input);
        high_[r][v] = high_[r][v] + simd::dot_pairs(weights[v].high, input);
      }
    }
  }
  simd::Ints total(int r, int v) const {
    const simd::Ints sum = simd::add_neighbours(low_[r][v], high_[r][v]);
    if constexpr (kZeroPoint == 0) return sum;
    return sum - simd::Ints(kZeroPoint * this->input_sum(r));
  }

 private:
  simd::Ints low_[R][V], high_[R][V];
};

// Sums of four products in one instruction. What is too much in every quant, times the sum of the
// inputs, is taken off beforehand.
template <simd::Int8Kind kind, bool kBiased, Span span, int R, int V>
class DotSums4 : DotRows<span> {
 public:
  DotSums4(const DotInput& x, int32_t excess) : DotRows<span>(x) {
    for (int r = 0; r < R; ++r) {
      const int32_t start = -excess * this->input_sum(r);
      for (int v = 0; v < V; ++v) sums_[r][v] = simd::Ints(start);
    }
  }
  void add(int group, const simd::Bytes (&w)[V]) {
    for (int r = 0; r < R; ++r) {
      const simd::Bytes input = simd::splat_4(this->input(this->x_.q, r, group));
      for (int v = 0; v < V; ++v) {
        const simd::Bytes weights = kBiased ? w[v] ^ simd::Bytes(static_cast<int8_t>(-128)) : w[v];
        sums_[r][v] = simd::dot_4<kind>(input, weights, sums_[r][v]);
      }
    }
  }
  simd::Ints total(int r, int v) const { return sums_[r][v]; }

 private:
  simd::Ints sums_[R][V];
};

// Of quants below 8 bits, which are the same signed and unsigned.
template <Span span, int R, int V>
using LowBitSums4 = DotSums4<simd::Int8Kind::kUnsigned, false, span, R, V>;

template <Span span, int R, int V>
class DotSums<IntDot::kSigned, 8, 0, span, R, V>
    : public DotSums4<simd::Int8Kind::kSigned, false, span, R, V> {
 public:
  explicit DotSums(const DotInput& x)
      : DotSums4<simd::Int8Kind::kSigned, false, span, R, V>(x, 0) {}
};
// An unsigned second operand takes the quants plus 128.
template <Span span, int R, int V>
class DotSums<IntDot::kUnsigned, 8, 0, span, R, V>
    : public DotSums4<simd::Int8Kind::kUnsigned, true, span, R, V> {
 public:
  explicit DotSums(const DotInput& x)
      : DotSums4<simd::Int8Kind::kUnsigned, true, span, R, V>(x, 128) {}
};

// Sums of two products in 16 bits. With c = 2^(kBits - 1), sum (q - c) * x lies within
// c * 127 * (inputs of a lane): at most 16 * 127 * 16 = 32 * 127 * 8 = 32512. So a lane that starts
// at -c * sum(x) ends with its exact value, whatever wraps on the way, and is widened once.
template <int kBits, int kZeroPoint, Span span, int R, int V>
class DotSums<IntDot::kSaturating, kBits, kZeroPoint, span, R, V> : DotRows<span> {
  static constexpr auto kKind = simd::Int8Kind::kSaturating;
  static constexpr int32_t kCentre = 1 << (kBits - 1);
  static_assert(kCentre * 127 * (span == Span::kBlock ? 16 : 8) <= 32767);

 public:
  explicit DotSums(const DotInput& x) : DotRows<span>(x) {
    for (int r = 0; r < R; ++r) {
      const int16_t* lanes = this->half_lanes(r);
      simd::Shorts start = simd::splat_2(lanes);
      if constexpr (span == Span::kBlock) start = start + simd::splat_2(lanes + 2);
      start = start << (kBits - 1);
      for (int v = 0; v < V; ++v) sums_[r][v] = start;
    }
  }
  void add(int group, const simd::Bytes (&w)[V]) {
    for (int r = 0; r < R; ++r) {
      const simd::Bytes input = simd::splat_4(this->input(this->x_.q, r, group));
      for (int v = 0; v < V; ++v) {
        sums_[r][v] = sums_[r][v] + simd::dot_2_i16<kKind>(input, w[v]);
      }
    }
  }
  simd::Ints total(int r, int v) const {
    const simd::Ints sum = simd::add_pairs(sums_[r][v]);
    if constexpr (kZeroPoint == kCentre) return sum;
    return sum + simd::Ints(kCentre * this->input_sum(r));
  }

 private:
  simd::Shorts sums_[R][V];
};

// |x| is a second operand of 7 bits, so eight-bit weights can be the signed first one once the sign
// of x has gone over to them: w ^ sign is w where x >= 0 and -w - 1 where it is negative, so the
// sum falls short by |x| there, which is where it starts. Two products are at most
// 2 * 128 * 127 = 32512.
template <Span span, int R, int V>
class DotSums<IntDot::kSaturating, 8, 0, span, R, V> : DotRows<span> {
  static_assert(span == Span::kBlock);

 public:
  explicit DotSums(const DotInput& x) : DotRows<span>(x) {
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) sums_[r][v] = simd::Ints(x.negative[r]);
    }
  }
  void add(int group, const simd::Bytes (&w)[V]) {
    for (int r = 0; r < R; ++r) {
      const simd::Bytes magnitude = simd::splat_4(this->input(this->x_.magnitude, r, group));
      const simd::Bytes sign = simd::splat_4(this->input(this->x_.sign, r, group));
      for (int v = 0; v < V; ++v) {
        const simd::Shorts pairs =
            simd::dot_2_i16<simd::Int8Kind::kSaturating>(w[v] ^ sign, magnitude);
        sums_[r][v] = sums_[r][v] + simd::add_pairs(pairs);
      }
    }
  }
  simd::Ints total(int r, int v) const { return sums_[r][v]; }

 private:
  simd::Ints sums_[R][V];
};

// The same from quants that are widened already, [16 pairs of inputs][8 outputs][2 inputs] of 16
// bits: the fastest way for many rows where there is no better one for the bytes.
template <int kZeroPoint, Span span, int R>
class WideDotSums : DotRows<span> {
 public:
  explicit WideDotSums(const DotInput& x) : DotRows<span>(x) {
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < simd::kTileVectors; ++v) sums_[r][v] = simd::Ints(0);
    }
  }
  void add(int pair, const simd::Shorts (&w)[simd::kTileVectors]) {
    for (int r = 0; r < R; ++r) {
      const simd::Shorts input = simd::splat_2(this->x_.wide + r * kQuantBlock + pair * 2);
      for (int v = 0; v < simd::kTileVectors; ++v) {
        sums_[r][v] = sums_[r][v] + simd::dot_pairs(w[v], input);
      }
    }
  }
  simd::Ints total(int r, int v) const {
    if constexpr (kZeroPoint == 0) return sums_[r][v];
    return sums_[r][v] - simd::Ints(kZeroPoint * this->input_sum(r));
  }

 private:
  simd::Ints sums_[R][simd::kTileVectors];
};

}  // namespace onehead::detail
