#include "model/forward.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <limits>

#include "kernels/activation.hpp"
#include "kernels/attention.hpp"
#include "kernels/finite.hpp"
#include "kernels/matmul.hpp"
#include "kernels/pack.hpp"
#include "kernels/quantize.hpp"
#include "kernels/rms_norm.hpp"
#include "kernels/rope.hpp"

namespace onehead {
namespace {

constexpr size_t as_size(int32_t n) { return static_cast<size_t>(n); }

// Multiply-adds that a thread takes at least at a time: some microseconds, several times what
// sharing costs.
constexpr int64_t kSharedWork = 1 << 16;

// What an element of an element-wise step costs, in multiply-adds of a matrix product; one that is
// made by exp, and an angle's sine and cosine.
constexpr int32_t kElementWork = 16;
constexpr int32_t kExpWork = 64;
constexpr int32_t kAngleWork = 1024;

// How many items of so much work each make up a thread's least part.
constexpr int32_t grain(int64_t work_per_item) {
  return static_cast<int32_t>(1 + kSharedWork / std::max<int64_t>(work_per_item, 1));
}

class ForwardPass {
 public:
  ForwardPass(const Graph& graph, std::span<const Row> rows, const TraceRequest& trace)
      : config_(graph.config),
        weights_(graph.weights),
        cache_(graph.cache),
        act_(graph.activations),
        int_dot_(graph.int_dot),
        threads_(graph.threads),
        rows_(rows),
        trace_(trace),
        n_rows_(static_cast<int32_t>(rows.size())) {}

  Status run(LogitsSink& sink) {
    embed();
    rotate_angles();
    group_rows_by_block();
    begin_trace();
    for (int32_t layer = 0; layer < config_.n_layers; ++layer) {
      const LayerWeights& w = weights_.layers[as_size(layer)];
      normalize(act_.residual, w.attention_norm);
      project(act_.normed, n_rows_,
              {{w.query, act_.query}, {w.key, act_.key}, {w.value, act_.value}});
      rotate_and_store(layer);
      if (cache_.type() == KvType::kInt8 && !quantize_queries()) return non_finite();
      attend(layer);
      project(act_.attended, n_rows_, {{w.output, act_.projected}});
      add_block(w.post_attention_norm);

      normalize(act_.residual, w.ffn_norm);
      project(act_.normed, n_rows_, {{w.gate, act_.gate}, {w.up, act_.up}});
      activate();
      project(act_.gate, n_rows_, {{w.down, act_.projected}});
      add_block(w.post_ffn_norm);
      trace_hidden(layer);
    }
    if (!all_finite(act_.residual, n_rows_ * config_.model_dim)) return non_finite();
    return logits(sink);
  }

 private:
  float* row_of(float* matrix, int32_t row, int32_t width) const {
    return matrix + as_size(row) * as_size(width);
  }

  // use(r) for every row r, whose work is given in multiply-adds; the threads share the rows.
  template <class Use>
  void for_rows(int64_t work, const Use& use) {
    threads_.parallel_for(n_rows_, grain(work), [&](int32_t begin, int32_t end, int32_t) {
      for (int32_t r = begin; r < end; ++r) use(r);
    });
  }

  void embed() {
    const int32_t dim = config_.model_dim;
    for_rows(int64_t{kElementWork} * dim, [&](int32_t r) {
      float* row = row_of(act_.residual, r, dim);
      unpack_row(weights_.embedding, rows_[as_size(r)].token, row);
      if (config_.embedding_scale != 1.0f) scale(row, config_.embedding_scale, dim);
    });
  }

  void rotate_angles() {
    for (const RopeTable& table : act_.rope) {
      const auto n_pairs = static_cast<int32_t>(table.inverse_frequencies.size());
      for_rows(int64_t{kAngleWork} * n_pairs, [&](int32_t r) {
        rope_angles(rows_[as_size(r)].position, table.inverse_frequencies.data(), n_pairs,
                    row_of(table.cos, r, n_pairs), row_of(table.sin, r, n_pairs));
      });
    }
  }

  void group_rows_by_block() {
    act_.groups.clear();
    act_.group_ends.clear();
    act_.row_list.clear();
    for (int32_t window = 0; window < cache_.n_groups(); ++window) {
      group_rows_by_block(window);
      act_.group_ends.push_back(act_.groups.size());
    }
  }

