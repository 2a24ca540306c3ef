#include "bindings/engine.hpp"

#include <algorithm>
#include <utility>

#include "base/decimal.hpp"

namespace onehead {
namespace {

constexpr int32_t kMaxStaging = 1 << 20;

Status no_such_session() { return {ErrorCode::kDisposed, "This session has been disposed."}; }
Status no_model() { return {ErrorCode::kBadArgument, "No model is loaded."}; }

}  // namespace

int32_t Engine::fail(Status status) {
  last_error_ = std::move(status.message);
  return static_cast<int32_t>(status.code);
}

// Loading

int32_t Engine::load_begin(double file_bytes, int32_t context_length, bool precision_f32,
                           bool cache_int8) {
  writer_.reset();
  reader_.reset();
  sessions_.clear();
  model_.reset();
  LoadOptions options;
  options.file_bytes = file_bytes > 0 ? static_cast<uint64_t>(file_bytes) : 0;
  options.context_length = context_length;
  options.precision_f32 = precision_f32;
  options.cache = cache_int8 ? KvType::kInt8 : KvType::kF32;
  loader_.emplace(options);
  return 0;
}

std::span<uint8_t> Engine::staging(int32_t bytes) {
  staging_.resize(static_cast<size_t>(std::clamp(bytes, 0, kMaxStaging)));
  return staging_;
}

int32_t Engine::load_push(int32_t bytes) {
  if (!loader_) return fail(no_model());
  const size_t n = std::min(staging_.size(), static_cast<size_t>(std::max(bytes, 0)));
  return fail(loader_->push(std::as_bytes(std::span<const uint8_t>(staging_).first(n))));
}

int32_t Engine::load_end() {
  if (!loader_) return fail(no_model());
  if (Status status = loader_->finish(); !status.ok()) return fail(std::move(status));
  Expected<std::unique_ptr<Model>> model = Model::create(std::move(*loader_));
  loader_.reset();
  staging_ = {};
  if (!model.ok()) return fail(model.status());
  model_ = std::move(*model);
  if (Status status = model_->use_threads(threads_); !status.ok()) return fail(std::move(status));
  rows_.assign(static_cast<size_t>(model_->max_rows() * kRowInts), 0);
  step_rows_.reserve(static_cast<size_t>(model_->max_rows()));
  sampled_.reserve(static_cast<size_t>(model_->max_rows()));
  sampled_logprobs_.reserve(static_cast<size_t>(model_->max_rows()));
  return 0;
}

int32_t Engine::estimate_begin(int32_t context_length, bool precision_f32, bool cache_int8) {
  LoadOptions options;
  options.cache = cache_int8 ? KvType::kInt8 : KvType::kF32;
  options.context_length = context_length;
  options.precision_f32 = precision_f32;
  estimator_.emplace(options);
  return 0;
}

int32_t Engine::estimate_push(int32_t bytes) {
  if (!estimator_) return fail(no_model());
  const size_t n = std::min(staging_.size(), static_cast<size_t>(std::max(bytes, 0)));
  return fail(estimator_->push(std::as_bytes(std::span<const uint8_t>(staging_).first(n))));
}

double Engine::weight_bytes() const {
  if (model_ != nullptr) return static_cast<double>(model_->weight_bytes());
  return loader_ && loader_->has_header() ? static_cast<double>(loader_->plan().arena_bytes) : 0;
}

// Text

std::span<uint8_t> Engine::text_buffer(int32_t bytes) {
  text_.resize(static_cast<size_t>(std::max(bytes, 0)));
  return {reinterpret_cast<uint8_t*>(text_.data()), text_.size()};
}

int32_t Engine::encode(int32_t flags, int32_t n_breaks) {
  if (!model_) return fail(no_model());
  EncodeOptions options;
  if ((flags & kEncodeAddBos) != 0) options.add_bos = true;
  if ((flags & kEncodeNoBos) != 0) options.add_bos = false;
  options.parse_special = (flags & kEncodeParseSpecial) != 0;
  options.breaks = std::span<const int32_t>(ids_).first(
      std::min(ids_.size(), static_cast<size_t>(std::max(n_breaks, 0))));
  tokens_.clear();
  return fail(model_->tokenizer().encode(text_, options, tokens_));
}

std::span<int32_t> Engine::ids_buffer(int32_t n) {
  ids_.resize(static_cast<size_t>(std::max(n, 0)));
  return ids_;
}

int32_t Engine::decode(int32_t n) {
  if (!model_) return fail(no_model());
  const std::span<const int32_t> ids = std::span<const int32_t>(ids_).first(
      std::min(ids_.size(), static_cast<size_t>(std::max(n, 0))));
  for (const int32_t id : ids) {
    if (id < 0 || id >= model_->tokenizer().vocab_size()) {
      return fail(
          {ErrorCode::kBadArgument, "The token " + to_decimal(id) + " is not in the vocabulary."});
    }
  }
  text_ = model_->tokenizer().decode(ids);
  return 0;
}

std::span<const uint8_t> Engine::text_view() const {
  return {reinterpret_cast<const uint8_t*>(text_.data()), text_.size()};
}

std::span<const uint8_t> Engine::bytes() const { return text_view(); }

std::span<const uint8_t> Engine::token_piece(int32_t id) {
  text_ = model_ ? std::string(model_->tokenizer().piece(id)) : std::string();
  return text_view();
}

int32_t Engine::list_control_pieces() {
  if (!model_) return fail(no_model());
  const Tokenizer& tokenizer = model_->tokenizer();
  text_.clear();
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (!tokenizer.is_control(id) && !tokenizer.is_end(id)) continue;
    text_ += tokenizer.piece(id);
    text_ += '\0';
  }
  return 0;
}

