#include "model/activations.hpp"

#include <algorithm>
#include <utility>

#include "base/checked.hpp"
#include "kernels/logit_bound.hpp"
#include "kernels/quantize.hpp"
#include "kernels/rope.hpp"

namespace onehead {

namespace {

bool has_layers_of(const Config& config, LayerKind kind) {
  for (int32_t layer = 0; layer < config.n_layers; ++layer) {
    if (config.kind_of(layer) == kind) return true;
  }
  return false;
}

// Beyond these a file is damaged; within them an angle stays in the range of cos64 and sin64.
constexpr float kMinRopeFactor = 1e-2f;
constexpr float kMaxRopeFactor = 1e6f;

Status make_rope_tables(const Config& config, const float* factors, RopeTable* tables) {
  const int32_t n_pairs = config.rope_dim / 2;
  for (int32_t kind = 0; kind < kLayerKinds; ++kind) {
    if (!has_layers_of(config, static_cast<LayerKind>(kind))) continue;
    std::vector<double>& frequencies = tables[kind].inverse_frequencies;
    frequencies.resize(static_cast<size_t>(n_pairs));
    rope_frequencies(config.rope[kind].base, config.rope_dim, frequencies.data());
    for (int32_t i = 0; i < n_pairs; ++i) {
      double& frequency = frequencies[static_cast<size_t>(i)];
      frequency = frequency * config.rope[kind].scale;
      if (factors == nullptr) continue;
      if (!(factors[i] >= kMinRopeFactor) || !(factors[i] <= kMaxRopeFactor)) {
        return {ErrorCode::kBadFile, "The tensor rope_freqs.weight holds a factor out of bounds."};
      }
      frequency = frequency / static_cast<double>(factors[i]);
    }
  }
  return {};
}

}  // namespace

Expected<Activations> Activations::create(const Config& config, const float* rope_factors,
                                          int32_t max_rows, int32_t context_length,
                                          const KvCache& cache) {
  Activations a;
  a.max_rows = max_rows;
  if (Status status = make_rope_tables(config, rope_factors, a.rope); !status.ok()) return status;
  const auto rows = static_cast<uint64_t>(max_rows);
  const auto n_pairs = [&](LayerKind kind) -> uint64_t {
    return a.rope[static_cast<int32_t>(kind)].inverse_frequencies.size();
  };
  struct Part {
    float** pointer;
    uint64_t n_rows, width;
  };
  const Part parts[] = {
      {&a.residual, rows, static_cast<uint64_t>(config.model_dim)},
      {&a.normed, rows, static_cast<uint64_t>(config.model_dim)},
      {&a.query, rows, static_cast<uint64_t>(config.query_dim())},
      {&a.key, rows, static_cast<uint64_t>(config.kv_dim())},
      {&a.value, rows, static_cast<uint64_t>(config.kv_dim())},
      {&a.attended, rows, static_cast<uint64_t>(config.query_dim())},
      {&a.running_max, rows, static_cast<uint64_t>(config.n_query_heads)},
      {&a.running_sum, rows, static_cast<uint64_t>(config.n_query_heads)},
      {&a.projected, rows, static_cast<uint64_t>(config.model_dim)},
      {&a.gate, rows, static_cast<uint64_t>(config.hidden_dim)},
      {&a.up, rows, static_cast<uint64_t>(config.hidden_dim)},
      {&a.rope[0].cos, rows, n_pairs(LayerKind::kGlobal)},
      {&a.rope[0].sin, rows, n_pairs(LayerKind::kGlobal)},
      {&a.rope[1].cos, rows, n_pairs(LayerKind::kSliding)},
      {&a.rope[1].sin, rows, n_pairs(LayerKind::kSliding)},
      {&a.logits, kLogitsGroup, static_cast<uint64_t>(config.vocab_size)},
  };
  uint64_t total = 0;  // bytes; every part starts on a cache line
  for (const Part& part : parts) total += (part.n_rows * part.width * sizeof(float) + 63) / 64 * 64;
  if (total > SIZE_MAX / 2) {
    return Status{ErrorCode::kOutOfMemory, "The model is too wide for the memory of this engine."};
  }
  Expected<AlignedBuffer> floats = AlignedBuffer::allocate(static_cast<size_t>(total));
  if (!floats.ok()) return floats.status();
  a.floats_ = std::move(*floats);
  size_t offset = 0;
  for (const Part& part : parts) {
    *part.pointer = a.floats_.at<float>(offset);
    offset += (static_cast<size_t>(part.n_rows * part.width) * sizeof(float) + 63) / 64 * 64;
  }

  const int32_t widest = std::max({config.model_dim, config.query_dim(), config.hidden_dim});
  const int32_t whole_blocks = (widest + 31) / 32 * 32;
  Expected<AlignedBuffer> quantized =
      AlignedBuffer::allocate(quantized_bytes(max_rows, whole_blocks));
  if (!quantized.ok()) return quantized.status();
  a.quantized_bytes_ = std::move(*quantized);
  a.quantized_scratch = a.quantized_bytes_.data();

  Expected<AlignedBuffer> bounds = AlignedBuffer::allocate(
      bound_input_bytes(std::min(max_rows, kLogitsGroup), config.model_dim));
  if (!bounds.ok()) return bounds.status();
  a.bound_bytes_ = std::move(*bounds);
  a.bound_scratch = a.bound_bytes_.data();

  if (cache.type() == KvType::kInt8) {
    const size_t n_queries =
        static_cast<size_t>(max_rows) * static_cast<size_t>(config.n_query_heads);
    const size_t n = n_queries * static_cast<size_t>(quantized_query_dim(config.head_dim));
    const size_t n_bytes = (n + 63) / 64 * 64;
    Expected<AlignedBuffer> queries = AlignedBuffer::allocate(2 * n_bytes + n * sizeof(int16_t));
    if (!queries.ok()) return queries.status();
    a.query_buffer_ = std::move(*queries);
    a.query_high = a.query_buffer_.at<int8_t>(0);
    a.query_low = a.query_buffer_.at<int8_t>(n_bytes);
    a.query_integers = a.query_buffer_.at<int16_t>(2 * n_bytes);
    a.quantized_queries.resize(n_queries);
  }

  a.is_first.resize(static_cast<size_t>(max_rows));
  // Every row sees at most every block of a full context, in every window group.
  const size_t n_pairs_of_row_and_block = static_cast<size_t>(cache.n_groups()) *
                                          static_cast<size_t>(blocks_for(context_length)) *
                                          static_cast<size_t>(max_rows);
  a.groups.reserve(cache.n_groups(), n_pairs_of_row_and_block);
  a.max_blocks_ = blocks_for(context_length);
  if (Status status = a.use_threads(config, 1); !status.ok()) return status;
  return a;
}

Status Activations::use_threads(const Config& config, int32_t n) {
  const uint64_t pairs = static_cast<uint64_t>(std::min(n - 1, max_rows)) *
                         static_cast<uint64_t>(max_blocks_);  // of a row and a block
  const uint64_t states = pairs * static_cast<uint64_t>(config.n_query_heads);
  uint64_t floats = 0;
  if (!checked_mul(states, static_cast<uint64_t>(config.head_dim) + 2, floats) ||
      floats > SIZE_MAX / sizeof(float)) {
    return {ErrorCode::kOutOfMemory, "So many threads do not fit in the memory of this engine."};
  }
  Expected<AlignedBuffer> buffer =
      AlignedBuffer::allocate(static_cast<size_t>(floats) * sizeof(float));
  if (!buffer.ok()) return buffer.status();
  block_floats_ = std::move(*buffer);
  block_attended = block_floats_.at<float>(0);
  block_max = block_attended + states * static_cast<uint64_t>(config.head_dim);
  block_sum = block_max + states;
  threads.resize(static_cast<size_t>(n));
  for (ThreadScratch& thread : threads) {
    thread.attention_rows.resize(static_cast<size_t>(max_rows) *
                                 static_cast<size_t>(config.queries_per_kv()));
  }
  return {};
}

}  // namespace onehead