  bool sees_block(int32_t window, const Row& row, int32_t index) const {
    return index <= row.position / kBlockPositions &&
           index >= cache_.first_seen(window, row.position) / kBlockPositions;
  }

  // For every block index in ascending order, the rows that see a block of a window group there,
  // together where they share it.
  void group_rows_by_block(int32_t window) {
    int32_t first_index = std::numeric_limits<int32_t>::max();
    int32_t last_index = 0;
    for (const Row& row : rows_) {
      first_index =
          std::min(first_index, cache_.first_seen(window, row.position) / kBlockPositions);
      last_index = std::max(last_index, row.position / kBlockPositions);
    }
    for (int32_t index = first_index; index <= last_index; ++index) {
      const size_t first_group = act_.groups.size();
      for (int32_t r = 0; r < n_rows_; ++r) {
        const Row& row = rows_[as_size(r)];
        if (!sees_block(window, row, index)) continue;
        const int32_t block = row.sequence->block_at(window, index);
        const auto same = [block](const BlockGroup& g) { return g.block == block; };
        const auto begin = act_.groups.begin() + static_cast<std::ptrdiff_t>(first_group);
        const auto found = std::find_if(begin, act_.groups.end(), same);
        if (found != act_.groups.end()) {
          ++found->count;
        } else {
          act_.groups.push_back({block, index * kBlockPositions, 0, 1});
        }
      }
      for (size_t g = first_group; g < act_.groups.size(); ++g) {
        BlockGroup& group = act_.groups[g];
        group.begin = static_cast<int32_t>(act_.row_list.size());
        for (int32_t r = 0; r < n_rows_; ++r) {
          const Row& row = rows_[as_size(r)];
          if (sees_block(window, row, index) &&
              row.sequence->block_at(window, index) == group.block) {
            act_.row_list.push_back(r);
          }
        }
      }
    }
  }

  void normalize(const float* x, const float* weight) {
    const int32_t dim = config_.model_dim;
    for_rows(int64_t{kElementWork} * dim, [&](int32_t r) {
      rms_norm(x + as_size(r) * as_size(dim), weight, config_.rms_eps, dim,
               row_of(act_.normed, r, dim));
    });
  }

  // Adds what a block made, in act_.projected, to the residual stream.
  void add_block(const float* post_norm) {
    const int32_t dim = config_.model_dim;
    for_rows(int64_t{kElementWork} * dim, [&](int32_t r) {
      float* row = row_of(act_.projected, r, dim);
      if (post_norm != nullptr) rms_norm(row, post_norm, config_.rms_eps, dim, row);
      add(row_of(act_.residual, r, dim), row, dim);
    });
  }

  void activate() {
    // Not by rows: those are long, and often one is all there is.
    const int32_t n = n_rows_ * config_.hidden_dim;
    threads_.parallel_for(n, grain(kExpWork), [&](int32_t begin, int32_t end, int32_t) {
      float* gate = act_.gate + begin;
      switch (config_.activation) {
        case Activation::kSilu:
          return silu_mul(gate, act_.up + begin, end - begin, gate);
        case Activation::kGelu:
          return gelu_mul(gate, act_.up + begin, end - begin, gate);
      }
    });
  }

  struct Projection {
    const TiledMatrix& matrix;  // [n_out, n_cols]
    float* out;                 // [n_rows, n_out]
  };

  // Every projection of the same input x [n_rows, n_cols], which is quantised at most once. The
  // threads share all their tiles as if they were one matrix's.
  void project(const float* x, int32_t n_rows, std::initializer_list<Projection> projections) {
    const int32_t n_cols = projections.begin()->matrix.n_cols;
    QuantizedRows quantized;
    int32_t total = 0;
    int64_t work = 0;
    for (const Projection& p : projections) {
      if (is_quantized(p.matrix.type) && quantized.q == nullptr) {
        quantized = quantized_view(act_.quantized_scratch, n_rows, n_cols);
        quantize(x, quantized);
      }
      total += n_tiles(p.matrix);
      work += int64_t{p.matrix.n_rows} * n_cols * n_rows;
    }
    const MatmulInput input{x, n_rows, n_cols, &quantized};
    threads_.parallel_for(total, grain(work / total), [&](int32_t begin, int32_t end, int32_t) {
      int32_t first = 0;  // of the matrix, among all tiles
      for (const Projection& p : projections) {
        const int32_t n = n_tiles(p.matrix);
        const TileRange tiles{std::max(begin - first, 0), std::min(end - first, n)};
        if (tiles.begin < tiles.end) {
          matmul(p.matrix, input, p.out, p.matrix.n_rows, tiles, int_dot_);
        }
        first += n;
      }
    });
  }

