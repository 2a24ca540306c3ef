// Attention over a block whose keys and values are int8.
#pragma once

#include "kernels/attention.hpp"

namespace onehead::detail {

void attention_block_int8(const KvTile& kv, AttentionRow* rows, int32_t n_rows,
                          AttentionScratch& scratch, IntDot back_end);

}  // namespace onehead::detail
