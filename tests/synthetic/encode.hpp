// float rows -> the bytes of a GGUF tensor, for each weight type that the engine reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/weight_type.hpp"

namespace onehead::synthetic {

// `values` are whole rows, of quantised types whole blocks.
std::vector<std::byte> encode(WeightType type, std::span<const float> values);

}  // namespace onehead::synthetic
