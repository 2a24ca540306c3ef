#pragma once

#include <cstdio>
#include <cstdlib>

namespace onehead::fuzz {

inline void require(bool condition, const char* promise) {
  if (condition) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

}  // namespace onehead::fuzz
