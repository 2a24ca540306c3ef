#include "model/attention_pass.hpp"

#include <algorithm>
#include <cstring>

#include "base/as_size.hpp"
#include "model/shared_work.hpp"

namespace onehead {
// Threads share the rows, and each takes its rows through all their blocks. Where there are fewer
// rows than threads, they share the blocks, and what these gave is folded afterwards, in order.
void AttentionPass::attend(int32_t layer) {
  const std::span<const BlockGroup> groups = act_.groups.of(cache_.group_of(layer));
  const int64_t work = int64_t{2} * kBlockPositions * config_.query_dim();  // a row's in a block
  std::fill(act_.is_first.begin(), act_.is_first.end(), uint8_t{1});
  const auto n_groups = static_cast<int32_t>(groups.size());
  if (n_rows_ < threads_.n_threads()) {
    threads_.parallel_for(n_groups * config_.n_kv_heads, grain(work * n_rows_ / config_.n_kv_heads),
                          [&](int32_t begin, int32_t end, int32_t thread) {
                            for (int32_t i = begin; i < end; ++i) {
                              attend_block(layer, groups, i / config_.n_kv_heads,
                                           i % config_.n_kv_heads, thread);
                            }
                          });
    threads_.parallel_for(
        n_rows_ * config_.n_query_heads, grain(int64_t{kElementWork} * n_groups * config_.head_dim),
        [&](int32_t begin, int32_t end, int32_t) {
          for (int32_t i = begin; i < end; ++i) {
            fold_blocks(layer, groups, i / config_.n_query_heads, i % config_.n_query_heads);
            finish_head(layer, i / config_.n_query_heads, i % config_.n_query_heads);
          }
        });
    return;
  }
  threads_.parallel_for(n_rows_, grain(work * n_groups),
                        [&](int32_t begin, int32_t end, int32_t thread) {
                          attend_rows(layer, groups, begin, end, thread);
                        });
}

// Rows [row_begin, row_end).
void AttentionPass::attend_rows(int32_t layer, std::span<const BlockGroup> groups,
                                int32_t row_begin, int32_t row_end, int32_t thread) {
  const int32_t n_shared = config_.queries_per_kv();
  for (const BlockGroup& group : groups) {
    const std::span<const int32_t> in_group = act_.groups.rows_of(group);
    const auto first = std::lower_bound(in_group.begin(), in_group.end(), row_begin);
    const auto last = std::lower_bound(first, in_group.end(), row_end);
    for (int32_t g = 0; g < config_.n_kv_heads && first != last; ++g) {
      AttentionRow* attending = act_.threads[as_size(thread)].attention_rows.data();
      int32_t n = 0;
      for (auto r = first; r != last; ++r) {
        for (int32_t h = g * n_shared; h < (g + 1) * n_shared; ++h) {
          attending[n++] = attention_row(layer, group, *r, h);
        }
      }
      attend_tile(layer, group, g, attending, n, thread);
    }
    for (auto r = first; r != last; ++r) act_.is_first[as_size(*r)] = 0;
  }
  for (int32_t r = row_begin; r < row_end; ++r) {
    for (int32_t h = 0; h < config_.n_query_heads; ++h) finish_head(layer, r, h);
  }
}

// Where the results of row i of a group, and one of its heads, stand among those of `groups`.
size_t AttentionPass::block_state(std::span<const BlockGroup> groups, const BlockGroup& group,
                                  int32_t i, int32_t head) const {
  const int32_t at = group.begin - groups.front().begin + i;
  return as_size(at) * as_size(config_.n_query_heads) + as_size(head);
}

// All rows of one group, for one K/V head; their states are kept apart.
void AttentionPass::attend_block(int32_t layer, std::span<const BlockGroup> groups, int32_t index,
                                 int32_t g, int32_t thread) {
  const BlockGroup& group = groups[as_size(index)];
  const int32_t n_shared = config_.queries_per_kv();
  AttentionRow* attending = act_.threads[as_size(thread)].attention_rows.data();
  const std::span<const int32_t> in_group = act_.groups.rows_of(group);
  int32_t n = 0;
  for (int32_t i = 0; i < group.count; ++i) {
    for (int32_t h = g * n_shared; h < (g + 1) * n_shared; ++h) {
      AttentionRow& row = attending[n++];
      row = attention_row(layer, group, in_group[as_size(i)], h);
      const size_t state = block_state(groups, group, i, h);
      row.m = act_.block_max + state;
      row.l = act_.block_sum + state;
      row.o = act_.block_attended + state * as_size(config_.head_dim);
    }
  }
  attend_tile(layer, group, g, attending, n, thread);
}

void AttentionPass::attend_tile(int32_t layer, const BlockGroup& group, int32_t g,
                                AttentionRow* rows, int32_t n, int32_t thread) {
  attention_block(cache_.tile(group.block, layer, g), rows, n,
                  act_.threads[as_size(thread)].attention, int_dot_);
}

void AttentionPass::fold_blocks(int32_t layer, std::span<const BlockGroup> groups, int32_t r,
                                int32_t head) {
  bool first = true;
  for (const BlockGroup& group : groups) {
    const std::span<const int32_t> in_group = act_.groups.rows_of(group);
    const auto found = std::lower_bound(in_group.begin(), in_group.end(), r);
    if (found == in_group.end() || *found != r) continue;
    AttentionRow row = attention_row(layer, group, r, head);
    row.first = first;
    first = false;
    const auto i = static_cast<int32_t>(found - in_group.begin());
    const size_t state = block_state(groups, group, i, head);
    attention_fold(act_.block_max[state], act_.block_sum[state],
                   act_.block_attended + state * as_size(config_.head_dim), config_.head_dim, row);
  }
}

AttentionRow AttentionPass::attention_row(int32_t layer, const BlockGroup& group, int32_t r,
                                          int32_t head) {
  const Row& row = rows_[as_size(r)];
  const size_t state = as_size(r) * as_size(config_.n_query_heads) + as_size(head);
  AttentionRow out;
  out.q = head_of(act_.query, r, head);
  if (cache_.type() == KvType::kInt8) out.quantized = act_.quantized_queries[state];
  out.visible_begin =
      std::max(0, cache_.first_seen(cache_.group_of(layer), row.position) - group.first_position);
  out.visible_end = std::min(kBlockPositions, row.position + 1 - group.first_position);
  out.m = act_.running_max + state;
  out.l = act_.running_sum + state;
  out.o = head_of(act_.attended, r, head);
  out.first = act_.is_first[as_size(r)] != 0;
  float* scores = recorder_.scores(layer, row, head);
  out.scores = scores == nullptr ? nullptr : scores + group.first_position;
  return out;
}

void AttentionPass::finish_head(int32_t layer, int32_t r, int32_t head) {
  const Row& row = rows_[as_size(r)];
  const size_t state = as_size(r) * as_size(config_.n_query_heads) + as_size(head);
  float* o = head_of(act_.attended, r, head);
  const float l = act_.running_sum[state];
  attention_finish(cache_.type(), l, config_.head_dim, o);
  if (float* scores = recorder_.scores(layer, row, head); scores != nullptr) {
    const int32_t first = cache_.first_seen(cache_.group_of(layer), row.position);
    attention_weights(scores + first, row.position + 1 - first, act_.running_max[state], l,
                      scores + first);
  }
  if (row.ablated != nullptr &&
      row.ablated[as_size(layer) * as_size(config_.n_query_heads) + as_size(head)] != 0) {
    std::memset(o, 0, as_size(config_.head_dim) * sizeof(float));
  }
}

}  // namespace onehead
