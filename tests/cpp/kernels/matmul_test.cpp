// Packing, unpacking and multiplying: every weight type, odd sizes, many rows, every integer back
// end.
#include "kernels/matmul.hpp"

#include <limits>

#include "base/half.hpp"
#include "kernels/pack.hpp"
#include "reference/ops.hpp"
#include "samples.hpp"

namespace onehead {
namespace {

// A matrix three times: as a file holds it, in tiles, and as the reference's numbers.
struct Weights {
  std::vector<std::byte> file;
  AlignedBuffer tiles;
  TiledMatrix matrix;
  reference::Matrix numbers;
};

void put16(std::vector<std::byte>& file, uint16_t value) {
  file.push_back(static_cast<std::byte>(value & 255));
  file.push_back(static_cast<std::byte>(value >> 8));
}

// Halves of every kind but infinities and NaN: subnormals and zeros often.
uint16_t random_half(synthetic::Random& random) {
  const auto half = static_cast<uint16_t>(random.next());
  if (random.below(8) == 0) return half & 0x83ffu;
  return static_cast<uint16_t>((half & 0x83ffu) | ((1 + random.below(20)) << 10));
}

void add_row(WeightType type, synthetic::Random& random, Weights& w) {
  for (int32_t k = 0; k < w.matrix.n_cols; ++k) {
    if (type == WeightType::kF32) {
      const float value = random.symmetric();
      const auto* bytes = reinterpret_cast<const std::byte*>(&value);
      w.file.insert(w.file.end(), bytes, bytes + 4);
      w.numbers.values.push_back(value);
    } else if (type == WeightType::kF16) {
      const uint16_t half = random_half(random);
      put16(w.file, half);
      w.numbers.values.push_back(f16_to_f32(half));
    } else if (type == WeightType::kBF16) {
      const auto half = static_cast<uint16_t>(std::bit_cast<uint32_t>(random.symmetric()) >> 16);
      put16(w.file, half);
      w.numbers.values.push_back(bf16_to_f32(half));
    } else {
      if (k % kQ8Block == 0) {
        const uint16_t scale = random_half(random);
        put16(w.file, scale);
        w.numbers.scales.push_back(f16_to_f32(scale));
      }
      // -128 is not written by quantisers, but a file may hold it.
      const int8_t extremes[] = {-128, 127, -127, 0};
      const int8_t q =
          random.below(3) == 0 ? extremes[random.below(4)] : static_cast<int8_t>(random.next());
      w.file.push_back(static_cast<std::byte>(q));
      w.numbers.quants.push_back(q);
    }
  }
}

Weights random_weights(WeightType type, int32_t n_rows, int32_t n_cols, uint64_t seed) {
  synthetic::Random random(seed);
  Weights w;
  w.tiles = *AlignedBuffer::allocate(tiled_bytes(type, n_rows, n_cols));
  w.matrix = {type, n_rows, n_cols, w.tiles.data()};
  w.numbers.n_rows = n_rows;
  w.numbers.n_cols = n_cols;
  for (int32_t row = 0; row < n_rows; ++row) add_row(type, random, w);
  pack_rows(type, w.file.data(), 0, n_rows, w.matrix, w.tiles.data());
  return w;
}

// Inputs that reach ±127 in every block after quantisation, in all places over time.
Floats random_inputs(int32_t n_rows, int32_t n_cols, uint64_t seed) {
  synthetic::Random random(seed);
  Floats x = random_floats(random, n_rows * n_cols, 2.0f);
  for (float& value : x) {
    if (random.below(4) == 0) value = random.below(2) == 0 ? 2.0f : -2.0f;
  }
  return x;
}

Floats product(const Weights& w, const Floats& x, int32_t n_rows, IntDot back_end, TileRange tiles,
               int32_t stride) {
  AlignedBuffer scratch = *AlignedBuffer::allocate(quantized_bytes(n_rows, w.matrix.n_cols));
  QuantizedRows quantized = quantized_view(scratch.data(), n_rows, w.matrix.n_cols);
  if (w.matrix.type == WeightType::kQ8_0) {
    quantize_rows(x.data(), n_rows, w.matrix.n_cols, quantized);
  }
  Floats out(static_cast<size_t>(n_rows * stride), -1.0f);
  const MatmulInput in{x.data(), n_rows, w.matrix.n_cols, &quantized};
  matmul(w.matrix, in, out.data(), stride, tiles, back_end);
  return out;
}

void expect_reference(const Weights& w, const Floats& x, int32_t n_rows, IntDot back_end) {
  const int32_t stride = w.matrix.n_rows + 5;
  const Floats actual = product(w, x, n_rows, back_end, {0, n_tiles(w.matrix)}, stride);
  for (int32_t r = 0; r < n_rows; ++r) {
    const Floats row(x.begin() + r * w.matrix.n_cols, x.begin() + (r + 1) * w.matrix.n_cols);
    Floats expected = reference::matmul(w.numbers, row);
    expected.resize(static_cast<size_t>(stride), -1.0f);  // nothing is written beyond the outputs
    ASSERT_TRUE(same_bits(actual.data() + r * stride, expected))
        << weight_type_name(w.matrix.type) << " [" << w.matrix.n_rows << ", " << w.matrix.n_cols
        << "], row " << r << " of " << n_rows << ", " << int_dot_name(back_end);
  }
}

constexpr WeightType kFloatTypes[] = {WeightType::kF32, WeightType::kF16, WeightType::kBF16};

TEST(Matmul, FloatWeightsEqualTheReference) {
  for (const WeightType type : kFloatTypes) {
    for (const int32_t n_outputs : {1, 15, 16, 17, 33, 130, 161}) {
      for (const int32_t n_cols : {1, 3, 17, 64}) {
        const Weights w = random_weights(type, n_outputs, n_cols, 31);
        for (const int32_t n_rows : {1, 2, 3, 4, 5, 7, 9}) {
          expect_reference(w, random_inputs(n_rows, n_cols, 32), n_rows, IntDot::kStrict);
        }
      }
    }
  }
}

TEST(Matmul, QuantisedWeightsEqualTheReferenceOnEveryBackEnd) {
  for (const IntDot back_end : kIntDots) {
    for (const int32_t n_outputs : {1, 7, 8, 9, 50}) {
      for (const int32_t n_cols : {32, 96, 288}) {
        const Weights w = random_weights(WeightType::kQ8_0, n_outputs, n_cols, 33);
        for (const int32_t n_rows : {1, 2, 3, 4, 5, 7}) {
          expect_reference(w, random_inputs(n_rows, n_cols, 34), n_rows, back_end);
        }
      }
    }
  }
}

// All weights and inputs at their extremes: the sums that overflow 16 bits where a way is wrong.
TEST(Matmul, ExtremesAreExactOnEveryBackEnd) {
  for (const int weight : {-128, -127, 127}) {
    for (const float sign : {1.0f, -1.0f}) {
      Weights w = random_weights(WeightType::kQ8_0, 16, 64, 35);
      for (auto& q : w.numbers.quants) q = static_cast<int8_t>(weight);
      for (size_t i = 0; i < w.file.size(); ++i) {
        if (i % 34 >= 2) w.file[i] = static_cast<std::byte>(weight);
      }
      pack_rows(WeightType::kQ8_0, w.file.data(), 0, 16, w.matrix, w.tiles.data());
      for (const IntDot back_end : kIntDots)
        expect_reference(w, Floats(64, sign * 0.7f), 1, back_end);
    }
  }
}

TEST(Matmul, TilesCanBeSharedOut) {
  for (const WeightType type : {WeightType::kF32, WeightType::kF16, WeightType::kQ8_0}) {
    const Weights w = random_weights(type, 200, 64, 36);
    const Floats x = random_inputs(3, 64, 37);
    const Floats whole = product(w, x, 3, IntDot::kStrict, {0, n_tiles(w.matrix)}, 200);
    const int32_t middle = n_tiles(w.matrix) / 3;
    Floats parts = product(w, x, 3, IntDot::kStrict, {0, middle}, 200);
    const Floats rest = product(w, x, 3, IntDot::kStrict, {middle, n_tiles(w.matrix)}, 200);
    for (size_t i = 0; i < parts.size(); ++i) {
      if (static_cast<int32_t>(i) % 200 >= middle * tile_rows(type)) {
        ASSERT_EQ(parts[i], -1.0f);
        parts[i] = rest[i];
      }
    }
    EXPECT_TRUE(same_bits(parts.data(), whole));
  }
}

TEST(Matmul, BrokenWeightsGiveBrokenOutputs) {
  for (const WeightType type : {WeightType::kF32, WeightType::kF16, WeightType::kQ8_0}) {
    for (const uint16_t half : {uint16_t{0x7c00}, uint16_t{0xfc00}, uint16_t{0x7e01}}) {
      Weights w = random_weights(type, 20, 32, 38);
      const float value = f16_to_f32(half);
      const size_t row = 11 * row_bytes(type, 32);
      if (type == WeightType::kF32) {
        std::memcpy(&w.file[row + 40], &value, 4);
      } else {
        std::memcpy(&w.file[row], &half, 2);
      }
      pack_rows(type, w.file.data(), 0, 20, w.matrix, w.tiles.data());
      const Floats out =
          product(w, random_inputs(1, 32, 39), 1, IntDot::kStrict, {0, n_tiles(w.matrix)}, 20);
      for (size_t o = 0; o < 20; ++o) EXPECT_EQ(std::isfinite(out[o]), o != 11) << o;
    }
  }
}

TEST(Pack, RowsComeBackAndCanComeInPieces) {
  for (const WeightType type :
       {WeightType::kF32, WeightType::kF16, WeightType::kBF16, WeightType::kQ8_0}) {
    const int32_t n_rows = 45;
    const int32_t n_cols = 64;
    const Weights w = random_weights(type, n_rows, n_cols, 40);
    AlignedBuffer tiles = *AlignedBuffer::allocate(tiled_bytes(type, n_rows, n_cols));
    std::fill_n(tiles.data(), tiles.size(), std::byte{0xff});
    const TiledMatrix matrix{type, n_rows, n_cols, tiles.data()};
    for (int32_t begin = 0; begin < n_rows; begin += 16) {
      pack_rows(type, w.file.data() + static_cast<size_t>(begin) * row_bytes(type, n_cols), begin,
                std::min(16, n_rows - begin), matrix, tiles.data());
    }
    const size_t used = static_cast<size_t>(n_tiles(matrix)) * tile_bytes(type, n_cols);
    EXPECT_EQ(std::memcmp(tiles.data(), w.tiles.data(), used), 0);
    for (int32_t row = 0; row < n_rows; ++row) {
      Floats actual(static_cast<size_t>(n_cols));
      unpack_row(matrix, row, actual.data());
      ASSERT_TRUE(same_bits(actual.data(), reference::dequantized_row(w.numbers, row))) << row;
    }
  }
}

TEST(Pack, DequantisesEveryTypeToF32Tiles) {
  for (const WeightType type : {WeightType::kF16, WeightType::kBF16, WeightType::kQ8_0}) {
    const Weights w = random_weights(type, 21, 96, 41);
    Weights wide;
    wide.tiles = *AlignedBuffer::allocate(tiled_bytes(WeightType::kF32, 21, 96));
    wide.matrix = {WeightType::kF32, 21, 96, wide.tiles.data()};
    wide.numbers = reference::dequantized(w.numbers);
    pack_rows(type, w.file.data(), 0, 21, wide.matrix, wide.tiles.data());
    expect_reference(wide, random_inputs(2, 96, 42), 2, IntDot::kStrict);
  }
}

TEST(Pack, SizesAreWhatTilesNeed) {
  EXPECT_EQ(tiled_bytes(WeightType::kF32, 17, 3), 2u * 16 * 3 * 4);
  EXPECT_EQ(tiled_bytes(WeightType::kF16, 1, 1), 64u);
  EXPECT_EQ(tiled_bytes(WeightType::kQ8_0, 9, 64), (2u * 2 * 272 + 63) / 64 * 64);
}

}  // namespace
}  // namespace onehead
