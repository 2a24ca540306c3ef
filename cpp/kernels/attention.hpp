// Attention of any number of query rows over one block of 64 positions of one K/V head.
//
// The rows are heads x tokens x sequences that see the block: with one K/V head (MQA) all query
// heads of a token, times the tokens of a prompt chunk, times the sequences that share the block.
// Each K and V element that a tile of rows loads serves all of them.
#pragma once

#include <cstdint>

#include "kernels/int_dot.hpp"
#include "kernels/kv_tile.hpp"
#include "kernels/quantize_head.hpp"

namespace onehead {

// One query row and its running state over the blocks merged so far.
struct AttentionRow {
  const float* q = nullptr;   // [head_dim], already scaled; over int8 tiles transformed too
  QuantizedQuery quantized;   // the same as integers, over int8 tiles
  int32_t visible_begin = 0;  // positions inside the block that the row may see, 0..64
  int32_t visible_end = 0;
  float* m = nullptr;       // largest score so far
  float* l = nullptr;       // sum of exp(score - m)
  float* o = nullptr;       // [head_dim], sum of exp(score - m) * v
  bool first = false;       // nothing merged yet: m, l and o are written, not read
  float* scores = nullptr;  // nullptr, or [64]: raw scores of the visible positions, for a trace
};

// Over int8 tiles: what the largest weight becomes, 14 bits. Weights of which none is larger than
// the smallest count as zeros.
inline constexpr float kLargestWeight = 16383.0f;
inline constexpr float kSmallestWeight = 0x1p-100f;

// Rows that one pass of the kernel takes together.
inline constexpr int32_t kAttentionTileRows = 4;

struct AttentionScratch {
  static constexpr int32_t kDims = 256;  // dimensions of o that a sum of V takes at a time
  alignas(64) float weights[kAttentionTileRows][kBlockPositions];  // scores, then weights
  alignas(64) float queries[kAttentionTileRows][kBlockPositions];  // 64 dimensions of each row's q
  alignas(64) float values[kDims];
  // Over int8 tiles, what the rows multiply with (attention_dot.hpp), queries, then weights; and
  // what comes of it.
  static constexpr int32_t kOperands = kAttentionTileRows * kMaxInt8HeadDim;
  alignas(64) int16_t integers[kOperands];
  alignas(64) int8_t high[kOperands];
  alignas(64) int8_t low[kOperands];
  alignas(64) int32_t sums[kAttentionTileRows][kDims];
};

// For each row with visible positions i, with K [head_dim][64] and V [64][head_dim] of the tile:
//   s_i = sum over d ascending of q_d * k_di, from +0;   m_b = max s_i;   p_i = exp(s_i - m_b)
//   l_b = sum of p_i in 16 partials (i mod 16), folded 8-4-2-1;   o_bj = sum over i of p_i * v_ij
// and the fold into the row's state: m' = max(m, m_b), a = exp(m - m'), b = exp(m_b - m'),
//   l = l * a + l_b * b,   o_j = o_j * a + o_bj * b.
// A row that sees nothing is left alone. What lies where no row of the call sees has no effect.
//
// Over an int8 tile, whose positions i have integers k_i and v_i with scales c_i and d_i and whose
// keys have center z, a row has a transformed query q with integers n and their scale a, and
//   s_i = (sum over d of q_d * z_d, in 16 partials) / hadamard_size
//         + float(sum over d of n_d * k_di) * (a * c_i);   m_b, p_i and l_b as above
//   w_i = p_i * d_i;   w = max w_i over what the row sees;   u_i = w_i * (kLargestWeight / w)
//   rounded half to even, and 0 where w <= kSmallestWeight; o_bj = float(sum over i of u_i * v_ij)
//   * (w / kLargestWeight)
// The sums of integers are exact, so all back ends agree.
void attention_block(const KvTile& tile, AttentionRow* rows, int32_t n_rows,
                     AttentionScratch& scratch, IntDot back_end);

// The fold by itself: what attention_block gave for one block (its m, l and o where `first` was
// set) into the state of `row`.
void attention_fold(float block_m, float block_l, const float* block_o, int32_t head_dim,
                    AttentionRow& row);

// o_j = o_j * (1 / l); over int8 tiles, whose values are transformed, then back.
void attention_finish(KvType type, float l, int32_t head_dim, float* o);

// Trace: out_i = exp(scores_i - m) * (1 / l) with the row's final m and l. out may be scores.
void attention_weights(const float* scores, int32_t n, float m, float l, float* out);

}  // namespace onehead
