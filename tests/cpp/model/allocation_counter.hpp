// Counts calls of operator new in the whole test program.
#pragma once

#include <cstdint>

namespace onehead::testing {

int64_t allocations();

// Bytes that the C library has handed out and not got back, AlignedBuffer's calloc included; -1
// where they cannot be had (under a sanitizer, or another C library than glibc).
int64_t heap_bytes();

}  // namespace onehead::testing
