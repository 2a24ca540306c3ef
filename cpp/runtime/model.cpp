#include "runtime/model.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/decimal.hpp"

namespace onehead {
namespace {

// Turns the logits of each row into the step's output.
class OutputSink final : public LogitsSink {
 public:
  OutputSink(std::span<const StepRow> rows, StepOutput& output, Sampler& (*sampler_of)(Session&))
      : rows_(rows), output_(output), sampler_of_(sampler_of) {}

  void on_best(int32_t row, int32_t token) override {
    output_.results.push_back({row, token, std::numeric_limits<double>::quiet_NaN()});
    output_.kept_index.push_back(-1);
  }

  void on_logits(int32_t row, std::span<const float> logits) override {
    const StepRow& step = rows_[static_cast<size_t>(row)];
    const bool scores = step.target >= 0;
    // One pass over the vocabulary serves the token's log-probability and the candidates'.
    const double log_sum = scores || !step.skip_logprob || output_.n_candidates > 0
                               ? log_sum_exp(logits)
                               : std::numeric_limits<double>::quiet_NaN();
    const int32_t token =
        scores ? step.target : sampler_of_(*step.session).sample(logits, step.session->tokens());
    const StepResult result{row, token, logits[static_cast<size_t>(token)] - log_sum};
    const size_t index = output_.results.size();
    output_.results.push_back(result);
    if (output_.n_candidates > 0) {
      const auto n = static_cast<size_t>(output_.n_candidates);
      const std::span<int32_t> ids(output_.candidate_ids.data() + index * n, n);
      const std::span<double> logprobs(output_.candidate_logprobs.data() + index * n, n);
      top_candidates(logits, log_sum, output_.n_candidates, ids, logprobs);
    }
    output_.kept_index.push_back(-1);
    if (step.keep_logits) {
      output_.kept_index.back() = static_cast<int32_t>(output_.kept_logits.size() / logits.size());
      output_.kept_logits.insert(output_.kept_logits.end(), logits.begin(), logits.end());
    }
  }

