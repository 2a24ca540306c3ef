// Attention of all rows of a forward pass over the K/V blocks that they see.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/attention.hpp"
#include "model/block_groups.hpp"
#include "model/graph.hpp"
#include "model/row.hpp"
#include "model/trace_recorder.hpp"

namespace onehead {

class AttentionPass {
 public:
  AttentionPass(const Graph& graph, std::span<const Row> rows, const TraceRecorder& recorder)
      : config_(graph.config),
        cache_(graph.cache),
        act_(graph.activations),
        int_dot_(graph.int_dot),
        threads_(graph.threads),
        rows_(rows),
        recorder_(recorder),
        n_rows_(static_cast<int32_t>(rows.size())) {}

  // From the queries of a layer, rotated and scaled, and the cached K/V to `attended`. The rows are
  // grouped by block already.
  void attend(int32_t layer);

 private:
  void attend_rows(int32_t layer, std::span<const BlockGroup> groups, int32_t row_begin,
                   int32_t row_end, int32_t thread);
  size_t block_state(std::span<const BlockGroup> groups, const BlockGroup& group, int32_t i,
                     int32_t head) const;
  void attend_block(int32_t layer, std::span<const BlockGroup> groups, int32_t index, int32_t g,
                    int32_t thread);
  void attend_tile(int32_t layer, const BlockGroup& group, int32_t g, AttentionRow* rows, int32_t n,
                   int32_t thread);
  void fold_blocks(int32_t layer, std::span<const BlockGroup> groups, int32_t r, int32_t head);
  AttentionRow attention_row(int32_t layer, const BlockGroup& group, int32_t r, int32_t head);
  void finish_head(int32_t layer, int32_t r, int32_t head);

  float* head_of(float* rows, int32_t r, int32_t head) const {
    return rows + static_cast<size_t>(r) * static_cast<size_t>(config_.query_dim()) +
           head * config_.head_dim;
  }

  const Config& config_;
  KvCache& cache_;
  Activations& act_;
  IntDot int_dot_;
  ThreadPool& threads_;
  std::span<const Row> rows_;
  const TraceRecorder& recorder_;
  int32_t n_rows_;
};

}  // namespace onehead
