// Attention over a block whose keys and values are f32.
#pragma once

#include "kernels/attention.hpp"

namespace onehead::detail {

void attention_block_f32(const KvTile& kv, AttentionRow* rows, int32_t n_rows,
                         AttentionScratch& scratch);

}  // namespace onehead::detail