 private:
  std::span<const StepRow> rows_;
  StepOutput& output_;
  Sampler& (*sampler_of_)(Session&);
};

}  // namespace

Expected<std::unique_ptr<Model>> Model::create(Loader loader) {
  const LoadOptions& options = loader.options();
  if (options.cache == KvType::kInt8 && loader.config().head_dim > kMaxInt8HeadDim) {
    return Status{ErrorCode::kUnsupportedModel, "Heads of " + to_decimal(loader.config().head_dim) +
                                                    " dimensions have no int8 cache; load with "
                                                    "`cache: \"f32\"`."};
  }
  KvCache cache(loader.config(), options.cache, options.max_rows);
  Expected<Activations> activations =
      Activations::create(loader.config(), loader.weights().rope_factors, options.max_rows,
                          effective_context(loader.config(), options.context_length), cache);
  if (!activations.ok()) return activations.status();
  return std::unique_ptr<Model>(new Model(loader, std::move(cache), std::move(*activations)));
}

Expected<std::unique_ptr<Model>> Model::from_bytes(std::span<const std::byte> file,
                                                   LoadOptions options) {
  options.file_bytes = file.size();
  Loader loader(options);
  if (Status status = loader.push(file); !status.ok()) return status;
  if (Status status = loader.finish(); !status.ok()) return status;
  return create(std::move(loader));
}

Model::Model(Loader& loader, KvCache cache, Activations activations)
    : header_(loader.take_header()),
      config_(loader.config()),
      weights_(loader.take_weights()),
      n_parameters_(loader.plan().n_parameters),
      fingerprint_(loader.fingerprint()),
      precision_f32_(loader.options().precision_f32),
      tokenizer_(loader.take_tokenizer()),
      context_length_(effective_context(config_, loader.options().context_length)),
      cache_(std::move(cache)),
      activations_(std::move(activations)),
      int_dot_(select_int_dot()) {
  rows_.reserve(static_cast<size_t>(max_rows()));
  starts_.reserve(static_cast<size_t>(max_rows()));
  output_.results.reserve(static_cast<size_t>(max_rows()));
  output_.kept_index.reserve(static_cast<size_t>(max_rows()));
}

Status Model::use_threads(ThreadPool& pool) {
  if (Status status = activations_.use_threads(config_, pool.n_threads()); !status.ok()) {
    return status;
  }
  threads_ = &pool;
  return {};
}

Expected<std::unique_ptr<Session>> Model::create_session() {
  auto session = std::make_unique<Session>(config_, tokenizer_, cache_, context_length_);
  if (Status status = session->begin_generation({}); !status.ok()) return status;
  return session;
}

Expected<std::unique_ptr<Session>> Model::fork(const Session& source) {
  Expected<std::unique_ptr<Session>> session = create_session();
  if (session.ok()) (*session)->share(source);
  return session;
}

Expected<std::unique_ptr<Session>> Model::resume(std::span<const int32_t> tokens,
                                                 std::span<const int32_t> first_blocks,
                                                 std::vector<uint8_t> ablated,
                                                 std::vector<std::span<std::byte>>& blocks) {
  Expected<std::unique_ptr<Session>> session = create_session();
  if (!session.ok()) return session;
  Sequence& sequence = (*session)->sequence_;
  Status status = sequence.resume(static_cast<int32_t>(tokens.size()), first_blocks);
  if (!status.ok()) return status;
  for (int32_t g = 0; g < cache_.n_groups(); ++g) {
    BlockPool& pool = cache_.pool(g);
    for (int32_t i = 0; i < sequence.n_blocks(g); ++i) {
      const int32_t block = sequence.block_at(g, sequence.first_block(g) + i);
      blocks.emplace_back(pool.data(block), pool.block_bytes());
    }
  }
  (*session)->tokens_.assign(tokens.begin(), tokens.end());
  (*session)->ablated_ = std::move(ablated);
  return session;
}

int32_t Model::blocks_in_use() const {
  int32_t n = 0;
  for (int32_t g = 0; g < cache_.n_groups(); ++g) n += cache_.pool(g).in_use();
  return n;
}

Status Model::check_rows(std::span<const StepRow> rows) const {
  if (rows.size() > static_cast<size_t>(max_rows())) {
    return {ErrorCode::kBadArgument, "A step takes at most " + to_decimal(max_rows()) + " rows."};
  }
  int32_t n_kept = 0;
  for (const StepRow& row : rows) {
    if (row.token < 0 || row.token >= config_.vocab_size || row.target >= config_.vocab_size) {
      return {ErrorCode::kBadArgument,
              "The token " +
                  to_decimal(row.token < 0 || row.token >= config_.vocab_size ? row.token
                                                                              : row.target) +
                  " is not in the vocabulary of " + to_decimal(config_.vocab_size) + "."};
    }
    if (row.keep_logits && ++n_kept > kLogitsGroup) {
      return {ErrorCode::kBadArgument,
              "A step keeps the logits of at most " + to_decimal(kLogitsGroup) + " rows."};
    }
  }
  return {};
}

// Appends the rows' tokens, or leaves every session as it was.
Status Model::extend_sessions(std::span<const StepRow> rows) {
  starts_.clear();
  for (const StepRow& row : rows) {
    Session& session = *row.session;
    starts_.push_back(session.position());
    if (session.position() >= context_length_) {
      undo(rows.first(starts_.size()));
      return {ErrorCode::kContextFull,
              "The context of " + to_decimal(context_length_) +
                  " tokens is full: shorten the text or start a new session."};
    }
    if (!session.extend(row.token)) {
      undo(rows.first(starts_.size()));
      return {ErrorCode::kOutOfMemory,
              "There is no memory for more keys and values: dispose of sessions, or load the model "
              "with a smaller contextLength."};
    }
  }
  return {};
}

void Model::undo(std::span<const StepRow> rows) {
  for (size_t i = rows.size(); i-- > 0;) {
    const Status status =
        rows[i].session->rewind(std::min(starts_[i], rows[i].session->position()));
    static_cast<void>(status);  // going back to where it was cannot fail
  }
}

Status Model::step(std::span<const StepRow> rows, int32_t n_candidates, const TraceRequest& trace) {
  if (Status status = check_rows(rows); !status.ok()) return status;
  if (Status status = extend_sessions(rows); !status.ok()) return status;

  output_.results.clear();
  output_.kept_index.clear();
  output_.kept_logits.clear();
  output_.n_candidates = std::clamp(n_candidates, 0, config_.vocab_size);
  const size_t n_results = static_cast<size_t>(
      std::count_if(rows.begin(), rows.end(), [](const StepRow& r) { return r.wants_logits; }));
  const size_t n_traced = static_cast<size_t>(
      std::count_if(rows.begin(), rows.end(), [](const StepRow& r) { return r.trace; }));
  output_.candidate_ids.resize(n_results * static_cast<size_t>(output_.n_candidates));
  output_.candidate_logprobs.resize(output_.candidate_ids.size());
  if (output_.traced.size() < n_traced) output_.traced.resize(n_traced);
  output_.n_traced = n_traced;

  rows_.clear();
  size_t next_traced = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    Session& session = *rows[i].session;
    const bool best_only = rows[i].skip_logprob && rows[i].target < 0 && !rows[i].keep_logits &&
                           !rows[i].trace && output_.n_candidates == 0 &&
                           session.sampler_.takes_best();
    rows_.push_back({rows[i].token, starts_[i], &session.sequence_, rows[i].wants_logits, best_only,
                     rows[i].trace ? &output_.traced[next_traced++] : nullptr,
                     session.ablated_.empty() ? nullptr : session.ablated_.data()});
  }
  OutputSink sink(rows, output_, [](Session& session) -> Sampler& { return session.sampler_; });
  const Graph graph{config_, weights_, cache_, activations_, int_dot_, *threads_};
  const Status status = forward(graph, rows_, trace, sink);
  if (!status.ok()) {
    undo(rows);
    return status;
  }
  for (const StepRow& row : rows) row.session->sequence_.settle();
  return {};
}

