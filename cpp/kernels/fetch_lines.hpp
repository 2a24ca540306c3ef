// Reads a byte of each cache line of some memory, so that what is multiplied next waits in the
// cache.
//
// A processor fetches as many lines at once as it has loads in flight, and those are few where a
// hundred instructions of arithmetic stand between two lines. Here none do. That wins wherever
// hardware does not foresee what is read: it stops at each page of 4 KB, and in a virtual machine
// finding the next one takes it long. wasm has no prefetch.
#pragma once

#include <cstddef>

namespace onehead::detail {

[[gnu::noinline]] inline void fetch_lines(const void* begin, size_t n_bytes) {
  constexpr size_t kLine = 64;
  const auto* at = static_cast<const volatile std::byte*>(begin);
  for (size_t i = 0; i < n_bytes; i += kLine) static_cast<void>(at[i]);
}

}  // namespace onehead::detail
