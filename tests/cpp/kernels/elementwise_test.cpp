// The kernels of one row: norms, activations, rotation, checks. Bit-equal to the reference at every
// count and misalignment.
#include <limits>

#include "base/math.hpp"
#include "kernels/activation.hpp"
#include "kernels/finite.hpp"
#include "kernels/rms_norm.hpp"
#include "kernels/rope.hpp"
#include "reference/ops.hpp"
#include "samples.hpp"

namespace onehead {
namespace {

TEST(RmsNorm, EqualsTheReference) {
  synthetic::Random random(11);
  for (const int32_t n : counts()) {
    if (n == 0) continue;
    const Floats x = random_floats(random, n, 3.0f);
    const Floats weight = random_floats(random, n);
    const Floats expected = reference::rms_norm(x, weight, 1e-5f);
    for (int offset = 0; offset < 4; ++offset) {
      Misaligned in(x, offset);
      Misaligned scale(weight, (offset + 1) % 4);
      Misaligned out(Floats(x.size()), (offset + 2) % 4);
      rms_norm(in.data(), scale.data(), 1e-5f, n, out.data());
      ASSERT_TRUE(same_bits(out.data(), expected)) << n;
      ASSERT_TRUE(out.intact());
      rms_norm(in.data(), scale.data(), 1e-5f, n, in.data());
      ASSERT_TRUE(same_bits(in.data(), expected)) << "in place, " << n;
    }
  }
}

TEST(RmsNorm, OfZerosIsZero) {
  const Floats zeros(33, 0.0f);
  Floats out(33, 1.0f);
  rms_norm(zeros.data(), zeros.data(), 1e-6f, 33, out.data());
  EXPECT_TRUE(same_bits(out.data(), zeros));
}

TEST(Activation, SiluMulEqualsTheReference) {
  synthetic::Random random(12);
  for (const int32_t n : counts()) {
    Floats gate = random_floats(random, n, 20.0f);
    if (n > 4) {
      gate[0] = -200.0f;
      gate[1] = 200.0f;
      gate[2] = -0.0f;
    }
    const Floats up = random_floats(random, n, 2.0f);
    const Floats expected = reference::silu_mul(gate, up);
    for (int offset = 0; offset < 4; ++offset) {
      Misaligned in(gate, offset);
      Misaligned other(up, 3 - offset);
      silu_mul(in.data(), other.data(), n, in.data());
      ASSERT_TRUE(same_bits(in.data(), expected)) << n;
      ASSERT_TRUE(in.intact());
    }
  }
}

TEST(Activation, GeluMulEqualsTheReference) {
  synthetic::Random random(15);
  for (const int32_t n : counts()) {
    Floats gate = random_floats(random, n, 12.0f);
    if (n > 5) {
      gate[0] = -1e30f;
      gate[1] = 1e30f;
      gate[2] = -0.0f;
      gate[3] = 1e-40f;
    }
    const Floats up = random_floats(random, n, 2.0f);
    const Floats expected = reference::gelu_mul(gate, up);
    for (int offset = 0; offset < 4; ++offset) {
      Misaligned in(gate, offset);
      Misaligned other(up, 3 - offset);
      gelu_mul(in.data(), other.data(), n, in.data());
      ASSERT_TRUE(same_bits(in.data(), expected)) << n;
      ASSERT_TRUE(in.intact());
    }
  }
}

TEST(Activation, AddAndScaleEqualTheReference) {
  synthetic::Random random(13);
  for (const int32_t n : counts()) {
    const Floats x = random_floats(random, n);
    const Floats y = random_floats(random, n, 1e3f);
    Floats sum = x;
    reference::add(sum, y);
    Floats scaled = sum;
    for (float& value : scaled) value = value * 0.3f;
    for (int offset = 0; offset < 4; ++offset) {
      Misaligned in(x, offset);
      Misaligned other(y, 3 - offset);
      add(in.data(), other.data(), n);
      ASSERT_TRUE(same_bits(in.data(), sum)) << n;
      scale(in.data(), 0.3f, n);
      ASSERT_TRUE(same_bits(in.data(), scaled)) << n;
      ASSERT_TRUE(in.intact());
    }
  }
}

TEST(Rope, EqualsTheReference) {
  synthetic::Random random(14);
  for (const int32_t dim : {2, 4, 6, 10, 48, 64, 128}) {
    std::vector<double> frequencies(static_cast<size_t>(dim / 2));
    rope_frequencies(10000.0, dim, frequencies.data());
    EXPECT_EQ(frequencies[0], 1.0);
    Floats cos(frequencies.size());
    Floats sin(frequencies.size());
    for (const int32_t position : {0, 1, 2, 63, 1000, 131071}) {
      const Floats head = random_floats(random, dim);
      Floats expected = head;
      reference::rope(expected.data(), {.dim = dim, .factors = {}}, position);
      Floats actual = head;
      rope_angles(position, frequencies.data(), dim / 2, cos.data(), sin.data());
      rope_interleaved(actual.data(), cos.data(), sin.data(), dim / 2);
      ASSERT_TRUE(same_bits(actual.data(), expected)) << dim << " at " << position;
      // A part of a head: the rest stays.
      actual = head;
      rope_interleaved(actual.data(), cos.data(), sin.data(), 1);
      for (size_t i = 2; i < actual.size(); ++i) ASSERT_EQ(actual[i], head[i]);
    }
  }
}

TEST(Rope, OfHalvesEqualsTheReference) {
  synthetic::Random random(16);
  for (const int32_t n_pairs : {1, 2, 3, 4, 7, 16, 19, 33, 64, 128}) {
    const int32_t dim = 2 * n_pairs;
    std::vector<double> frequencies(static_cast<size_t>(n_pairs));
    rope_frequencies(1e6, dim, frequencies.data());
    Floats cos(frequencies.size());
    Floats sin(frequencies.size());
    for (const int32_t position : {0, 1, 511, 32767}) {
      const Floats head = random_floats(random, dim + 3);
      Floats expected = head;
      reference::rope(expected.data(), {.dim = dim, .halves = true, .base = 1e6, .factors = {}},
                      position);
      rope_angles(position, frequencies.data(), n_pairs, cos.data(), sin.data());
      for (int offset = 0; offset < 4; ++offset) {
        Misaligned actual(head, offset);
        rope_half(actual.data(), cos.data(), sin.data(), n_pairs);
        ASSERT_TRUE(same_bits(actual.data(), expected)) << n_pairs << " at " << position;
        ASSERT_TRUE(actual.intact());
      }
    }
  }
}

TEST(Rope, KeepsLengths) {
  std::vector<double> frequencies(16);
  rope_frequencies(500000.0, 32, frequencies.data());
  for (int i = 0; i < 16; ++i) {
    EXPECT_NEAR(frequencies[static_cast<size_t>(i)], std::pow(500000.0, -i / 16.0), 1e-14);
  }
  float cos = 0.0f;
  float sin = 0.0f;
  rope_angles(7, frequencies.data() + 1, 1, &cos, &sin);
  float pair[2] = {3.0f, 4.0f};
  rope_interleaved(pair, &cos, &sin, 1);
  EXPECT_NEAR(std::hypot(pair[0], pair[1]), 5.0, 1e-5);
}

TEST(Finite, SeesOneBrokenValueAnywhere) {
  for (const int32_t n : {1, 5, 16, 33}) {
    Floats x(static_cast<size_t>(n), std::numeric_limits<float>::max());
    EXPECT_TRUE(all_finite(x.data(), n));
    for (const float broken :
         {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
          std::numeric_limits<float>::quiet_NaN()}) {
      for (size_t i = 0; i < x.size(); ++i) {
        const float kept = std::exchange(x[i], broken);
        EXPECT_FALSE(all_finite(x.data(), n));
        x[i] = kept;
      }
    }
  }
  EXPECT_TRUE(all_finite(nullptr, 0));
}

}  // namespace
}  // namespace onehead
