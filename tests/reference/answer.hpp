// What the reference answers to a golden case: tokens, log-probabilities and hashes.
#pragma once

#include "reference/model.hpp"
#include "support/golden_table.hpp"

namespace onehead::reference {

// Fills in everything of `question` but the model, the text, the options and the prompt, which it
// takes as they are. `model` was read with the question's precision.
support::GoldenCase answer(support::GoldenCase question, const Model& model);

}  // namespace onehead::reference
