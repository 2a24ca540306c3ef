// Writes what a trace asked for into its rows while a forward pass runs.
#pragma once

#include <cstdint>
#include <span>

#include "model/config.hpp"
#include "model/row.hpp"
#include "model/trace.hpp"

namespace onehead {

class TraceRecorder {
 public:
  TraceRecorder(const Config& config, std::span<const Row> rows, const TraceRequest& request)
      : config_(config), rows_(rows), request_(request) {}

  // Makes room. residual [n_rows, model_dim] holds the embeddings.
  void begin(const float* residual) const;
  // query [n_query_heads, head_dim] of the row, rotated and not yet scaled.
  void queries(int32_t layer, const Row& row, const float* query) const;
  // Where scores of the row's head go, by position: [whole blocks]; null where nobody asked.
  float* scores(int32_t layer, const Row& row, int32_t head) const;
  // residual [n_rows, model_dim] after the layer.
  void hidden(int32_t layer, const float* residual) const;
  // Drops the padding between the rows of attention weights.
  void end() const;

 private:
  const Config& config_;
  std::span<const Row> rows_;
  const TraceRequest& request_;
};

}  // namespace onehead