Status Model::check_trace(TraceRequest& trace) const {
  const auto normalise = [](std::vector<int32_t>& values, int32_t limit) {
    std::make_heap(values.begin(), values.end());
    std::sort_heap(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values.empty() || (values.front() >= 0 && values.back() < limit);
  };
  if (!normalise(trace.layers, config_.n_layers)) {
    return {ErrorCode::kBadArgument,
            "The model has layers 0 to " + to_decimal(config_.n_layers - 1) + "."};
  }
  if (!normalise(trace.heads, config_.n_query_heads)) {
    return {ErrorCode::kBadArgument,
            "The model has query heads 0 to " + to_decimal(config_.n_query_heads - 1) + "."};
  }
  return {};
}

Status Model::read_kv(const Session& session, int32_t layer, int32_t kv_head, int32_t which,
                      int32_t begin, int32_t end, std::vector<float>& out) {
  if (layer < 0 || layer >= config_.n_layers || kv_head < 0 || kv_head >= config_.n_kv_heads ||
      which < 0 || which > 1 || begin < 0 || begin > end || end > session.position()) {
    return {ErrorCode::kBadArgument, "There are no keys and values there."};
  }
  const int32_t group = cache_.group_of(layer);
  if (begin < end && begin < session.sequence().first_held(group)) {
    return {ErrorCode::kBadArgument,
            "Layer " + to_decimal(layer) + " no longer has the keys and values before position " +
                to_decimal(session.sequence().first_held(group)) + ": its window has passed them."};
  }
  const auto head_dim = static_cast<size_t>(config_.head_dim);
  out.resize(static_cast<size_t>(end - begin) * head_dim);
  float* row = out.data();
  for (int32_t position = begin; position < end; ++position, row += head_dim) {
    const int32_t block = session.sequence().block_at(group, position / kBlockPositions);
    const KvTile tile = cache_.tile(block, layer, kv_head);
    (which == 0 ? load_key : load_value)(tile, position % kBlockPositions, row);
  }
  return {};
}

}  // namespace onehead
