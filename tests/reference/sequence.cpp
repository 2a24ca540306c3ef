#include "reference/sequence.hpp"

#include <algorithm>
#include <cstddef>

#include "reference/attention.hpp"
#include "reference/attention_int8.hpp"

namespace onehead::reference {
namespace {

// Cuts [n_heads * head_dim] into heads and appends head h to record[h].
void append_heads(const Vector& projected, size_t head_dim,
                  std::vector<std::vector<Vector>>& record) {
  for (size_t h = 0; h < record.size(); ++h) {
    const float* head = projected.data() + h * head_dim;
    record[h].emplace_back(head, head + head_dim);
  }
}

// What queries and keys go through, and values do not: each head is normalised, where the model has
// a norm for it, then rotated to its position.
Vector turned(const Vector& projected, const Model& model, const Vector& norm, const Rope& how,
              int32_t position) {
  const auto head_dim = static_cast<ptrdiff_t>(model.head_dim);
  Vector out;
  for (auto at = projected.begin(); at != projected.end(); at += head_dim) {
    Vector head(at, at + head_dim);
    if (!norm.empty()) head = rms_norm(head, norm, model.rms_eps);
    rope(head.data(), how, position);
    out.insert(out.end(), head.begin(), head.end());
  }
  return out;
}

// What a block adds to the residual stream.
Vector normed_unless_empty(const Vector& x, const Vector& norm, float eps) {
  return norm.empty() ? x : rms_norm(x, norm, eps);
}

void append(Vector& out, const Vector& values) {
  out.insert(out.end(), values.begin(), values.end());
}

}  // namespace

Sequence::Sequence(const Model& model, std::vector<std::pair<int32_t, int32_t>> ablated,
                   bool cache_int8)
    : model_(model),
      ablated_(std::move(ablated)),
      cache_int8_(cache_int8),
      layers_(model.layers.size()) {
  for (LayerRecord& record : layers_) {
    record.queries.resize(static_cast<size_t>(model.n_query_heads));
    record.attention.resize(static_cast<size_t>(model.n_query_heads));
    record.keys.resize(static_cast<size_t>(model.n_kv_heads));
    record.values.resize(static_cast<size_t>(model.n_kv_heads));
  }
}

bool Sequence::is_ablated(int32_t layer, int32_t head) const {
  return std::find(ablated_.begin(), ablated_.end(), std::pair(layer, head)) != ablated_.end();
}

const Vector& Sequence::push(int32_t token) {
  Vector x = dequantized_row(model_.embedding, token);
  for (float& value : x) value = value * model_.embedding_scale;
  embeddings_.push_back(x);
  for (size_t layer = 0; layer < layers_.size(); ++layer) {
    add(x, attention_block(static_cast<int32_t>(layer), x));
    add(x, feed_forward_block(static_cast<int32_t>(layer), x));
    layers_[layer].output.push_back(x);
  }
  logits_.push_back(matmul(model_.head, rms_norm(x, model_.output_norm, model_.rms_eps)));
  return logits_.back();
}

void Sequence::push_all(std::span<const int32_t> tokens) {
  for (const int32_t token : tokens) push(token);
}

Vector Sequence::attention_block(int32_t layer, const Vector& x) {
  const Layer& weights = model_.layers[static_cast<size_t>(layer)];
  LayerRecord& record = layers_[static_cast<size_t>(layer)];
  const int32_t position = length();
  const Vector normed = rms_norm(x, weights.attention_norm, model_.rms_eps);
  const auto head_dim = static_cast<size_t>(model_.head_dim);
  append_heads(
      turned(matmul(weights.query, normed), model_, weights.query_norm, weights.rope, position),
      head_dim, record.queries);
  append_heads(
      turned(matmul(weights.key, normed), model_, weights.key_norm, weights.rope, position),
      head_dim, record.keys);
  append_heads(matmul(weights.value, normed), head_dim, record.values);

  const int32_t first =
      weights.window > 0 && position >= weights.window ? position - weights.window + 1 : 0;
  const int32_t queries_per_kv = model_.n_query_heads / model_.n_kv_heads;
  Vector attended;  // [n_query_heads * head_dim]
  for (int32_t head = 0; head < model_.n_query_heads; ++head) {
    const auto h = static_cast<size_t>(head);
    const auto kv = static_cast<size_t>(head / queries_per_kv);
    Vector query = record.queries[h].back();
    for (float& q : query) q = q * model_.query_scale;
    const auto attend_cached = cache_int8_ ? attend_int8 : attend;
    Attended result =
        attend_cached(query, record.keys[kv], record.values[kv], static_cast<size_t>(first));
    if (is_ablated(layer, head)) std::fill(result.out.begin(), result.out.end(), 0.0f);
    append(attended, result.out);
    record.attention[h].push_back(std::move(result.weights));
  }
  return normed_unless_empty(matmul(weights.output, attended), weights.post_attention_norm,
                             model_.rms_eps);
}

Vector Sequence::feed_forward_block(int32_t layer, const Vector& x) const {
  const Layer& weights = model_.layers[static_cast<size_t>(layer)];
  const Vector normed = rms_norm(x, weights.ffn_norm, model_.rms_eps);
  const Vector gate = matmul(weights.gate, normed);
  const Vector up = matmul(weights.up, normed);
  const Vector hidden = model_.gelu ? gelu_mul(gate, up) : silu_mul(gate, up);
  return normed_unless_empty(matmul(weights.down, hidden), weights.post_ffn_norm, model_.rms_eps);
}

Vector Sequence::attention() const {
  Vector out;
  for (const LayerRecord& layer : layers_) {
    for (const PerPosition& head : layer.attention) {
      for (const Vector& weights : head) {
        append(out, weights);
        out.resize(out.size() + head.size() - weights.size(), 0.0f);  // keys not seen
      }
    }
  }
  return out;
}

namespace {

template <class Record>
Vector flatten(const std::vector<Record>& layers, std::vector<std::vector<Vector>> Record::*part) {
  Vector out;
  for (const Record& layer : layers) {
    for (const std::vector<Vector>& head : layer.*part) {
      for (const Vector& vector : head) append(out, vector);
    }
  }
  return out;
}

}  // namespace

Vector Sequence::queries() const { return flatten(layers_, &LayerRecord::queries); }

Vector Sequence::keys() const {
  if (!cache_int8_) return flatten(layers_, &LayerRecord::keys);
  Vector out;
  for (const LayerRecord& layer : layers_) {
    for (const PerPosition& head : layer.keys) {
      const QuantizedKeys cached = quantize_keys(head);
      for (size_t i = 0; i < head.size(); ++i) append(out, cached_key(cached, i));
    }
  }
  return out;
}

Vector Sequence::values() const {
  if (!cache_int8_) return flatten(layers_, &LayerRecord::values);
  Vector out;
  for (const LayerRecord& layer : layers_) {
    for (const PerPosition& head : layer.values) {
      for (const Vector& value : head) append(out, cached_value(value));
    }
  }
  return out;
}

Vector Sequence::hidden() const {
  Vector out;
  for (const Vector& row : embeddings_) append(out, row);
  for (const LayerRecord& layer : layers_) {
    for (const Vector& row : layer.output) append(out, row);
  }
  return out;
}

}  // namespace onehead::reference
