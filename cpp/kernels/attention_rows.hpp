// Query rows that pass over a block together.
#pragma once

#include <algorithm>

#include "kernels/attention.hpp"
#include "kernels/attention_softmax.hpp"

namespace onehead::detail {

// R rows, and the positions that any of them sees.
template <int R>
struct RowTile {
  AttentionRow* const* rows;
  int32_t begin = kBlockPositions, end = 0;            // seen by some row
  int32_t span_begin = kBlockPositions, span_end = 0;  // the same in whole groups of 16

  explicit RowTile(AttentionRow* const* tile) : rows(tile) {
    for (int r = 0; r < R; ++r) {
      const Span span(*rows[r]);
      begin = std::min(begin, rows[r]->visible_begin);
      end = std::max(end, rows[r]->visible_end);
      span_begin = std::min(span_begin, span.begin);
      span_end = std::max(span_end, span.end);
    }
  }
};

// Calls attend(RowTile) for all rows that see something.
template <class Attend>
void for_row_tiles(AttentionRow* rows, int32_t n_rows, Attend&& attend) {
  static_assert(kAttentionTileRows == 4);
  AttentionRow* tile[kAttentionTileRows];
  int32_t filled = 0;
  for (int32_t r = 0; r < n_rows; ++r) {
    if (rows[r].visible_begin < rows[r].visible_end) tile[filled++] = &rows[r];
    if (filled == kAttentionTileRows) {
      attend(RowTile<kAttentionTileRows>(tile));
      filled = 0;
    }
  }
  if (filled == 1) attend(RowTile<1>(tile));
  if (filled == 2) attend(RowTile<2>(tile));
  if (filled == 3) attend(RowTile<3>(tile));
}

// The scores of a row in a tile that spans [span_begin, span_end), whole groups of 16, become
// weights, which are zero where only its companions see; raw scores go to the row's trace.
[[gnu::noinline]] inline Fold softmax_in_tile(const simd::Exp<simd::F32>& exp, AttentionRow& row,
                                              int32_t span_begin, int32_t span_end, float* scores) {
  if (row.scores != nullptr) {
    std::copy(scores + row.visible_begin, scores + row.visible_end, row.scores + row.visible_begin);
  }
  const Fold fold = softmax_row(exp, row, scores);
  const Span span(row);
  std::fill(scores + span_begin, scores + span.begin, 0.0f);
  std::fill(scores + span.end, scores + span_end, 0.0f);
  return fold;
}

}  // namespace onehead::detail
