// The core as JavaScript calls it: numbers in, numbers out, sessions by handle, bulk data through
// buffers that are seen in place. One engine holds one model. A call returns an ErrorCode, or a
// handle >= 0 and minus an ErrorCode; last_error() is the sentence that goes with the last failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/thread_pool.hpp"
#include "runtime/estimate.hpp"
#include "runtime/loader.hpp"
#include "runtime/model.hpp"
#include "runtime/saved_session.hpp"
#include "runtime/session.hpp"

namespace onehead {

// Flags of encode.
inline constexpr int32_t kEncodeAddBos = 1;
inline constexpr int32_t kEncodeNoBos = 2;
inline constexpr int32_t kEncodeParseSpecial = 4;

// A row as it lies in rows(): session, token, flags, target.
inline constexpr int32_t kRowInts = 4;
inline constexpr int32_t kRowWantsLogits = 1;
inline constexpr int32_t kRowTrace = 2;
inline constexpr int32_t kRowKeepLogits = 4;
inline constexpr int32_t kRowScore = 8;  // the logprob of target; nothing is sampled
inline constexpr int32_t kRowSkipLogprob = 16;

// What set_trace includes.
inline constexpr int32_t kTraceAttention = 1;
inline constexpr int32_t kTraceQueries = 2;
inline constexpr int32_t kTraceHidden = 4;

class Engine {
 public:
  // Loading: begin, then stage and push pieces of the file, then end.
  int32_t load_begin(double file_bytes, int32_t context_length, bool precision_f32,
                     bool cache_int8);
  std::span<uint8_t> staging(int32_t bytes);  // at most 1 MiB
  int32_t load_push(int32_t bytes);
  int32_t load_end();
  double weight_bytes() const;  // of the model, or of the one being loaded once its header is read

  // Before loading: begin, then stage and push pieces until there is an estimate.
  int32_t estimate_begin(int32_t context_length, bool precision_f32, bool cache_int8);
  int32_t estimate_push(int32_t bytes);
  const std::optional<Estimate>& estimate() const { return estimator_->estimate(); }

  bool has_model() const { return model_ != nullptr; }
  const Model& model() const { return *model_; }
  const std::string& last_error() const { return last_error_; }

  // Threads, in builds with shared memory: JavaScript starts them. Memory for threads 1 to n - 1,
  // which then enter at onehead_thread; after that use_threads has them take part.
  int32_t prepare_threads(int32_t n);
  // Per thread: the pool, the thread's number, the top of its stack, its thread-local data, and the
  // word that tells of its death.
  static constexpr int32_t kThreadInts = 5;
  std::span<const uint32_t> thread_places() const { return thread_places_; }
  int32_t use_threads(int32_t n);
  void use_least_grain() { threads_.use_least_grain(); }

  // Text.
  // The UTF-8 that lies in text_buffer. Nothing special is matched across the first n_breaks
  // offsets that lie in ids_buffer.
  std::span<uint8_t> text_buffer(int32_t bytes);
  int32_t encode(int32_t flags, int32_t n_breaks);
  std::span<const int32_t> tokens() const { return tokens_; }
  std::span<int32_t> ids_buffer(int32_t n);
  int32_t decode(int32_t n);
  std::span<const uint8_t> bytes() const;
  std::span<const uint8_t> token_piece(int32_t id);
  // What must not be read in text of a stranger: pieces of control and end tokens, each with a zero
  // byte after it. As bytes().
  int32_t list_control_pieces();

  // Sessions.
  int32_t create_session();
  int32_t fork_session(int32_t handle);
  int32_t free_session(int32_t handle);
  int32_t rewind_session(int32_t handle, int32_t position);
  int32_t session_position(int32_t handle) const;
  double session_kv_bytes(int32_t handle) const;
  int32_t reserve_session(int32_t handle, int32_t position);
  // Saving: begin with the tokens that follow the session's in ids_buffer, then pull pieces into
  // staging until 0 bytes come. The session must not change meanwhile.
  int32_t save_begin(int32_t handle, int32_t n_pending);
  double save_bytes() const;
  int32_t save_pull(int32_t bytes);  // how many were written
  // Restoring: begin, stage and push pieces, then end, which gives a handle and all tokens().
  int32_t restore_begin(double total_bytes);
  int32_t restore_push(int32_t bytes);
  int32_t restore_end();
  int32_t configure_session(int32_t handle, const SamplerOptions& options);
  int32_t set_ablation(int32_t handle, int32_t n_pairs);

  // Stepping.
  std::span<int32_t> rows();
  int32_t forward(int32_t n_rows, int32_t n_candidates);
  std::span<const int32_t> sampled() const { return sampled_; }
  std::span<const double> sampled_logprobs() const { return sampled_logprobs_; }
  std::span<const int32_t> candidate_ids() const;
  std::span<const double> candidate_logprobs() const;
  std::span<const float> logits(int32_t result) const;
  std::span<const uint8_t> text(int32_t result);
  std::span<const uint8_t> flush_text(int32_t handle);

  // Trace.
  int32_t set_trace(int32_t n_layers, int32_t n_heads, int32_t include);
  int32_t trace_rows() const;
  std::span<const float> trace_attention(int32_t i) const;
  std::span<const float> trace_queries(int32_t i) const;
  std::span<const float> trace_hidden(int32_t i) const;
  // Positions that a query of this layer sees, itself included; 0: all.
  int32_t layer_window(int32_t layer) const;
  std::span<const float> read_kv(int32_t handle, int32_t layer, int32_t kv_head, int32_t which,
                                 int32_t begin, int32_t end);

 private:
  int32_t fail(Status status);
  Session* find(int32_t handle) const;
  int32_t keep(Expected<std::unique_ptr<Session>> session);
  const TracedRow* traced(int32_t i) const;
  std::span<const uint8_t> text_view() const;

  ThreadPool threads_;
  AlignedBuffer thread_memory_;
  std::vector<uint32_t> thread_places_;  // [n - 1][kThreadInts]
  std::optional<Loader> loader_;
  std::optional<Estimator> estimator_;
  std::unique_ptr<Model> model_;
  std::vector<std::unique_ptr<Session>> sessions_;  // by handle; null: free
  std::optional<SessionWriter> writer_;
  std::optional<SessionReader> reader_;
  std::string last_error_;
  std::vector<uint8_t> staging_;
  std::vector<int32_t> tokens_;
  std::vector<int32_t> ids_;
  std::string text_;
  std::vector<int32_t> rows_;
  std::vector<StepRow> step_rows_;
  std::vector<int32_t> sampled_;
  std::vector<double> sampled_logprobs_;
  TraceRequest trace_;
  std::vector<float> kv_;
};

}  // namespace onehead
