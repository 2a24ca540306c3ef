// A loaded model: what sessions share, and the one call that advances any number of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/status.hpp"
#include "base/thread_pool.hpp"
#include "format/gguf.hpp"
#include "kernels/int_dot.hpp"
#include "model/activations.hpp"
#include "model/config.hpp"
#include "model/forward.hpp"
#include "model/kv_cache.hpp"
#include "model/trace.hpp"
#include "model/weights.hpp"
#include "runtime/loader.hpp"
#include "runtime/session.hpp"
#include "text/tokenizer.hpp"

namespace onehead {

// Names the arithmetic contract. Two engines with the same id give the same bits for the same model
// and input.
inline constexpr const char* kNumericsId = "onehead-numerics-1";

// One token of one session. Rows of a session are appended to it in the order they are given.
struct StepRow {
  Session* session = nullptr;
  int32_t token = 0;
  bool wants_logits = false;  // produce a StepResult
  int32_t target = -1;        // >= 0: score this token instead of sampling one
  bool skip_logprob = false;  // a sampled token's log-probability is not needed
  bool keep_logits = false;   // copy the raw logits; at most kLogitsGroup results of a call may
  bool trace = false;
};

struct StepResult {
  int32_t row = 0;     // index among the call's rows
  int32_t token = 0;   // sampled, or the target
  double logprob = 0;  // at temperature 1, without penalty; NaN where it was skipped
};

// What a step produced. Reused by the next one.
struct StepOutput {
  std::vector<StepResult> results;         // of rows that want logits, in row order
  int32_t n_candidates = 0;                // most probable tokens per result
  std::vector<int32_t> candidate_ids;      // [results, n_candidates]
  std::vector<double> candidate_logprobs;  // [results, n_candidates]
  std::vector<float> kept_logits;          // [results with keep_logits, vocab_size]
  std::vector<int32_t> kept_index;         // per result: its place in kept_logits, or -1
  std::vector<TracedRow> traced;           // of rows with trace, in row order
  size_t n_traced = 0;                     // how many of `traced` are of this step
};

class Model {
 public:
  // The loader must have finished. Errors: kOutOfMemory.
  static Expected<std::unique_ptr<Model>> create(Loader loader);
  // A whole file that is in memory.
  static Expected<std::unique_ptr<Model>> from_bytes(std::span<const std::byte> file,
                                                     LoadOptions options = {});
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const Config& config() const { return config_; }
  const GgufHeader& header() const { return header_; }
  const Tokenizer& tokenizer() const { return tokenizer_; }
  int32_t context_length() const { return context_length_; }
  int32_t max_rows() const { return activations_.max_rows; }
  int64_t n_parameters() const { return n_parameters_; }
  size_t weight_bytes() const { return weights_.arena.size(); }
  // K and V of a position in all layers; what a session that grows to `length` takes in all.
  size_t kv_bytes_per_token() const { return cache_.bytes_per_position(); }
  uint64_t kv_bytes(int32_t length) const { return cache_.bytes_for(length); }
  const KvCache& cache() const { return cache_; }
  uint64_t fingerprint() const { return fingerprint_; }  // of the whole file
  bool precision_f32() const { return precision_f32_; }
  int32_t blocks_in_use() const;  // of all window groups

  IntDot int_dot() const { return int_dot_; }
  void set_int_dot(IntDot back_end) { int_dot_ = back_end; }  // every one gives the same bits

  // Threads for the steps to come, which the pool's owner must keep longer than the model. With any
  // number of threads a step gives the same bits. Models may share a pool if they take turns.
  // Errors: kOutOfMemory for the threads' scratch, and nothing has changed.
  Status use_threads(ThreadPool& pool);
  int32_t n_threads() const { return threads_->n_threads(); }

  // A session takes memory as it grows, or beforehand by Session::reserve. The model must outlive
  // its sessions.
  Expected<std::unique_ptr<Session>> create_session();
  // A session with the same past, which it shares until either writes.
  Expected<std::unique_ptr<Session>> fork(const Session& source);

  // A session with a past that is known already: `tokens` and, of each window group, the blocks
  // from first_blocks on, whose memory is appended to `blocks` for the caller to fill. For
  // SessionReader. Errors: kOutOfMemory.
  Expected<std::unique_ptr<Session>> resume(std::span<const int32_t> tokens,
                                            std::span<const int32_t> first_blocks,
                                            std::vector<uint8_t> ablated,
                                            std::vector<std::span<std::byte>>& blocks);

  // Runs up to max_rows rows. On an error every session stands where it stood before.
  // Errors: kBadArgument, kContextFull, kOutOfMemory, kNonFinite.
  Status step(std::span<const StepRow> rows, int32_t n_candidates, const TraceRequest& trace);
  const StepOutput& output() const { return output_; }

  // Checks and normalises a request. Errors: kBadArgument.
  Status check_trace(TraceRequest& trace) const;

  // Cached K (which = 0) or V (1) of positions [begin, end): out [end - begin, head_dim].
  // Errors: kBadArgument, also for positions that a layer's window has passed and let go of.
  Status read_kv(const Session& session, int32_t layer, int32_t kv_head, int32_t which,
                 int32_t begin, int32_t end, std::vector<float>& out);

 private:
  Model(Loader& loader, KvCache cache, Activations activations);

  Status check_rows(std::span<const StepRow> rows) const;
  Status extend_sessions(std::span<const StepRow> rows);
  void undo(std::span<const StepRow> rows);

  GgufHeader header_;
  Config config_;
  Weights weights_;
  int64_t n_parameters_;
  uint64_t fingerprint_;
  bool precision_f32_;
  Tokenizer tokenizer_;
  int32_t context_length_;
  KvCache cache_;
  Activations activations_;
  IntDot int_dot_;
  ThreadPool alone_;  // the caller's thread
  ThreadPool* threads_ = &alone_;
  std::vector<Row> rows_;
  std::vector<int32_t> starts_;  // per row of a step: its session's position before the step
  StepOutput output_;
};

}  // namespace onehead
