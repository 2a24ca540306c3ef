#include "reference/answer.hpp"

#include "reference/sequence.hpp"
#include "support/fnv.hpp"

namespace onehead::reference {

support::GoldenCase answer(support::GoldenCase question, const Model& model) {
  support::GoldenCase c = std::move(question);
  c.tokens.clear();
  c.logprobs.clear();
  c.logits.clear();

  Sequence sequence(model, c.ablate, c.cache_int8);
  sequence.push_all(c.prompt);
  c.attention = support::hash_floats(sequence.attention());
  c.queries = support::hash_floats(sequence.queries());
  c.keys = support::hash_floats(sequence.keys());
  c.values = support::hash_floats(sequence.values());
  c.hidden = support::hash_floats(sequence.hidden());

  while (static_cast<int32_t>(c.tokens.size()) < c.max_tokens) {
    if (!c.tokens.empty()) {
      if (c.tokens.back() == model.eos) break;
      sequence.push(c.tokens.back());
    }
    const Vector& logits = sequence.logits(sequence.length() - 1);
    c.tokens.push_back(greedy(logits));
    c.logprobs.push_back(log_probability(logits, c.tokens.back()));
  }
  for (int32_t position = 0; position < sequence.length(); ++position) {
    c.logits.push_back(support::hash_floats(sequence.logits(position)));
  }
  return c;
}

}  // namespace onehead::reference
