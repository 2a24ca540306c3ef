#include "runtime/estimate.hpp"

#include <algorithm>
#include <utility>

#include "model/forward.hpp"
#include "model/kv_cache.hpp"

namespace onehead {

Status Estimator::push(std::span<const std::byte> bytes) {
  if (estimate_) return {};
  prefix_.insert(prefix_.end(), bytes.begin(), bytes.end());
  if (prefix_.size() < header_.bytes_needed()) return {};
  Expected<ParseState> state = parse_gguf_header(prefix_, options_.file_bytes, header_);
  if (!state.ok()) return state.status();
  if (*state == ParseState::kNeedMore) return {};
  prefix_ = {};
  const GgufHeader header = std::move(header_);
  header_ = {};
  return read_header(header);
}

Status Estimator::read_header(const GgufHeader& header) {
  Expected<Config> config = read_config(header);
  if (!config.ok()) return config.status();
  Expected<WeightPlan> plan = plan_weights(*config, header, options_.precision_f32);
  if (!plan.ok()) return plan.status();
  Expected<Tokenizer> tokenizer = Tokenizer::create(header);
  if (!tokenizer.ok()) return tokenizer.status();
  tokenizer_ = std::move(*tokenizer);

  Estimate estimate;
  for (const Placement& placement : plan->placements) {
    estimate.file_bytes =
        std::max(estimate.file_bytes, placement.file_offset + placement.file_bytes);
  }
  estimate.weight_bytes = plan->arena_bytes;
  estimate.context_length = effective_context(*config, options_.context_length);
  estimate.kv_bytes =
      KvCache(*config, options_.cache, options_.max_rows).bytes_for(estimate.context_length);
  const uint64_t row_floats = 4 * static_cast<uint64_t>(config->model_dim) +
                              3 * static_cast<uint64_t>(config->hidden_dim) +
                              4 * static_cast<uint64_t>(config->query_dim());
  estimate.scratch_bytes = 4 * (kLogitsGroup * static_cast<uint64_t>(config->vocab_size) +
                                static_cast<uint64_t>(options_.max_rows) * row_floats);
  estimate_ = estimate;
  return {};
}

}  // namespace onehead