  void quantize(const float* x, const QuantizedRows& out) {
    const int64_t work = int64_t{kElementWork} * out.n_cols;
    threads_.parallel_for(out.n_rows, grain(work), [&](int32_t begin, int32_t end, int32_t) {
      quantize_row_range(x, begin, end, out);
    });
  }

  // Normalises heads [n_heads, head_dim] of row r, each on its own, unless `norm` is null, and
  // rotates them to the row's position.
  void turn_heads(float* heads, int32_t n_heads, const float* norm, const RopeTable& table,
                  int32_t r) {
    const int32_t n_pairs = config_.rope_dim / 2;
    const float* cosine = row_of(table.cos, r, n_pairs);
    const float* sine = row_of(table.sin, r, n_pairs);
    for (int32_t h = 0; h < n_heads; ++h) {
      float* head = heads + h * config_.head_dim;
      if (norm != nullptr) rms_norm(head, norm, config_.rms_eps, config_.head_dim, head);
      switch (config_.rope_style) {
        case RopeStyle::kInterleaved:
          rope_interleaved(head, cosine, sine, n_pairs);
          break;
        case RopeStyle::kHalf:
          rope_half(head, cosine, sine, n_pairs);
          break;
      }
    }
  }

  void rotate_and_store(int32_t layer) {
    const LayerWeights& w = weights_.layers[as_size(layer)];
    const RopeTable& table = act_.rope[static_cast<int32_t>(config_.kind_of(layer))];
    // As int8, a position is stored relative to what its block begins with, which comes of the
    // whole block before.
    const bool in_order = cache_.type() == KvType::kInt8;
    for_rows(int64_t{kElementWork} * (config_.query_dim() + 2 * config_.kv_dim()), [&](int32_t r) {
      const Row& row = rows_[as_size(r)];
      float* query = row_of(act_.query, r, config_.query_dim());
      turn_heads(query, config_.n_query_heads, w.query_norm, table, r);
      if (row.trace != nullptr && trace_.queries) trace_queries(layer, query, *row.trace);
      scale(query, config_.query_scale, config_.query_dim());

      float* key = row_of(act_.key, r, config_.kv_dim());
      turn_heads(key, config_.n_kv_heads, w.key_norm, table, r);
      for (int32_t g = 0; g < config_.n_kv_heads && !in_order; ++g) store(layer, r, g);
    });
    if (!in_order) return;
    const int64_t work = int64_t{kElementWork} * 2 * config_.head_dim * n_rows_;
    threads_.parallel_for(config_.n_kv_heads, grain(work),
                          [&](int32_t begin, int32_t end, int32_t) {
                            for (int32_t g = begin; g < end; ++g) {
                              for (int32_t r = 0; r < n_rows_; ++r) store(layer, r, g);
                            }
                          });
  }

  // Key and value of row r and K/V head g into the row's place in the cache.
  void store(int32_t layer, int32_t r, int32_t g) {
    const Row& row = rows_[as_size(r)];
    const int32_t offset = g * config_.head_dim;
    const int32_t block =
        row.sequence->block_at(cache_.group_of(layer), row.position / kBlockPositions);
    const KvTile tile = cache_.tile(block, layer, g);
    if (row.position % kBlockPositions == 0) begin_tile(tile, row, layer, g);
    store_position(tile, row.position % kBlockPositions,
                   row_of(act_.key, r, config_.kv_dim()) + offset,
                   row_of(act_.value, r, config_.kv_dim()) + offset);
  }

  void begin_tile(const KvTile& tile, const Row& row, int32_t layer, int32_t kv_head) {
    if (row.position == 0) return onehead::begin_tile(tile, nullptr);
    const int32_t previous = row.position / kBlockPositions - 1;
    const KvTile before =
        cache_.tile(row.sequence->block_at(cache_.group_of(layer), previous), layer, kv_head);
    onehead::begin_tile(tile, &before);
  }

