// Matrix products: every weight type, odd sizes, many rows, every integer back end.
#include "kernels/matmul.hpp"

#include "base/half.hpp"
#include "kernels/pack.hpp"
#include "reference/ops.hpp"
#include "reference/weights.hpp"
#include "samples.hpp"
#include "weight_files.hpp"

namespace onehead {
namespace {

// A matrix three times: as a file holds it, in tiles, and as the reference's numbers.
struct Weights {
  std::vector<std::byte> file;
  AlignedBuffer tiles;
  TiledMatrix matrix;
  reference::Matrix numbers;

  Weights(WeightType type, int32_t n_rows, int32_t n_cols, std::vector<std::byte> bytes)
      : file(std::move(bytes)),
        tiles(*AlignedBuffer::allocate(tiled_bytes(type, n_rows, n_cols))),
        matrix{type, n_rows, n_cols, tiles.data()},
        numbers(reference::read_matrix(type, file.data(), n_rows, n_cols)) {
    pack_rows(type, file.data(), 0, n_rows, matrix, tiles.data());
  }
};

Weights random_weights(WeightType type, int32_t n_rows, int32_t n_cols, uint64_t seed) {
  return {type, n_rows, n_cols, random_file(type, n_rows, n_cols, seed)};
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
  if (is_quantized(w.matrix.type)) {
    quantize_rows(x.data(), n_rows, w.matrix.n_cols, quantized);
  }
  Floats out(static_cast<size_t>(n_rows * stride), -1.0f);
  const MatmulInput in{x.data(), n_rows, w.matrix.n_cols, &quantized};
  matmul(w.matrix, in, out.data(), stride, tiles, back_end);
  return out;
}

// [n_rows][outputs]
Floats reference_product(const Weights& w, const Floats& x, int32_t n_rows) {
  Floats out;
  for (int32_t r = 0; r < n_rows; ++r) {
    const Floats row(x.begin() + r * w.matrix.n_cols, x.begin() + (r + 1) * w.matrix.n_cols);
    const Floats outputs = reference::matmul(w.numbers, row);
    out.insert(out.end(), outputs.begin(), outputs.end());
  }
  return out;
}

void expect_equal(const Weights& w, const Floats& x, int32_t n_rows, const Floats& all,
                  IntDot back_end) {
  const int32_t stride = w.matrix.n_rows + 5;
  const Floats actual = product(w, x, n_rows, back_end, {0, n_tiles(w.matrix)}, stride);
  for (int32_t r = 0; r < n_rows; ++r) {
    Floats expected(all.begin() + r * w.matrix.n_rows, all.begin() + (r + 1) * w.matrix.n_rows);
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
          const Floats x = random_inputs(n_rows, n_cols, 32);
          expect_equal(w, x, n_rows, reference_product(w, x, n_rows), IntDot::kStrict);
        }
      }
    }
  }
}

// Columns of whole blocks of the type; enough of them for more than one pass over the columns.
std::vector<int32_t> column_counts(WeightType type) {
  if (block_size(type) == 256) return {256, 768, 1280};
  return {32, 96, 288, 1056};
}

TEST(Matmul, QuantisedWeightsEqualTheReferenceOnEveryBackEnd) {
  for (const WeightType type : kQuantizedTypes) {
    for (const int32_t n_outputs : {1, 7, 8, 9, 50}) {
      for (const int32_t n_cols : column_counts(type)) {
        const Weights w = random_weights(type, n_outputs, n_cols, 33);
        for (const int32_t n_rows : {1, 2, 3, 4, 5, 6, 7, 8, 9}) {
          if (n_rows > 5 && n_cols > 768) continue;
          const Floats x = random_inputs(n_rows, n_cols, 34);
          const Floats expected = reference_product(w, x, n_rows);
          for (const IntDot back_end : kIntDots) {
            expect_equal(w, x, n_rows, expected, back_end);
          }
        }
      }
    }
  }
}

// All weights and inputs at their extremes: the sums that overflow 16 bits where a way is wrong.
TEST(Matmul, ExtremesAreExactOnEveryBackEnd) {
  for (const WeightType type : kQuantizedTypes) {
    for (const int byte : {0x00, 0xff, 0x80, 0x7f, 0x81}) {
      for (const float sign : {1.0f, -1.0f, 0.0f}) {
        Weights plain = random_weights(type, 16, 256, 35);
        for (std::byte& b : plain.file) b = static_cast<std::byte>(byte);
        set_scales(type, plain.file, [] { return uint16_t{0x3c00}; });
        const Weights w(type, 16, 256, plain.file);
        Floats x(256, sign * 0.7f);
        for (size_t i = 0; sign == 0.0f && i < x.size(); ++i) x[i] = i % 3 == 0 ? -0.7f : 0.7f;
        const Floats expected = reference_product(w, x, 1);
        for (const IntDot back_end : kIntDots) expect_equal(w, x, 1, expected, back_end);
      }
    }
  }
}

TEST(Matmul, TilesCanBeSharedOut) {
  for (const WeightType type : {WeightType::kF32, WeightType::kF16, WeightType::kQ8_0,
                                WeightType::kQ5_0, WeightType::kQ6_K}) {
    const Weights w = random_weights(type, 200, 256, 36);
    const Floats x = random_inputs(3, 256, 37);
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

// A broken quantised weight is refused when it is loaded; of floats the product shows it.
TEST(Matmul, BrokenWeightsGiveBrokenOutputs) {
  for (const WeightType type : {WeightType::kF32, WeightType::kF16}) {
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

}  // namespace
}  // namespace onehead
