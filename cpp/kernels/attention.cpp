#include "kernels/attention.hpp"

#include <algorithm>

#include "kernels/attention_f32.hpp"
#include "kernels/attention_int8.hpp"
#include "kernels/attention_softmax.hpp"
#include "kernels/fetch_lines.hpp"
#include "kernels/hadamard.hpp"
#include "simd/exp.hpp"

namespace onehead {

void attention_block(const KvTile& kv, AttentionRow* rows, int32_t n_rows,
                     AttentionScratch& scratch, IntDot back_end) {
  detail::fetch_lines(kv.data, kv_tile_bytes(kv.type, kv.head_dim));
  switch (kv.type) {
    case KvType::kF32:
      return detail::attention_block_f32(kv, rows, n_rows, scratch);
    case KvType::kInt8:
      return detail::attention_block_int8(kv, rows, n_rows, scratch, back_end);
  }
}

void attention_fold(float block_m, float block_l, const float* block_o, int32_t head_dim,
                    AttentionRow& row) {
  const detail::Fold fold = detail::fold_sums(row, block_m, block_l);
  if (row.first) {
    std::copy(block_o, block_o + head_dim, row.o);
    return;
  }
  for (int32_t j = 0; j < head_dim; ++j) {
    row.o[j] = row.o[j] * fold.keep + block_o[j] * fold.take;
  }
}

void attention_finish(KvType type, float l, int32_t head_dim, float* o) {
  const float inverse = 1.0f / l;
  for (int32_t j = 0; j < head_dim; ++j) o[j] = o[j] * inverse;
  if (type == KvType::kInt8) hadamard_inverse(o, head_dim);
}

void attention_weights(const float* scores, int32_t n, float m, float l, float* out) {
  const simd::Exp<float> exp;
  const float inverse = 1.0f / l;
  for (int32_t i = 0; i < n; ++i) out[i] = exp(scores[i] - m) * inverse;
}

}  // namespace onehead