  // False where a query, key or value of the layer is not finite: integers could not show it.
  bool quantize_queries() {
    const int32_t head_dim = config_.head_dim;
    const int32_t padded = quantized_query_dim(head_dim);
    threads_.parallel_for(n_rows_ * config_.n_query_heads, grain(int64_t{kElementWork} * head_dim),
                          [&](int32_t begin, int32_t end, int32_t) {
                            for (int32_t i = begin; i < end; ++i) {
                              const size_t at = as_size(i) * as_size(padded);
                              act_.quantized_queries[as_size(i)] =
                                  quantize_query(row_of(act_.query, i, head_dim), head_dim,
                                                 act_.query_integers + at, act_.query_high + at,
                                                 act_.query_low + at);
                            }
                          });
    return all_finite(act_.query, n_rows_ * config_.query_dim()) &&
           all_finite(act_.key, n_rows_ * config_.kv_dim()) &&
           all_finite(act_.value, n_rows_ * config_.kv_dim());
  }

  // Threads share the rows, and each takes its rows through all their blocks. Where there are fewer
  // rows than threads, they share the blocks, and what these gave is folded afterwards, in order.
  void attend(int32_t layer) {
    const std::span<const BlockGroup> groups = block_groups(cache_.group_of(layer));
    const int64_t work = int64_t{2} * kBlockPositions * config_.query_dim();  // a row's in a block
    std::fill(act_.is_first.begin(), act_.is_first.end(), uint8_t{1});
    const auto n_groups = static_cast<int32_t>(groups.size());
    if (n_rows_ < threads_.n_threads()) {
      threads_.parallel_for(
          n_groups * config_.n_kv_heads, grain(work * n_rows_ / config_.n_kv_heads),
          [&](int32_t begin, int32_t end, int32_t thread) {
            for (int32_t i = begin; i < end; ++i) {
              attend_block(layer, groups, i / config_.n_kv_heads, i % config_.n_kv_heads, thread);
            }
          });
      threads_.parallel_for(
          n_rows_ * config_.n_query_heads,
          grain(int64_t{kElementWork} * n_groups * config_.head_dim),
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
  void attend_rows(int32_t layer, std::span<const BlockGroup> groups, int32_t row_begin,
                   int32_t row_end, int32_t thread) {
    const int32_t n_shared = config_.queries_per_kv();
    for (const BlockGroup& group : groups) {
      const auto in_group = act_.row_list.begin() + group.begin;
      const auto first = std::lower_bound(in_group, in_group + group.count, row_begin);
      const auto last = std::lower_bound(first, in_group + group.count, row_end);
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

  // Where a row's results of a block stand among those of `groups`.
  size_t block_state(std::span<const BlockGroup> groups, int32_t at, int32_t head) const {
    return as_size(at - groups.front().begin) * as_size(config_.n_query_heads) + as_size(head);
  }

  // All rows of one group, for one K/V head; their states are kept apart.
  void attend_block(int32_t layer, std::span<const BlockGroup> groups, int32_t index, int32_t g,
                    int32_t thread) {
    const BlockGroup& group = groups[as_size(index)];
    const int32_t n_shared = config_.queries_per_kv();
    AttentionRow* attending = act_.threads[as_size(thread)].attention_rows.data();
    int32_t n = 0;
    for (int32_t at = group.begin; at < group.begin + group.count; ++at) {
      for (int32_t h = g * n_shared; h < (g + 1) * n_shared; ++h) {
        AttentionRow& row = attending[n++];
        row = attention_row(layer, group, act_.row_list[as_size(at)], h);
        const size_t state = block_state(groups, at, h);
        row.m = act_.block_max + state;
        row.l = act_.block_sum + state;
        row.o = act_.block_attended + state * as_size(config_.head_dim);
      }
    }
    attend_tile(layer, group, g, attending, n, thread);
  }

  void attend_tile(int32_t layer, const BlockGroup& group, int32_t g, AttentionRow* rows, int32_t n,
                   int32_t thread) {
    attention_block(cache_.tile(group.block, layer, g), rows, n,
                    act_.threads[as_size(thread)].attention, int_dot_);
  }

  void fold_blocks(int32_t layer, std::span<const BlockGroup> groups, int32_t r, int32_t head) {
    bool first = true;
    for (const BlockGroup& group : groups) {
      for (int32_t at = group.begin; at < group.begin + group.count; ++at) {
        if (act_.row_list[as_size(at)] != r) continue;
        AttentionRow row = attention_row(layer, group, r, head);
        row.first = first;
        first = false;
        const size_t state = block_state(groups, at, head);
        attention_fold(act_.block_max[state], act_.block_sum[state],
                       act_.block_attended + state * as_size(config_.head_dim), config_.head_dim,
                       row);
      }
    }
  }

  std::span<const BlockGroup> block_groups(int32_t window) const {
    const size_t begin = window == 0 ? 0 : act_.group_ends[as_size(window - 1)];
    return std::span<const BlockGroup>(act_.groups)
        .subspan(begin, act_.group_ends[as_size(window)] - begin);
  }

  AttentionRow attention_row(int32_t layer, const BlockGroup& group, int32_t r, int32_t head) {
    const Row& row = rows_[as_size(r)];
    const int32_t layer_slot = traced_slot(trace_.layers, layer);
    const size_t state = as_size(r) * as_size(config_.n_query_heads) + as_size(head);
    AttentionRow out;
    out.q = row_of(act_.query, r, config_.query_dim()) + head * config_.head_dim;
    if (cache_.type() == KvType::kInt8) out.quantized = act_.quantized_queries[state];
    out.visible_begin =
        std::max(0, cache_.first_seen(cache_.group_of(layer), row.position) - group.first_position);
    out.visible_end = std::min(kBlockPositions, row.position + 1 - group.first_position);
    out.m = act_.running_max + state;
    out.l = act_.running_sum + state;
    out.o = row_of(act_.attended, r, config_.query_dim()) + head * config_.head_dim;
    out.first = act_.is_first[as_size(r)] != 0;
    out.scores = nullptr;
    if (row.trace != nullptr && trace_.attention && layer_slot >= 0) {
      const int32_t head_slot = traced_slot(trace_.heads, head);
      if (head_slot >= 0) {
        out.scores = scores_of(*row.trace, layer_slot, head_slot) + group.first_position;
      }
    }
    return out;
  }

  void finish_head(int32_t layer, int32_t r, int32_t head) {
    const Row& row = rows_[as_size(r)];
    const int32_t layer_slot = traced_slot(trace_.layers, layer);
    const size_t state = as_size(r) * as_size(config_.n_query_heads) + as_size(head);
    float* o = row_of(act_.attended, r, config_.query_dim()) + head * config_.head_dim;
    const float l = act_.running_sum[state];
    attention_finish(cache_.type(), l, config_.head_dim, o);
    if (row.trace != nullptr && trace_.attention && layer_slot >= 0) {
      const int32_t head_slot = traced_slot(trace_.heads, head);
      if (head_slot >= 0) {
        const int32_t first = cache_.first_seen(cache_.group_of(layer), row.position);
        float* scores = scores_of(*row.trace, layer_slot, head_slot) + first;
        attention_weights(scores, row.position + 1 - first, act_.running_max[state], l, scores);
      }
    }
    if (row.ablated != nullptr &&
        row.ablated[as_size(layer) * as_size(config_.n_query_heads) + as_size(head)] != 0) {
      std::memset(o, 0, as_size(config_.head_dim) * sizeof(float));
    }
  }

  Status logits(LogitsSink& sink) {
    int32_t r = 0;
    while (r < n_rows_) {
      int32_t group_rows[kLogitsGroup];
      int32_t n = 0;
      for (; r < n_rows_ && n < kLogitsGroup; ++r) {
        if (!rows_[as_size(r)].wants_logits) continue;
        rms_norm(row_of(act_.residual, r, config_.model_dim), weights_.output_norm, config_.rms_eps,
                 config_.model_dim, row_of(act_.normed, n, config_.model_dim));
        group_rows[n++] = r;
      }
      if (n == 0) break;
      project(act_.normed, n, {{weights_.head, act_.logits}});
      for (int32_t i = 0; i < n; ++i) {
        const float* row_logits = row_of(act_.logits, i, config_.vocab_size);
        if (!all_finite(row_logits, config_.vocab_size)) return non_finite();
        sink.on_logits(group_rows[i], {row_logits, as_size(config_.vocab_size)});
      }
    }
    return {};
  }

  static int32_t traced_slot(const std::vector<int32_t>& chosen, int32_t value) {
    const auto found = std::lower_bound(chosen.begin(), chosen.end(), value);
    if (found == chosen.end() || *found != value) return -1;
    return static_cast<int32_t>(found - chosen.begin());
  }

  // While the pass runs, a traced row's scores are padded to whole blocks, since the kernel writes
  // whole blocks.
  static size_t padded_positions(const TracedRow& traced) {
    return as_size(blocks_for(traced.position + 1)) * as_size(kBlockPositions);
  }

  float* scores_of(TracedRow& traced, int32_t layer_slot, int32_t head_slot) const {
    const size_t index = as_size(layer_slot) * trace_.heads.size() + as_size(head_slot);
    return traced.attention.data() + index * padded_positions(traced);
  }

  void begin_trace() {
    const size_t n_layers = trace_.layers.size();
    const size_t n_heads = trace_.heads.size();
    for (int32_t r = 0; r < n_rows_; ++r) {
      TracedRow* traced = rows_[as_size(r)].trace;
      if (traced == nullptr) continue;
      traced->row = r;
      traced->position = rows_[as_size(r)].position;
      traced->attention.assign(
          trace_.attention ? n_layers * n_heads * padded_positions(*traced) : 0, 0.0f);
      traced->queries.assign(trace_.queries ? n_layers * n_heads * as_size(config_.head_dim) : 0,
                             0.0f);
      traced->hidden.assign(trace_.hidden ? (1 + n_layers) * as_size(config_.model_dim) : 0, 0.0f);
      if (trace_.hidden) {
        std::memcpy(traced->hidden.data(), row_of(act_.residual, r, config_.model_dim),
                    as_size(config_.model_dim) * sizeof(float));
      }
    }
  }

  void trace_queries(int32_t layer, const float* query, TracedRow& traced) {
    const int32_t layer_slot = traced_slot(trace_.layers, layer);
    if (layer_slot < 0) return;
    const size_t head_dim = as_size(config_.head_dim);
    float* out = traced.queries.data() + as_size(layer_slot) * trace_.heads.size() * head_dim;
    for (const int32_t head : trace_.heads) {
      std::memcpy(out, query + as_size(head) * head_dim, head_dim * sizeof(float));
      out += head_dim;
    }
  }

  void trace_hidden(int32_t layer) {
    if (!trace_.hidden) return;
    const int32_t layer_slot = traced_slot(trace_.layers, layer);
    if (layer_slot < 0) return;
    const size_t width = as_size(config_.model_dim);
    for (int32_t r = 0; r < n_rows_; ++r) {
      TracedRow* traced = rows_[as_size(r)].trace;
      if (traced == nullptr) continue;
      std::memcpy(traced->hidden.data() + as_size(1 + layer_slot) * width,
                  row_of(act_.residual, r, config_.model_dim), width * sizeof(float));
    }
  }

  static Status non_finite() {
    return {ErrorCode::kNonFinite,
            "The model computed a number that is not finite: its weights are damaged or do not fit "
            "this engine."};
  }

  const Config& config_;
  const Weights& weights_;
  KvCache& cache_;
  Activations& act_;
  IntDot int_dot_;
  ThreadPool& threads_;
  std::span<const Row> rows_;
  const TraceRequest& trace_;
  int32_t n_rows_;
};

// Drops the padding between the rows of attention weights: [layers * heads][padded] -> [layers *
// heads][p + 1].
void compact_attention(TracedRow& traced) {
  const size_t n_positions = as_size(traced.position + 1);
  const size_t padded = as_size(blocks_for(traced.position + 1)) * as_size(kBlockPositions);
  const size_t n = traced.attention.size() / padded;
  for (size_t i = 1; i < n; ++i) {
    std::memmove(traced.attention.data() + i * n_positions, traced.attention.data() + i * padded,
                 n_positions * sizeof(float));
  }
  traced.attention.resize(n * n_positions);
}

}  // namespace

Status forward(const Graph& graph, std::span<const Row> rows, const TraceRequest& trace,
               LogitsSink& sink) {
  if (rows.empty()) return {};
  ForwardPass pass(graph, rows, trace);
  const Status status = pass.run(sink);
  for (const Row& row : rows) {
    if (row.trace != nullptr) compact_attention(*row.trace);
  }
  return status;
}

}  // namespace onehead
