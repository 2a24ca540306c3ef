// A simple quantiser for each quantised weight type: nearest values, no search for the best scale.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/weight_type.hpp"

namespace onehead::synthetic {

// `values` are whole blocks of the type.
std::vector<std::byte> encode_quantized(WeightType type, std::span<const float> values);

}  // namespace onehead::synthetic