// Sessions

Session* Engine::find(int32_t handle) const {
  if (handle < 0 || static_cast<size_t>(handle) >= sessions_.size()) return nullptr;
  return sessions_[static_cast<size_t>(handle)].get();
}

int32_t Engine::keep(Expected<std::unique_ptr<Session>> session) {
  if (!session.ok()) return -fail(session.status());
  const auto free_slot = std::find(sessions_.begin(), sessions_.end(), nullptr);
  const auto handle = static_cast<int32_t>(free_slot - sessions_.begin());
  if (free_slot == sessions_.end()) sessions_.emplace_back();
  sessions_[static_cast<size_t>(handle)] = std::move(*session);
  return handle;
}

int32_t Engine::create_session() {
  if (!model_) return -fail(no_model());
  return keep(model_->create_session());
}

int32_t Engine::fork_session(int32_t handle) {
  const Session* source = find(handle);
  if (source == nullptr) return -fail(no_such_session());
  return keep(model_->fork(*source));
}

int32_t Engine::free_session(int32_t handle) {
  if (find(handle) == nullptr) return fail(no_such_session());
  sessions_[static_cast<size_t>(handle)].reset();
  return 0;
}

int32_t Engine::rewind_session(int32_t handle, int32_t position) {
  Session* session = find(handle);
  return fail(session == nullptr ? no_such_session() : session->rewind(position));
}

int32_t Engine::session_position(int32_t handle) const {
  const Session* session = find(handle);
  return session == nullptr ? -static_cast<int32_t>(ErrorCode::kDisposed) : session->position();
}

double Engine::session_kv_bytes(int32_t handle) const {
  const Session* session = find(handle);
  return session == nullptr ? 0 : static_cast<double>(session->kv_bytes());
}

int32_t Engine::reserve_session(int32_t handle, int32_t position) {
  Session* session = find(handle);
  return fail(session == nullptr ? no_such_session() : session->reserve(position));
}

