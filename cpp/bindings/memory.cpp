// What C++'s library asks of a program: memory, which is counted, and what to do where it can only
// stop. Its own words for that would bring printf along, a fiftieth of the engine.
#include "bindings/memory.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

int32_t n_allocations = 0;

}  // namespace

int32_t onehead::allocations() { return n_allocations; }

void* operator new(size_t bytes) {
  ++n_allocations;
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

void std::__libcpp_verbose_abort(const char*, ...) { std::abort(); }
