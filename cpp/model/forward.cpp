#include "model/forward.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/as_size.hpp"
#include "kernels/activation.hpp"
#include "kernels/finite.hpp"
#include "kernels/largest.hpp"
#include "kernels/logit_bound.hpp"
#include "kernels/matmul.hpp"
#include "kernels/pack.hpp"
#include "kernels/quantize.hpp"
#include "kernels/rms_norm.hpp"
#include "kernels/rope.hpp"
#include "model/attention_pass.hpp"
#include "model/shared_work.hpp"
#include "model/trace_recorder.hpp"

namespace onehead {
namespace {

// Where a quarter of the head had to be computed after all, the next ones are computed at once.
constexpr int32_t kUnboundedHeads = 16;

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
        recorder_(graph.config, rows, trace),
        attention_(graph, rows, recorder_),
        n_rows_(static_cast<int32_t>(rows.size())) {}

  Status run(LogitsSink& sink) {
    embed();
    rotate_angles();
    act_.groups.group(rows_, cache_);
    recorder_.begin(act_.residual);
    for (int32_t layer = 0; layer < config_.n_layers; ++layer) {
      const LayerWeights& w = weights_.layers[as_size(layer)];
      normalize(act_.residual, w.attention_norm);
      project(act_.normed, n_rows_,
              {{w.query, act_.query}, {w.key, act_.key}, {w.value, act_.value}});
      rotate_and_store(layer);
      if (cache_.type() == KvType::kInt8 && !quantize_queries()) return non_finite();
      attention_.attend(layer);
      project(act_.attended, n_rows_, {{w.output, act_.projected}});
      add_block(w.post_attention_norm);

      normalize(act_.residual, w.ffn_norm);
      project(act_.normed, n_rows_, {{w.gate, act_.gate}, {w.up, act_.up}});
      activate();
      project(act_.gate, n_rows_, {{w.down, act_.projected}});
      add_block(w.post_ffn_norm);
      recorder_.hidden(layer, act_.residual);
    }
    if (!all_finite(act_.residual, n_rows_ * config_.model_dim)) return non_finite();
    return logits(sink);
  }

  void end_trace() const { recorder_.end(); }

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
    for (const Projection& p : projections) {
      if (is_quantized(p.matrix.type) && quantized.q == nullptr) {
        quantized = quantized_view(act_.quantized_scratch, n_rows, n_cols);
        quantize(x, quantized);
      }
    }
    multiply({x, n_rows, n_cols, &quantized}, projections);
  }

  void multiply(const MatmulInput& input, std::initializer_list<Projection> projections) {
    int32_t total = 0;
    int64_t work = 0;
    for (const Projection& p : projections) {
      total += n_tiles(p.matrix);
      work += int64_t{p.matrix.n_rows} * input.n_cols * input.n_rows;
    }
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
      recorder_.queries(layer, row, query);
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

  // Rows of one kind go together: those of which the largest logit is all that is asked, and
  // others.
  Status logits(LogitsSink& sink) {
    int32_t r = 0;
    while (r < n_rows_) {
      int32_t group_rows[kLogitsGroup];
      int32_t n = 0;
      bool best_only = false;
      for (; r < n_rows_ && n < kLogitsGroup; ++r) {
        const Row& row = rows_[as_size(r)];
        if (!row.wants_logits) continue;
        if (n > 0 && row.best_only != best_only) break;
        best_only = row.best_only;
        rms_norm(row_of(act_.residual, r, config_.model_dim), weights_.output_norm, config_.rms_eps,
                 config_.model_dim, row_of(act_.normed, n, config_.model_dim));
        group_rows[n++] = r;
      }
      if (n == 0) break;
      if (best_only && bound_logits(n)) {
        for (int32_t i = 0; i < n; ++i) sink.on_best(group_rows[i], best_of_bounded(i));
        continue;
      }
      project(act_.normed, n, {{weights_.head, act_.logits}});
      for (int32_t i = 0; i < n; ++i) {
        const float* row_logits = row_of(act_.logits, i, config_.vocab_size);
        if (!all_finite(row_logits, config_.vocab_size)) return non_finite();
        if (best_only) {
          sink.on_best(group_rows[i], index_of_largest(row_logits, config_.vocab_size));
        } else {
          sink.on_logits(group_rows[i], {row_logits, as_size(config_.vocab_size)});
        }
      }
    }
    return {};
  }

  // Bounds of the logits of act_.normed [n, model_dim] in place of these. False where there are
  // none or they are not worth it.
  bool bound_logits(int32_t n) {
    if (!weights_.head_is_bounded) return false;
    if (act_.unbounded_heads > 0) {
      --act_.unbounded_heads;
      return false;
    }
    const QuantizedRows quantized = quantized_view(act_.quantized_scratch, n, config_.model_dim);
    quantize(act_.normed, quantized);
    QuantizedRows bounded;
    if (!bound_inputs(quantized, act_.bound_scratch, bounded)) return false;
    multiply({nullptr, n, config_.model_dim, &bounded},
             {{bound_matrix(weights_.head), act_.logits}});
    return true;
  }

  // The token with the largest logit of row i of those that have bounds.
  int32_t best_of_bounded(int32_t i) {
    const QuantizedRows alone = quantized_view(act_.quantized_scratch, 1, config_.model_dim);
    quantize(row_of(act_.normed, i, config_.model_dim), alone);
    const BestOutput best =
        best_output(weights_.head, alone, row_of(act_.logits, i, config_.vocab_size), int_dot_);
    if (best.n_computed > n_tiles(weights_.head) / 4) act_.unbounded_heads = kUnboundedHeads;
    return best.id;
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
  TraceRecorder recorder_;
  AttentionPass attention_;
  int32_t n_rows_;
};

}  // namespace

Status forward(const Graph& graph, std::span<const Row> rows, const TraceRequest& trace,
               LogitsSink& sink) {
  if (rows.empty()) return {};
  ForwardPass pass(graph, rows, trace);
  const Status status = pass.run(sink);
  pass.end_trace();
  return status;
}

}  // namespace onehead