int32_t Engine::save_begin(int32_t handle, int32_t n_pending) {
  const Session* session = find(handle);
  if (session == nullptr) return fail(no_such_session());
  const size_t n = std::min(ids_.size(), static_cast<size_t>(std::max(n_pending, 0)));
  writer_.emplace(*model_, *session, std::span<const int32_t>(ids_).first(n));
  return 0;
}

double Engine::save_bytes() const {
  return writer_ ? static_cast<double>(writer_->total_bytes()) : 0.0;
}

int32_t Engine::save_pull(int32_t bytes) {
  if (!writer_) return 0;
  const size_t n = writer_->pull(std::as_writable_bytes(staging(bytes)));
  if (n == 0) writer_.reset();
  return static_cast<int32_t>(n);
}

int32_t Engine::restore_begin(double total_bytes) {
  if (!model_) return fail(no_model());
  reader_.emplace(*model_, total_bytes > 0 ? static_cast<uint64_t>(total_bytes) : 0);
  return 0;
}

int32_t Engine::restore_push(int32_t bytes) {
  if (!reader_) return fail({ErrorCode::kBadArgument, "No session is being restored."});
  const size_t n = std::min(staging_.size(), static_cast<size_t>(std::max(bytes, 0)));
  Status status = reader_->push(std::as_bytes(std::span<const uint8_t>(staging_).first(n)));
  if (!status.ok()) reader_.reset();
  return fail(std::move(status));
}

int32_t Engine::restore_end() {
  if (!reader_) return -fail({ErrorCode::kBadArgument, "No session is being restored."});
  Expected<RestoredSession> restored = reader_->finish();
  reader_.reset();
  staging_ = {};
  if (!restored.ok()) return -fail(restored.status());
  tokens_ = restored->session->tokens();
  tokens_.insert(tokens_.end(), restored->pending.begin(), restored->pending.end());
  return keep(std::move(restored->session));
}

int32_t Engine::configure_session(int32_t handle, const SamplerOptions& options) {
  Session* session = find(handle);
  return fail(session == nullptr ? no_such_session() : session->begin_generation(options));
}

int32_t Engine::set_ablation(int32_t handle, int32_t n_pairs) {
  Session* session = find(handle);
  if (session == nullptr) return fail(no_such_session());
  std::vector<AblatedHead> heads;
  for (size_t i = 0; i < static_cast<size_t>(std::max(n_pairs, 0)) && 2 * i + 1 < ids_.size();
       ++i) {
    heads.push_back({ids_[2 * i], ids_[2 * i + 1]});
  }
  return fail(session->ablate(heads));
}

// Stepping

std::span<int32_t> Engine::rows() { return rows_; }

int32_t Engine::forward(int32_t n_rows, int32_t n_candidates) {
  if (!model_) return fail(no_model());
  sampled_.clear();
  sampled_logprobs_.clear();
  if (n_rows < 0 || n_rows > model_->max_rows()) {
    return fail({ErrorCode::kBadArgument,
                 "A step takes at most " + to_decimal(model_->max_rows()) + " rows."});
  }
  step_rows_.clear();
  for (int32_t i = 0; i < n_rows; ++i) {
    const int32_t* row = rows_.data() + i * kRowInts;
    StepRow step;
    step.session = find(row[0]);
    if (step.session == nullptr) return fail(no_such_session());
    step.token = row[1];
    const int32_t flags = row[2];
    step.wants_logits = (flags & (kRowWantsLogits | kRowScore)) != 0;
    step.target = (flags & kRowScore) != 0 ? row[3] : -1;
    step.skip_logprob = (flags & kRowSkipLogprob) != 0;
    step.keep_logits = (flags & kRowKeepLogits) != 0;
    step.trace = (flags & kRowTrace) != 0;
    step_rows_.push_back(step);
  }
  if (Status status = model_->step(step_rows_, n_candidates, trace_); !status.ok())
    return fail(std::move(status));
  for (const StepResult& result : model_->output().results) {
    sampled_.push_back(result.token);
    sampled_logprobs_.push_back(result.logprob);
  }
  return 0;
}

