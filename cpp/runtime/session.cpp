#include "runtime/session.hpp"

#include <algorithm>
#include <utility>

#include "base/decimal.hpp"

namespace onehead {

Session::Session(const Config& config, const Tokenizer& tokenizer, KvCache& cache,
                 int32_t max_length)
    : config_(config),
      sequence_(cache, max_length),
      sampler_(SamplerOptions{}),
      decoder_(tokenizer) {}

Status Session::reserve(int32_t position) {
  const int32_t length = std::clamp(position, 0, sequence_.max_length());
  if (Status status = sequence_.reserve(length); !status.ok()) return status;
  tokens_.reserve(static_cast<size_t>(length));
  return {};
}

Status Session::rewind(int32_t position) {
  if (position < 0 || position > sequence_.length()) {
    return {ErrorCode::kBadArgument, "A session at position " + to_decimal(sequence_.length()) +
                                         " cannot go back to " + to_decimal(position) + "."};
  }
  sequence_.truncate(position);
  tokens_.resize(static_cast<size_t>(sequence_.length()));
  return {};
}

Status Session::begin_generation(const SamplerOptions& options) {
  if (Status status = check_sampler_options(options); !status.ok()) return status;
  Sampler sampler(options);
  sampler.reserve(config_.vocab_size);
  sampler_ = std::move(sampler);
  decoder_started_ = false;
  return {};
}

Status Session::ablate(std::span<const AblatedHead> heads) {
  for (const AblatedHead& h : heads) {
    if (h.layer < 0 || h.layer >= config_.n_layers || h.head < 0 ||
        h.head >= config_.n_query_heads) {
      return {ErrorCode::kBadArgument, "There is no head " + to_decimal(h.head) + " in layer " +
                                           to_decimal(h.layer) + " to silence."};
    }
  }
  ablated_.clear();
  if (heads.empty()) return {};
  const auto n_heads = static_cast<size_t>(config_.n_query_heads);
  ablated_.resize(static_cast<size_t>(config_.n_layers) * n_heads, 0);
  for (const AblatedHead& h : heads) {
    ablated_[static_cast<size_t>(h.layer) * n_heads + static_cast<size_t>(h.head)] = 1;
  }
  return {};
}

void Session::decode_next(int32_t token, std::string& out) {
  if (!decoder_started_) {
    decoder_.reset(tokens_.empty() ? -1 : tokens_.back());
    decoder_started_ = true;
  }
  decoder_.push(token, out);
}

bool Session::extend(int32_t token) {
  if (!sequence_.extend()) return false;
  tokens_.push_back(token);
  return true;
}

void Session::share(const Session& source) {
  sequence_.share(source.sequence_);
  tokens_ = source.tokens_;
  ablated_ = source.ablated_;
}

}  // namespace onehead
