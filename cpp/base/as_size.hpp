// An index or a count, never negative, as the standard library takes it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace onehead {

constexpr size_t as_size(int32_t n) { return static_cast<size_t>(n); }

}  // namespace onehead