std::span<const int32_t> Engine::candidate_ids() const {
  return has_model() ? std::span<const int32_t>(model_->output().candidate_ids)
                     : std::span<const int32_t>();
}

std::span<const double> Engine::candidate_logprobs() const {
  return has_model() ? std::span<const double>(model_->output().candidate_logprobs)
                     : std::span<const double>();
}

std::span<const float> Engine::logits(int32_t result) const {
  if (!model_ || result < 0 || static_cast<size_t>(result) >= model_->output().kept_index.size())
    return {};
  const int32_t index = model_->output().kept_index[static_cast<size_t>(result)];
  if (index < 0) return {};
  const auto vocab = static_cast<size_t>(model_->config().vocab_size);
  return std::span<const float>(model_->output().kept_logits)
      .subspan(static_cast<size_t>(index) * vocab, vocab);
}

std::span<const uint8_t> Engine::text(int32_t result) {
  text_.clear();
  if (model_ && result >= 0 && static_cast<size_t>(result) < model_->output().results.size()) {
    const StepResult& step = model_->output().results[static_cast<size_t>(result)];
    step_rows_[static_cast<size_t>(step.row)].session->decode_next(step.token, text_);
  }
  return text_view();
}

std::span<const uint8_t> Engine::flush_text(int32_t handle) {
  text_.clear();
  if (Session* session = find(handle); session != nullptr) session->decode_end(text_);
  return text_view();
}

// Trace

int32_t Engine::set_trace(int32_t n_layers, int32_t n_heads, int32_t include) {
  if (!model_) return fail(no_model());
  if (n_layers < 0 || n_heads < 0 ||
      static_cast<size_t>(n_layers) + static_cast<size_t>(n_heads) > ids_.size()) {
    return fail({ErrorCode::kBadArgument, "The layers and heads to trace are not all there."});
  }
  TraceRequest request;
  request.layers.assign(ids_.begin(), ids_.begin() + n_layers);
  request.heads.assign(ids_.begin() + n_layers, ids_.begin() + n_layers + n_heads);
  request.attention = (include & kTraceAttention) != 0;
  request.queries = (include & kTraceQueries) != 0;
  request.hidden = (include & kTraceHidden) != 0;
  Status status = model_->check_trace(request);
  if (status.ok()) trace_ = std::move(request);
  return fail(std::move(status));
}

int32_t Engine::trace_rows() const {
  return has_model() ? static_cast<int32_t>(model_->output().n_traced) : 0;
}

const TracedRow* Engine::traced(int32_t i) const {
  if (i < 0 || i >= trace_rows()) return nullptr;
  return &model_->output().traced[static_cast<size_t>(i)];
}

std::span<const float> Engine::trace_attention(int32_t i) const {
  const TracedRow* row = traced(i);
  return row == nullptr ? std::span<const float>() : row->attention;
}

std::span<const float> Engine::trace_queries(int32_t i) const {
  const TracedRow* row = traced(i);
  return row == nullptr ? std::span<const float>() : row->queries;
}

std::span<const float> Engine::trace_hidden(int32_t i) const {
  const TracedRow* row = traced(i);
  return row == nullptr ? std::span<const float>() : row->hidden;
}

int32_t Engine::layer_window(int32_t layer) const {
  if (!model_ || layer < 0 || layer >= model_->config().n_layers) return 0;
  return model_->config().window_of(layer);
}

std::span<const float> Engine::read_kv(int32_t handle, int32_t layer, int32_t kv_head,
                                       int32_t which, int32_t begin, int32_t end) {
  kv_.clear();
  const Session* session = find(handle);
  Status status = session == nullptr
                      ? no_such_session()
                      : model_->read_kv(*session, layer, kv_head, which, begin, end, kv_);
  fail(std::move(status));
  return kv_;
}

}  // namespace onehead
