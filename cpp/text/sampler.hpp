// Chooses the next token from logits. The same logits, history, options and seed give the same
// token everywhere: f64, one written order of every sum, an own generator, ties to the lower id.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/status.hpp"

namespace onehead {

struct SamplerOptions {
  float temperature = 0;         // 0: greedy
  int32_t top_k = 0;             // 0: all
  float top_p = 1;               // 1: all
  float min_p = 0;               // 0: all
  float repetition_penalty = 1;  // 1: none
  uint64_t seed = 0;
};

// ok, or kBadArgument with a sentence that names the option.
Status check_sampler_options(const SamplerOptions& options);

// xoshiro256++ (Blackman and Vigna), its state filled from the seed by splitmix64.
class RandomSource {
 public:
  explicit RandomSource(uint64_t seed);
  uint64_t next();
  double uniform();  // [0, 1), 53 bits

 private:
  uint64_t state_[4];
};

class Sampler {
 public:
  explicit Sampler(const SamplerOptions& options);
  void reserve(int32_t vocab_size);  // after this, sample() of that many logits never allocates

  // Whether the token is always the one with the largest logit, of equal ones the lowest.
  bool takes_best() const { return options_.temperature == 0 && options_.repetition_penalty == 1; }

  // The next token for logits that are all finite, of which there is at least one. Stages in
  // llama.cpp's usual order: repetition penalty (over the ids in `history`) → top-k → top-p →
  // min-p → temperature → draw.
  int32_t sample(std::span<const float> logits, std::span<const int32_t> history);

 private:
  struct Candidate {
    double logit;  // penalised
    int32_t id;
  };
  static bool lower(const Candidate& a, const Candidate& b);
  double penalised(std::span<const float> logits, size_t id) const;
  int32_t most_probable(std::span<const float> logits) const;
  int32_t draw(std::span<const float> logits);

  SamplerOptions options_;
  RandomSource random_;
  std::vector<Candidate> candidates_;
  std::vector<uint8_t> seen_;  // [vocab_size] in the history
};

// max + log of the sum over ids, ascending, of exp(logit - max); the logits are finite.
double log_sum_exp(std::span<const float> logits);

// The n most probable ids by (logit descending, id ascending), with their log-probabilities:
// temperature 1, no penalty, nothing cut. `log_sum` is log_sum_exp of the logits. Returns how many
// there are: min(n, vocabulary). Spans hold at least n. No allocation.
int32_t top_candidates(std::span<const float> logits, double log_sum, int32_t n,
                       std::span<int32_t> ids, std::span<double> logprobs);

}  // namespace onehead
