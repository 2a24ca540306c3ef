// The largest product found through bounds is the one that the reference finds by looking at all.
#include "kernels/logit_bound.hpp"

#include <algorithm>
#include <limits>

#include "kernels/largest.hpp"
#include "kernels/matmul.hpp"
#include "kernels/pack.hpp"
#include "reference/ops.hpp"
#include "reference/weights.hpp"
#include "samples.hpp"
#include "weight_files.hpp"

namespace onehead {
namespace {

constexpr WeightType kType = WeightType::kQ8_0;

// Rows of a Q8_0 file without negative scales.
std::vector<std::byte> bounded_file(int32_t n_rows, int32_t n_cols, uint64_t seed) {
  std::vector<std::byte> file = random_file(kType, n_rows, n_cols, seed);
  synthetic::Random random(seed);
  set_scales(kType, file, [&] { return static_cast<uint16_t>(random_half(random) & 0x7fff); });
  return file;
}

// Quants and scales as trained weights have them: bell-shaped, rows much alike in size.
std::vector<std::byte> ordinary_file(int32_t n_rows, int32_t n_cols, uint64_t seed) {
  std::vector<std::byte> file(static_cast<size_t>(n_rows) * row_bytes(kType, n_cols));
  synthetic::Random random(seed);
  for (std::byte& byte : file) {
    float sum = 0;
    for (int i = 0; i < 4; ++i) sum += random.symmetric();
    byte = static_cast<std::byte>(static_cast<int8_t>(sum * 31.0f));
  }
  set_scales(kType, file, [&] { return static_cast<uint16_t>(0x1c00 + random.below(256)); });
  return file;
}

class Case {
 public:
  Case(const std::vector<std::byte>& file, int32_t n_rows, int32_t n_cols)
      : buffer_(*AlignedBuffer::allocate(tiled_bytes(kType, n_rows, n_cols))),
        matrix_{kType, n_rows, n_cols, buffer_.data(), true},
        numbers_(reference::read_matrix(kType, file.data(), n_rows, n_cols)) {
    pack_rows(kType, file.data(), 0, n_rows, matrix_, buffer_.data());
  }

  Floats row(int32_t o) const { return reference::dequantized_row(numbers_, o); }

  // Checks every row of x on every back end; returns the most tiles that one of them computed.
  int32_t check(const Floats& x) const {
    const int32_t n_cols = matrix_.n_cols;
    const auto n = static_cast<int32_t>(x.size()) / n_cols;
    AlignedBuffer scratch = *AlignedBuffer::allocate(quantized_bytes(n, n_cols));
    AlignedBuffer bound_scratch = *AlignedBuffer::allocate(bound_input_bytes(n, n_cols));
    int32_t n_computed = 0;
    for (const IntDot back_end : kIntDots) {
      QuantizedRows quantized = quantized_view(scratch.data(), n, n_cols);
      quantize_rows(x.data(), n, n_cols, quantized);
      QuantizedRows bounded;
      if (!bound_inputs(quantized, bound_scratch.data(), bounded)) {
        ADD_FAILURE() << "no bounds";
        return 0;
      }
      Floats bounds(static_cast<size_t>(n * matrix_.n_rows));
      const TiledMatrix upper = bound_matrix(matrix_);
      matmul(upper, {nullptr, n, n_cols, &bounded}, bounds.data(), matrix_.n_rows,
             {0, n_tiles(upper)}, back_end);
      for (int32_t r = 0; r < n; ++r) {
        n_computed =
            std::max(n_computed,
                     check_row(x, r, &bounds[static_cast<size_t>(r * matrix_.n_rows)], back_end));
      }
    }
    return n_computed;
  }

 private:
  int32_t check_row(const Floats& x, int32_t r, float* bounds, IntDot back_end) const {
    const int32_t n_cols = matrix_.n_cols;
    const Floats row(x.begin() + r * n_cols, x.begin() + (r + 1) * n_cols);
    const Floats products = reference::matmul(numbers_, row);
    for (size_t o = 0; o < products.size(); ++o) {
      EXPECT_GE(bounds[o], products[o]) << "output " << o << ", row " << r;
    }
    AlignedBuffer scratch = *AlignedBuffer::allocate(quantized_bytes(1, n_cols));
    QuantizedRows alone = quantized_view(scratch.data(), 1, n_cols);
    quantize_rows(row.data(), 1, n_cols, alone);
    const BestOutput best = best_output(matrix_, alone, bounds, back_end);
    const auto largest = std::max_element(products.begin(), products.end());
    EXPECT_EQ(best.id, largest - products.begin())
        << matrix_.n_rows << " x " << n_cols << ", row " << r << ", " << int_dot_name(back_end);
    return best.n_computed;
  }

