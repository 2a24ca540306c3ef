#include "model/trace_recorder.hpp"

#include <algorithm>
#include <cstring>

#include "base/as_size.hpp"
#include "model/kv_cache.hpp"

namespace onehead {
namespace {

int32_t slot_of(const std::vector<int32_t>& chosen, int32_t value) {
  const auto found = std::lower_bound(chosen.begin(), chosen.end(), value);
  if (found == chosen.end() || *found != value) return -1;
  return static_cast<int32_t>(found - chosen.begin());
}

// While the pass runs, a traced row's scores are padded to whole blocks, since the kernel writes
// whole blocks.
size_t padded_positions(const TracedRow& traced) {
  return as_size(blocks_for(traced.position + 1)) * as_size(kBlockPositions);
}

// [layers * heads][padded] -> [layers * heads][p + 1].
void compact_attention(TracedRow& traced) {
  const size_t n_positions = as_size(traced.position + 1);
  const size_t padded = padded_positions(traced);
  const size_t n = traced.attention.size() / padded;
  for (size_t i = 1; i < n; ++i) {
    std::memmove(traced.attention.data() + i * n_positions, traced.attention.data() + i * padded,
                 n_positions * sizeof(float));
  }
  traced.attention.resize(n * n_positions);
}

}  // namespace

void TraceRecorder::begin(const float* residual) const {
  const size_t n_layers = request_.layers.size();
  const size_t n_heads = request_.heads.size();
  const size_t width = as_size(config_.model_dim);
  for (size_t r = 0; r < rows_.size(); ++r) {
    TracedRow* traced = rows_[r].trace;
    if (traced == nullptr) continue;
    traced->row = static_cast<int32_t>(r);
    traced->position = rows_[r].position;
    traced->attention.assign(
        request_.attention ? n_layers * n_heads * padded_positions(*traced) : 0, 0.0f);
    traced->queries.assign(request_.queries ? n_layers * n_heads * as_size(config_.head_dim) : 0,
                           0.0f);
    traced->hidden.assign(request_.hidden ? (1 + n_layers) * width : 0, 0.0f);
    if (request_.hidden) {
      std::memcpy(traced->hidden.data(), residual + r * width, width * sizeof(float));
    }
  }
}

void TraceRecorder::queries(int32_t layer, const Row& row, const float* query) const {
  if (row.trace == nullptr || !request_.queries) return;
  const int32_t layer_slot = slot_of(request_.layers, layer);
  if (layer_slot < 0) return;
  const size_t head_dim = as_size(config_.head_dim);
  float* out = row.trace->queries.data() + as_size(layer_slot) * request_.heads.size() * head_dim;
  for (const int32_t head : request_.heads) {
    std::memcpy(out, query + as_size(head) * head_dim, head_dim * sizeof(float));
    out += head_dim;
  }
}

float* TraceRecorder::scores(int32_t layer, const Row& row, int32_t head) const {
  if (row.trace == nullptr || !request_.attention) return nullptr;
  const int32_t layer_slot = slot_of(request_.layers, layer);
  const int32_t head_slot = slot_of(request_.heads, head);
  if (layer_slot < 0 || head_slot < 0) return nullptr;
  const size_t index = as_size(layer_slot) * request_.heads.size() + as_size(head_slot);
  return row.trace->attention.data() + index * padded_positions(*row.trace);
}

void TraceRecorder::hidden(int32_t layer, const float* residual) const {
  if (!request_.hidden) return;
  const int32_t layer_slot = slot_of(request_.layers, layer);
  if (layer_slot < 0) return;
  const size_t width = as_size(config_.model_dim);
  for (size_t r = 0; r < rows_.size(); ++r) {
    TracedRow* traced = rows_[r].trace;
    if (traced == nullptr) continue;
    std::memcpy(traced->hidden.data() + as_size(1 + layer_slot) * width, residual + r * width,
                width * sizeof(float));
  }
}

void TraceRecorder::end() const {
  for (const Row& row : rows_) {
    if (row.trace != nullptr) compact_attention(*row.trace);
  }
}

}  // namespace onehead
