// The module's memory.
#pragma once

#include <cstdint>

namespace onehead {

// Uses of operator new since the start: none may happen per token.
int32_t allocations();

}  // namespace onehead
