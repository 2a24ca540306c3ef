// The compute graph of a transformer, whatever its architecture: rows in, logits out.
//
// A row is one token of one sequence at one position. A prompt chunk, a step of one conversation
// and a step of many sequences are all rows of one call, and none of them changes what another row
// computes.
#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "model/graph.hpp"
#include "model/row.hpp"
#include "model/trace.hpp"

namespace onehead {

// Receives what rows that want logits gave, in ascending order of rows.
class LogitsSink {
 public:
  // Logits [vocab_size]; the memory is reused afterwards.
  virtual void on_logits(int32_t row, std::span<const float> logits) = 0;
  // For a row with best_only: the token with the largest logit, of equal ones the lowest.
  virtual void on_best(int32_t row, int32_t token) = 0;

 protected:
  ~LogitsSink() = default;
};

// Runs `rows`; each sequence must already be extended to hold its rows' positions, and rows of one
// sequence come in ascending order of position. `trace` says what rows with a `trace` record.
// Writes K and V of every row. Errors: kNonFinite when a row's final state or a logit is not
// finite; logits seen so far were then delivered.
Status forward(const Graph& graph, std::span<const Row> rows, const TraceRequest& trace,
               LogitsSink& sink);

}  // namespace onehead
