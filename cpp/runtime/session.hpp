// One conversation: its tokens, its K/V, and the state of a generation.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "model/config.hpp"
#include "model/sequence.hpp"
#include "text/sampler.hpp"
#include "text/stream_decoder.hpp"
#include "text/tokenizer.hpp"

namespace onehead {

struct AblatedHead {
  int32_t layer = 0;
  int32_t head = 0;  // query head
};

class Session {
 public:
  // For up to `max_length` positions.
  Session(const Config& config, const Tokenizer& tokenizer, KvCache& cache, int32_t max_length);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  int32_t position() const { return sequence_.length(); }
  size_t kv_bytes() const { return sequence_.kv_bytes(); }
  const std::vector<int32_t>& tokens() const { return tokens_; }  // [position]
  const Sequence& sequence() const { return sequence_; }
  // Silenced query heads: empty, or nonzero in [n_layers, n_query_heads].
  const std::vector<uint8_t>& ablated() const { return ablated_; }

  // Takes the memory to grow to `position`; steps up to there allocate nothing. What was reserved
  // before and is beyond it, others may have. Errors: kOutOfMemory, and then nothing has changed.
  Status reserve(int32_t position);

  // Forgets tokens from `position` on. Further back than kRewindPositions, where layers with a
  // window have let go of what they would need, all is forgotten: position() is then 0, and the
  // tokens that are wanted must be read again. Errors: kBadArgument beyond the present position.
  Status rewind(int32_t position);

  // Begins a generation: sampling options, and a text decoder that knows what came before.
  // Errors: kBadArgument.
  Status begin_generation(const SamplerOptions& options);

  // Silences query heads from now on; none restores all. Errors: kBadArgument.
  Status ablate(std::span<const AblatedHead> heads);

  // Appends the whole characters that `token`, the next one of this generation, completes.
  void decode_next(int32_t token, std::string& out);
  // Appends what the decoder still holds back.
  void decode_end(std::string& out) { decoder_.flush(out); }

 private:
  friend class Model;

  bool extend(int32_t token);
  void share(const Session& source);

  const Config& config_;
  Sequence sequence_;
  std::vector<int32_t> tokens_;
  Sampler sampler_;
  StreamDecoder decoder_;
  bool decoder_started_ = false;
  std::vector<uint8_t> ablated_;  // empty, or [n_layers, n_query_heads]
};

}  // namespace onehead