  AlignedBuffer buffer_;
  TiledMatrix matrix_;
  reference::Matrix numbers_;
};

Floats inputs(int32_t n_rows, int32_t n_cols, uint64_t seed) {
  synthetic::Random random(seed);
  return random_floats(random, n_rows * n_cols, 3.0f);
}

TEST(LogitBound, FindsTheLargestOfAnyWeights) {
  for (const int32_t n_outputs : {1, 7, 8, 9, 64, 65, 71, 200}) {
    for (const int32_t n_cols : {32, 96, 640, 4128}) {
      const Case one(bounded_file(n_outputs, n_cols, 61), n_outputs, n_cols);
      for (const int32_t n_rows : {1, 3, 5}) {
        if (n_rows > 1 && n_cols > 640) continue;
        one.check(inputs(n_rows, n_cols, 62));
      }
    }
  }
}

TEST(LogitBound, LeavesMostOfOrdinaryWeightsAlone) {
  const Case one(ordinary_file(4096, 256, 63), 4096, 256);
  // As a hidden state resembles its token's row.
  EXPECT_LT(one.check(one.row(1234)), 16);
}

TEST(LogitBound, OfEqualsItTakesTheLowest) {
  // All rows are one of two.
  for (const int32_t n_outputs : {5, 8, 30, 100}) {
    std::vector<std::byte> file = bounded_file(n_outputs, 96, 65);
    const size_t bytes = row_bytes(kType, 96);
    synthetic::Random random(66);
    for (int32_t o = 2; o < n_outputs; ++o) {
      std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(bytes * random.below(2)), bytes,
                  file.begin() + static_cast<std::ptrdiff_t>(bytes * static_cast<size_t>(o)));
    }
    const Case one(file, n_outputs, 96);
    for (uint64_t seed = 0; seed < 8; ++seed) one.check(inputs(1, 96, seed));
  }
  // Every product is zero: weights, scales or inputs are.
  std::vector<std::byte> zeros = bounded_file(50, 64, 67);
  set_scales(kType, zeros, [] { return uint16_t{0}; });
  Case(zeros, 50, 64).check(inputs(2, 64, 68));
  Case(bounded_file(50, 64, 67), 50, 64).check(Floats(64, 0.0f));
}

// Rows that differ in their lower halves, or in the last bits of a sum, alone.
TEST(LogitBound, TellsRowsApartThatAreNearlyEqual) {
  for (const int32_t n_cols : {32, 640, 8192}) {
    std::vector<std::byte> file = ordinary_file(40, n_cols, 69);
    const size_t bytes = row_bytes(kType, n_cols);
    synthetic::Random random(70);
    for (size_t o = 1; o < 40; ++o) {
      std::copy_n(file.begin(), bytes, file.begin() + static_cast<std::ptrdiff_t>(bytes * o));
      for (int change = 0; change < 3; ++change) {
        const size_t block = random.below(static_cast<uint32_t>(n_cols / 32));
        std::byte& quant = file[bytes * o + block * 34 + 2 + random.below(32)];
        quant = quant ^ static_cast<std::byte>(1 + random.below(15));
      }
    }
    const Case one(file, 40, n_cols);
    for (uint64_t seed = 0; seed < 6; ++seed) one.check(inputs(1, n_cols, seed));
  }
}

// The lower halves at the ends of their range wherever it matters most, so that products come as
// close to their bounds as they can.
TEST(LogitBound, HoldsWhereProductsReachIt) {
  for (const int32_t n_cols : {32, 640, 8192}) {
    std::vector<std::byte> file = bounded_file(24, n_cols, 71);
    const Floats x = inputs(1, n_cols, 72);
    const size_t bytes = row_bytes(kType, n_cols);
    for (size_t i = 0; i < file.size(); ++i) {
      const size_t in_block = i % bytes % 34;
      if (in_block < 2) continue;
      const float value = x[i % bytes / 34 * 32 + in_block - 2];
      const auto upper = static_cast<uint8_t>(i / bytes % 3 == 0 ? 0x70 : value > 0 ? 0x70 : 0x80);
      file[i] = static_cast<std::byte>(upper | (value > 0 ? 15 : 0));
    }
    set_scales(kType, file, [i = 0]() mutable {
      return static_cast<uint16_t>(i++ % 2 == 0 ? 0x7bff : 0x0001);  // the largest, the least
    });
    const Case one(file, 24, n_cols);
    one.check(x);
    Floats large = x;
    for (float& value : large) value *= 0x1p60f;
    one.check(large);
    for (float& value : large) value *= 0x1p-110f;
    one.check(large);
  }
}

TEST(LogitBound, RefusesInputsThatItsProofDoesNotCover) {
  AlignedBuffer scratch = *AlignedBuffer::allocate(quantized_bytes(1, 64));
  AlignedBuffer bound_scratch = *AlignedBuffer::allocate(bound_input_bytes(1, 64));
  const auto accepted = [&](float value) {
    Floats x = inputs(1, 64, 73);
    for (size_t i = 32; i < 64; ++i) x[i] = value;
    QuantizedRows quantized = quantized_view(scratch.data(), 1, 64);
    quantize_rows(x.data(), 1, 64, quantized);
    QuantizedRows bounded;
    return bound_inputs(quantized, bound_scratch.data(), bounded);
  };
  EXPECT_TRUE(accepted(1.0f));
  EXPECT_TRUE(accepted(0.0f));
  EXPECT_FALSE(accepted(1e-20f));
  EXPECT_FALSE(accepted(1e30f));
  EXPECT_FALSE(accepted(std::numeric_limits<float>::infinity()));
  EXPECT_FALSE(accepted(std::numeric_limits<float>::quiet_NaN()));
}

TEST(Largest, EqualsAPlainSearch) {
  synthetic::Random random(74);
  for (const int32_t n : {1, 2, 3, 7, 15, 16, 17, 255, 256, 257, 300, 1000}) {
    for (int round = 0; round < 20; ++round) {
      Floats x(static_cast<size_t>(n));
      for (float& value : x) value = static_cast<float>(random.below(round < 10 ? 4 : 100)) - 50.0f;
      const auto expected = std::max_element(x.begin(), x.end());
      EXPECT_EQ(index_of_largest(x.data(), n), expected - x.begin());
      EXPECT_EQ(largest(x.data(), n), *expected);
    }
  }
}

}  // namespace
}  // namespace onehead
