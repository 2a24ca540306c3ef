#include "text/sampler.hpp"

#include <algorithm>

#include "base/math.hpp"

namespace onehead {

Status check_sampler_options(const SamplerOptions& options) {
  const auto bad = [](const char* sentence) { return Status{ErrorCode::kBadArgument, sentence}; };
  // Written so that NaN fails.
  if (!(options.temperature >= 0 && options.temperature <= 1e6f)) {
    return bad("temperature must be a number from 0 (always the most probable token) up.");
  }
  if (options.top_k < 0) return bad("topK must be 0 (all tokens) or a positive whole number.");
  if (!(options.top_p > 0 && options.top_p <= 1)) {
    return bad("topP must be above 0 and at most 1.");
  }
  if (!(options.min_p >= 0 && options.min_p <= 1)) return bad("minP must be between 0 and 1.");
  if (!(options.repetition_penalty >= 1e-3f && options.repetition_penalty <= 1e3f)) {
    return bad("repetitionPenalty must be between 0.001 and 1000 (1: none).");
  }
  return {};
}

RandomSource::RandomSource(uint64_t seed) {
  for (uint64_t& word : state_) {  // splitmix64
    seed += 0x9E3779B97F4A7C15u;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    word = z ^ (z >> 31);
  }
}

uint64_t RandomSource::next() {
  const auto rotate = [](uint64_t x, int k) { return x << k | x >> (64 - k); };
  const uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = rotate(state_[3], 45);
  return result;
}

double RandomSource::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

Sampler::Sampler(const SamplerOptions& options) : options_(options), random_(options.seed) {}

void Sampler::reserve(int32_t vocab_size) {
  if (options_.temperature > 0) candidates_.reserve(static_cast<size_t>(vocab_size));
  if (options_.repetition_penalty != 1) seen_.resize(static_cast<size_t>(vocab_size));
}

bool Sampler::lower(const Candidate& a, const Candidate& b) {
  return a.logit < b.logit || (a.logit == b.logit && a.id > b.id);
}

double Sampler::penalised(std::span<const float> logits, size_t id) const {
  const double logit = logits[id];
  if (seen_.empty() || seen_[id] == 0) return logit;
  const double penalty = options_.repetition_penalty;
  return logit > 0 ? logit / penalty : logit * penalty;
}

int32_t Sampler::most_probable(std::span<const float> logits) const {
  Candidate best{penalised(logits, 0), 0};
  for (size_t id = 1; id < logits.size(); ++id) {
    const double logit = penalised(logits, id);
    if (logit > best.logit) best = {logit, static_cast<int32_t>(id)};
  }
  return best.id;
}

// The candidates are a heap, so that only as many are sorted as are looked at: the i-th most
// probable moves to the i-th place from the end.
int32_t Sampler::draw(std::span<const float> logits) {
  const size_t n = logits.size();
  candidates_.clear();
  for (size_t id = 0; id < n; ++id) {
    candidates_.push_back({penalised(logits, id), static_cast<int32_t>(id)});
  }
  const auto begin = candidates_.begin();
  const double max = std::max_element(begin, candidates_.end(), lower)->logit;
  const double temperature = options_.temperature;
  const auto raw = [&](const Candidate& c) { return exp64(c.logit - max); };
  const auto weight = [&](const Candidate& c) { return exp64((c.logit - max) / temperature); };

  const bool cut_k = options_.top_k > 0 && static_cast<size_t>(options_.top_k) < n;
  const bool cut_p = options_.top_p < 1;
  const bool cut = cut_k || cut_p || options_.min_p > 0;
  double all = 0;    // raw mass that top-p takes its share of
  double total = 0;  // weight of the candidates that are kept
  for (const Candidate& c : candidates_) {
    if (cut_p && !cut_k) all += raw(c);
    if (!cut) total += weight(c);
  }

  std::make_heap(begin, candidates_.end(), lower);
  size_t n_sorted = 0;
  const auto place = [&](size_t i) -> const Candidate& {
    for (; n_sorted <= i; ++n_sorted) {
      std::pop_heap(begin, candidates_.end() - static_cast<std::ptrdiff_t>(n_sorted), lower);
    }
    return candidates_[n - 1 - i];
  };
  size_t kept = cut_k ? static_cast<size_t>(options_.top_k) : n;
  if (cut_p && cut_k) {
    for (size_t i = 0; i < kept; ++i) all += raw(place(i));
  }
  if (cut) {
    const double share = cut_p ? options_.top_p * all : 0;
    double sum = 0;
    size_t i = 0;
    for (; i < kept && !(cut_p && i > 0 && sum >= share); ++i) {
      const double p = raw(place(i));
      if (p < options_.min_p) break;
      sum += p;
      total += weight(place(i));
    }
    kept = i;
  }

  const double target = random_.uniform() * total;
  double sum = 0;
  for (size_t i = 0;; ++i) {
    sum += weight(place(i));
    if (sum > target || i + 1 == kept) return place(i).id;
  }
}

int32_t Sampler::sample(std::span<const float> logits, std::span<const int32_t> history) {
  const bool penalise = options_.repetition_penalty != 1;
  const auto mark = [&](uint8_t seen) {
    for (int32_t id : history) {
      if (id >= 0 && static_cast<size_t>(id) < logits.size()) seen_[static_cast<size_t>(id)] = seen;
    }
  };
  if (penalise) {
    if (seen_.size() < logits.size()) seen_.resize(logits.size());
    mark(1);
  }
  const int32_t id = options_.temperature > 0 ? draw(logits) : most_probable(logits);
  if (penalise) mark(0);
  return id;
}

double log_sum_exp(std::span<const float> logits) {
  if (logits.empty()) return 0;
  const double max = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float logit : logits) sum += exp64(logit - max);
  return max + log64(sum);
}

int32_t top_candidates(std::span<const float> logits, double log_sum, int32_t n,
                       std::span<int32_t> ids, std::span<double> logprobs) {
  const auto wanted = static_cast<size_t>(std::max(n, 0));
  size_t n_found = 0;
  for (size_t id = 0; id < logits.size() && wanted > 0; ++id) {
    const float logit = logits[id];
    // Ids ascend, so an equal logit belongs behind those found.
    size_t place = n_found;
    while (place > 0 && logits[static_cast<size_t>(ids[place - 1])] < logit) --place;
    if (place == wanted) continue;
    if (n_found < wanted) ++n_found;
    for (size_t i = n_found - 1; i > place; --i) ids[i] = ids[i - 1];
    ids[place] = static_cast<int32_t>(id);
  }
  for (size_t i = 0; i < n_found; ++i) logprobs[i] = logits[static_cast<size_t>(ids[i])] - log_sum;
  return static_cast<int32_t>(n_found);
}

}  // namespace onehead
