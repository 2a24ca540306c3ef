// The bytes of a weight matrix in a GGUF file as numbers, element by element.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/weight_type.hpp"
#include "reference/ops.hpp"

namespace onehead::reference {

// rows: whole rows as a file holds them, one after another.
Matrix read_matrix(WeightType type, const std::byte* rows, int32_t n_rows, int32_t n_cols);

}  // namespace onehead::reference
