// The operations of the numerics contract, one plain function each, on whole vectors.
//
// This is the definition that the kernels are held to, bit for bit: scalar loops, IEEE f32
// + - * / sqrt, no fused multiply-add, every sum in its one written order. Nothing here is shared
// with the kernels. Compile with -ffp-contract=off.
#pragma once

#include <cstdint>
#include <vector>

namespace onehead::reference {

using Vector = std::vector<float>;

// A weight matrix [n_rows outputs, n_cols inputs] with its elements as numbers.
struct Matrix {
  int32_t n_rows = 0;
  int32_t n_cols = 0;
  Vector values;               // [n_rows, n_cols], exact; empty where quantised
  std::vector<int8_t> quants;  // [n_rows, n_cols], without their zero point
  Vector scales;               // [n_rows, n_cols / scale_block]
  Vector minima;               // [n_rows, n_cols / 32], added to scale * quant; empty: none
  int32_t scale_block = 32;    // elements that share a scale, 16 or 32
  bool quantized() const { return values.empty(); }
};

// Row `row` as numbers; of a quantised matrix scale * quant, plus the minimum where it has minima.
Vector dequantized_row(const Matrix& w, int32_t row);

// The same matrix without quantisation: what `precision: "f32"` computes with.
Matrix dequantized(const Matrix& w);

// An activation vector as int8 in blocks of 32.
struct QuantizedVector {
  std::vector<int8_t> quants;  // [n]
  Vector scales;               // [n / 32]
};
QuantizedVector quantize(const Vector& x);

// out[o] = sum over k of w[o, k] * x[k]. A quantised matrix takes x as int8, block after block:
//   acc = acc + float(sum of quant * x_quant over scale_block elements) * (scale * x_scale)
//   acc = acc + minimum * (float(sum of x_quant) * x_scale)     where there are minima
Vector matmul(const Matrix& w, const Vector& x);

// out[i] = x[i] / rms(x) * weight[i], rms(x) = sqrt(mean(x²) + eps).
Vector rms_norm(const Vector& x, const Vector& weight, float eps);

// How a head is rotated: pair i of its first `dim` elements by the angle
// position * (base^(-2i / dim) * scale / factors[i]). Pairs are (0, 1), (2, 3) …, or where `halves`
// (0, dim / 2), (1, dim / 2 + 1) ….
struct Rope {
  int32_t dim = 0;
  bool halves = false;
  double base = 10000.0;
  double scale = 1.0;
  Vector factors;  // [dim / 2]; empty: all 1
};
void rope(float* head, const Rope& how, int32_t position);

// out[i] = gate[i] / (1 + e^-gate[i]) * up[i].
Vector silu_mul(const Vector& gate, const Vector& up);

// out[i] = gelu(gate[i]) * up[i], gelu(x) = x / (1 + e^-w) for w = 2 sqrt(2 / pi) (x + 0.044715
// x³): the tanh form, 0.5 x (1 + tanh(w / 2)).
Vector gelu_mul(const Vector& gate, const Vector& up);

// x[i] = x[i] + y[i].
void add(Vector& x, const Vector& y);

// log(softmax(logits)[id]) in f64: logit - (max + log of the sum of e^(logit - max), ids
// ascending).
double log_probability(const Vector& logits, int32_t id);

// The index of the largest logit; of equals the lowest index.
int32_t greedy(const Vector& logits);

// Element i goes to partial i mod 16; the partials are folded 8-4-2-1. The order of every sum that
// crosses lanes.
class StripedSum {
 public:
  void add(int32_t i, float value) { partial_[i % 16] = partial_[i % 16] + value; }
  float total() const;

 private:
  float partial_[16] = {};
};

}  // namespace onehead::reference
