#include "reference/attention_int8.hpp"

#include <algorithm>
#include <cmath>

#include "reference/block_fold.hpp"
#include "reference/exp.hpp"

namespace onehead::reference {
namespace {

constexpr float kSmallestWeight = 0x1p-100f;
constexpr float kLargestWeight = 16383.0f;

// The nearest integer, a half to the even one, of |x| < 2^22.
int32_t round_half_even(float x) {
  const float below = std::floor(x);
  const auto low = static_cast<int32_t>(below);
  const float fraction = x - below;
  if (fraction != 0.5f) return fraction < 0.5f ? low : low + 1;
  return low % 2 == 0 ? low : low + 1;
}

int32_t dot(const QuantizedHead& a, const QuantizedHead& b) {
  int32_t sum = 0;
  for (size_t d = 0; d < a.quants.size(); ++d) sum += a.quants[d] * b.quants[d];
  return sum;
}

// Positions begin .. end - 1, all of one block.
Partial attend_block(const Vector& scores, const std::vector<QuantizedHead>& values, size_t begin,
                     size_t end) {
  Partial block;
  block.m = *std::max_element(scores.begin() + static_cast<ptrdiff_t>(begin),
                              scores.begin() + static_cast<ptrdiff_t>(end));
  StripedSum sum;
  Vector weights;  // of the integers of the values
  for (size_t i = begin; i < end; ++i) {
    const float p = exp_f32(scores[i] - block.m);
    sum.add(static_cast<int32_t>(i % kBlockPositions), p);
    weights.push_back(p * values[i].scale);
  }
  block.l = sum.total();

  const float largest = *std::max_element(weights.begin(), weights.end());
  const float factor = largest > kSmallestWeight ? kLargestWeight / largest : 0.0f;
  std::vector<int32_t> sums(values[begin].quants.size(), 0);
  for (size_t i = begin; i < end; ++i) {
    const int32_t u = round_half_even(weights[i - begin] * factor);
    for (size_t j = 0; j < sums.size(); ++j) sums[j] += u * values[i].quants[j];
  }
  for (const int32_t s : sums)
    block.o.push_back(static_cast<float>(s) * (largest / kLargestWeight));
  return block;
}

}  // namespace

QuantizedHead quantize_head(const Vector& x, int32_t largest) {
  float magnitude = 0.0f;
  for (const float value : x) magnitude = std::max(magnitude, std::fabs(value));
  const auto limit = static_cast<float>(largest);
  QuantizedHead head;
  head.scale = magnitude / limit;
  for (const float value : x) {
    const float ratio = head.scale == 0.0f ? 0.0f : std::clamp(value / head.scale, -limit, limit);
    head.quants.push_back(round_half_even(ratio));
  }
  return head;
}

size_t transform_size(size_t head_dim) {
  size_t size = 1;
  while (head_dim % (2 * size) == 0) size *= 2;
  return size;
}

Vector transformed(const Vector& x) {
  Vector out = x;
  for (size_t h = 1; h < transform_size(x.size()); h *= 2) {
    for (size_t i = 0; i < x.size(); ++i) {
      if ((i & h) != 0) continue;
      const float a = out[i];
      const float b = out[i + h];
      out[i] = a + b;
      out[i + h] = a - b;
    }
  }
  return out;
}

Vector transformed_back(const Vector& x) {
  Vector out = transformed(x);
  for (float& value : out) value = value * (1.0f / static_cast<float>(transform_size(x.size())));
  return out;
}

QuantizedKeys quantize_keys(const std::vector<Vector>& keys) {
  QuantizedKeys out;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i == 0) out.centers.emplace_back(keys[0].size(), 0.0f);
    if (i > 0 && i % kBlockPositions == 0) {
      Vector center = out.centers.back();
      for (size_t d = 0; d < center.size(); ++d) {
        float sum = 0.0f;
        for (size_t p = i - kBlockPositions; p < i; ++p) {
          sum = sum + static_cast<float>(out.deviations[p].quants[d]) * out.deviations[p].scale;
        }
        center[d] = center[d] + sum * (1.0f / static_cast<float>(kBlockPositions));
      }
      out.centers.push_back(std::move(center));
    }
    Vector deviation = transformed(keys[i]);
    for (size_t d = 0; d < deviation.size(); ++d)
      deviation[d] = deviation[d] - out.centers.back()[d];
    out.deviations.push_back(quantize_head(deviation, 127));
  }
  return out;
}

Vector cached_key(const QuantizedKeys& keys, size_t i) {
  const QuantizedHead& deviation = keys.deviations[i];
  Vector key = keys.centers[i / kBlockPositions];
  for (size_t d = 0; d < key.size(); ++d) {
    key[d] = key[d] + static_cast<float>(deviation.quants[d]) * deviation.scale;
  }
  return transformed_back(key);
}

Vector cached_value(const Vector& value) {
  const QuantizedHead head = quantize_head(transformed(value), 127);
  Vector out;
  for (const int32_t q : head.quants) out.push_back(static_cast<float>(q) * head.scale);
  return transformed_back(out);
}

Attended attend_int8(const Vector& query, const std::vector<Vector>& keys,
                     const std::vector<Vector>& values, size_t first) {
  const QuantizedKeys cached = quantize_keys(keys);
  std::vector<QuantizedHead> cached_values;
  for (const Vector& value : values)
    cached_values.push_back(quantize_head(transformed(value), 127));

  const Vector turned = transformed(query);
  const QuantizedHead q = quantize_head(turned, 8191);
  const float factor = 1.0f / static_cast<float>(transform_size(query.size()));
  Vector scores;
  for (size_t i = 0; i < keys.size(); ++i) {
    const Vector& center = cached.centers[i / kBlockPositions];
    StripedSum shared;
    for (size_t d = 0; d < center.size(); ++d) {
      shared.add(static_cast<int32_t>(d), turned[d] * center[d]);
    }
    const QuantizedHead& deviation = cached.deviations[i];
    scores.push_back(shared.total() * factor + static_cast<float>(dot(q, deviation)) *
                                                   ((q.scale * factor) * deviation.scale));
  }

  Attended result = fold_blocks(scores, first, [&](size_t begin, size_t end) {
    return attend_block(scores, cached_values, begin, end);
  });
  result.out = transformed_back(result.out);
  return result;
}

}  // namespace onehead::reference
