// Scratch of a forward pass, sized once for a largest number of rows; nothing is allocated while
// running.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/status.hpp"
#include "kernels/attention.hpp"
#include "model/block_groups.hpp"
#include "model/config.hpp"
#include "model/kv_cache.hpp"

namespace onehead {

inline constexpr int32_t kLogitsGroup =
    16;  // logits are computed for at most so many rows at a time

// The rotation of the layers of one kind.
struct RopeTable {
  std::vector<double> inverse_frequencies;  // [rope_dim / 2]; empty: no layer is of the kind
  float* cos = nullptr;                     // [max_rows, rope_dim / 2]
  float* sin = nullptr;                     // [max_rows, rope_dim / 2]
};

class Activations {
 public:
  // For up to max_rows rows of sequences of up to context_length positions. rope_factors is
  // Weights'. Errors: kOutOfMemory, kBadFile for factors that are no factors.
  static Expected<Activations> create(const Config& config, const float* rope_factors,
                                      int32_t max_rows, int32_t context_length,
                                      const KvCache& cache);
  // Scratch for n threads, one at first. Errors: kOutOfMemory, and nothing has changed.
  Status use_threads(const Config& config, int32_t n);

  int32_t max_rows = 0;
  float* residual = nullptr;     // [max_rows, model_dim]
  float* normed = nullptr;       // [max_rows, model_dim]
  float* query = nullptr;        // [max_rows, n_query_heads * head_dim]
  float* key = nullptr;          // [max_rows, n_kv_heads * head_dim]
  float* value = nullptr;        // [max_rows, n_kv_heads * head_dim]
  float* attended = nullptr;     // [max_rows, n_query_heads * head_dim]
  float* running_max = nullptr;  // [max_rows, n_query_heads] of the attention fold
  float* running_sum = nullptr;  // [max_rows, n_query_heads]
  float* projected = nullptr;    // [max_rows, model_dim]: what a block adds to the residual
  float* gate = nullptr;         // [max_rows, hidden_dim]
  float* up = nullptr;           // [max_rows, hidden_dim]
  float* logits = nullptr;       // [kLogitsGroup, vocab_size]
  RopeTable rope[kLayerKinds];
  std::byte* quantized_scratch = nullptr;  // for up to max_rows rows of the widest matrix input
  std::byte* bound_scratch = nullptr;      // of logit bounds for up to kLogitsGroup rows
  int32_t unbounded_heads = 0;             // how many are to do without bounds, which did not pay
  std::vector<uint8_t> is_first;           // [max_rows]: no block merged yet
  // For an int8 cache: the queries as integers.
  int16_t* query_integers = nullptr;  // [max_rows, n_query_heads, quantized_query_dim]
  int8_t* query_high = nullptr;       // the same, as 128 * high + low
  int8_t* query_low = nullptr;
  std::vector<QuantizedQuery> quantized_queries;  // [max_rows, n_query_heads]
  // Per thread.
  struct ThreadScratch {
    std::vector<AttentionRow> attention_rows;  // [max_rows * queries_per_kv]
    AttentionScratch attention;
  };
  std::vector<ThreadScratch> threads;
  // Where threads share a row's blocks: what each block gave, before the fold. There are fewer such
  // rows than threads.
  float* block_max = nullptr;       // [rows * blocks, n_query_heads]
  float* block_sum = nullptr;       // [rows * blocks, n_query_heads]
  float* block_attended = nullptr;  // [rows * blocks, n_query_heads * head_dim]
  BlockGroups groups;

 private:
  AlignedBuffer floats_;
  AlignedBuffer block_floats_;
  int32_t max_blocks_ = 0;  // of a sequence
  AlignedBuffer quantized_bytes_;
  AlignedBuffer bound_bytes_;
  AlignedBuffer query_buffer_;
};

}  // namespace onehead
