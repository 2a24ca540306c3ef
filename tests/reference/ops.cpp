#include "reference/ops.hpp"

#include <cmath>

#include "base/math.hpp"
#include "reference/exp.hpp"

namespace onehead::reference {
namespace {

constexpr int32_t kBlock = 32;  // activations that share a scale

size_t index(int32_t row, int32_t n_cols, int32_t col) {
  return static_cast<size_t>(row) * static_cast<size_t>(n_cols) + static_cast<size_t>(col);
}

// The nearest integer, a half to the even one, by looking at the fraction (no rounding mode).
int32_t round_half_even(float x) {
  const float below = std::floor(x);
  const float fraction = x - below;  // exact for |x| < 2^23
  const auto low = static_cast<int32_t>(below);
  if (fraction < 0.5f) return low;
  if (fraction > 0.5f) return low + 1;
  return low % 2 == 0 ? low : low + 1;
}

}  // namespace

float StripedSum::total() const {
  float p[16];
  for (int32_t i = 0; i < 16; ++i) p[i] = partial_[i];
  for (int32_t half = 8; half >= 1; half /= 2) {
    for (int32_t i = 0; i < half; ++i) p[i] = p[i] + p[i + half];
  }
  return p[0];
}

Vector dequantized_row(const Matrix& w, int32_t row) {
  Vector out;
  for (int32_t c = 0; c < w.n_cols; ++c) {
    const size_t i = index(row, w.n_cols, c);
    if (!w.quantized()) {
      out.push_back(w.values[i]);
      continue;
    }
    const float product =
        w.scales[i / static_cast<size_t>(w.scale_block)] * static_cast<float>(w.quants[i]);
    out.push_back(w.minima.empty() ? product : product + w.minima[i / kBlock]);
  }
  return out;
}

Matrix dequantized(const Matrix& w) {
  Matrix out;
  out.n_rows = w.n_rows;
  out.n_cols = w.n_cols;
  for (int32_t row = 0; row < w.n_rows; ++row) {
    const Vector values = dequantized_row(w, row);
    out.values.insert(out.values.end(), values.begin(), values.end());
  }
  return out;
}

QuantizedVector quantize(const Vector& x) {
  QuantizedVector out;
  for (size_t begin = 0; begin < x.size(); begin += kBlock) {
    float amax = 0.0f;
    for (size_t i = begin; i < begin + kBlock; ++i) {
      const float magnitude = std::fabs(x[i]);
      if (magnitude > amax) amax = magnitude;
    }
    const float d = amax / 127.0f;
    for (size_t i = begin; i < begin + kBlock; ++i) {
      out.quants.push_back(d == 0.0f ? int8_t{0} : static_cast<int8_t>(round_half_even(x[i] / d)));
    }
    out.scales.push_back(d);
  }
  return out;
}

namespace {

Vector matmul_float(const Matrix& w, const Vector& x) {
  Vector out;
  for (int32_t o = 0; o < w.n_rows; ++o) {
    float acc = 0.0f;
    for (int32_t k = 0; k < w.n_cols; ++k) {
      acc = acc + w.values[index(o, w.n_cols, k)] * x[static_cast<size_t>(k)];
    }
    out.push_back(acc);
  }
  return out;
}

Vector matmul_quantized(const Matrix& w, const Vector& x) {
  const QuantizedVector q = quantize(x);
  Vector out;
  for (int32_t o = 0; o < w.n_rows; ++o) {
    float acc = 0.0f;
    for (int32_t block = 0; block < w.n_cols / kBlock; ++block) {
      const float d_x = q.scales[static_cast<size_t>(block)];
      int32_t x_sum = 0;
      for (int32_t part = block * kBlock; part < (block + 1) * kBlock; part += w.scale_block) {
        int32_t dot = 0;
        for (int32_t k = part; k < part + w.scale_block; ++k) {
          dot += w.quants[index(o, w.n_cols, k)] * q.quants[static_cast<size_t>(k)];
          x_sum += q.quants[static_cast<size_t>(k)];
        }
        const float d_w = w.scales[index(o, w.n_cols, part) / static_cast<size_t>(w.scale_block)];
        acc = acc + static_cast<float>(dot) * (d_w * d_x);
      }
      if (!w.minima.empty()) {
        const float minimum = w.minima[index(o, w.n_cols / kBlock, block)];
        acc = acc + minimum * (static_cast<float>(x_sum) * d_x);
      }
    }
    out.push_back(acc);
  }
  return out;
}

}  // namespace

Vector matmul(const Matrix& w, const Vector& x) {
  return w.quantized() ? matmul_quantized(w, x) : matmul_float(w, x);
}

Vector rms_norm(const Vector& x, const Vector& weight, float eps) {
  StripedSum squares;
  for (size_t i = 0; i < x.size(); ++i) squares.add(static_cast<int32_t>(i), x[i] * x[i]);
  const float mean = squares.total() / static_cast<float>(x.size());
  const float r = 1.0f / std::sqrt(mean + eps);
  Vector out;
  for (size_t i = 0; i < x.size(); ++i) out.push_back((x[i] * r) * weight[i]);
  return out;
}

void rope(float* head, const Rope& how, int32_t position) {
  const int32_t n_pairs = how.dim / 2;
  for (int32_t i = 0; i < n_pairs; ++i) {
    const double exponent = static_cast<double>(2 * i) / static_cast<double>(how.dim);
    double frequency = onehead::exp64(-exponent * onehead::log64(how.base)) * how.scale;
    if (!how.factors.empty()) {
      frequency = frequency / static_cast<double>(how.factors[static_cast<size_t>(i)]);
    }
    const double angle = static_cast<double>(position) * frequency;
    const auto c = static_cast<float>(onehead::cos64(angle));
    const auto s = static_cast<float>(onehead::sin64(angle));
    float& first = how.halves ? head[i] : head[2 * i];
    float& second = how.halves ? head[n_pairs + i] : head[2 * i + 1];
    const float x0 = first;
    const float x1 = second;
    first = x0 * c - x1 * s;
    second = x0 * s + x1 * c;
  }
}

Vector silu_mul(const Vector& gate, const Vector& up) {
  Vector out;
  for (size_t i = 0; i < gate.size(); ++i) {
    out.push_back((gate[i] / (1.0f + exp_f32(-gate[i]))) * up[i]);
  }
  return out;
}

Vector gelu_mul(const Vector& gate, const Vector& up) {
  const float linear = 0x1.988454p+0f;  // 2 sqrt(2 / pi)
  const float cubic = 0x1.2444f2p-4f;   // that times 0.044715
  Vector out;
  for (size_t i = 0; i < gate.size(); ++i) {
    const float g = gate[i];
    const float w = g * (linear + cubic * (g * g));
    out.push_back((g / (1.0f + exp_f32(-w))) * up[i]);
  }
  return out;
}

void add(Vector& x, const Vector& y) {
  for (size_t i = 0; i < x.size(); ++i) x[i] = x[i] + y[i];
}

double log_probability(const Vector& logits, int32_t id) {
  const double maximum = logits[static_cast<size_t>(greedy(logits))];
  double sum = 0.0;
  for (const float logit : logits) sum = sum + onehead::exp64(static_cast<double>(logit) - maximum);
  return static_cast<double>(logits[static_cast<size_t>(id)]) - (maximum + onehead::log64(sum));
}

int32_t greedy(const Vector& logits) {
  size_t best = 0;
  for (size_t i = 1; i < logits.size(); ++i) {
    if (logits[i] > logits[best]) best = i;
  }
  return static_cast<int32_t>(best);
}

}  // namespace onehead::reference
