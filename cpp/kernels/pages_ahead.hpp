// Reads one byte of each page of a matrix a little before the page is multiplied.
//
// Hardware fetches ahead within a page of 4 KB only. At the next one a processor must first look up
// where it lies, in a virtual machine through two levels of tables, and a loop that multiplies has
// too many instructions between two pages to begin with that early. wasm has no prefetch.
#pragma once

#include <cstddef>

namespace onehead::detail {

class PagesAhead {
 public:
  // Of the bytes [begin, end), which are then read from begin to end.
  PagesAhead(const std::byte* begin, const std::byte* end) : next_(begin), end_(end) {}

  // Call before reading up to `until`.
  [[gnu::noinline]] void reach(const std::byte* until) {
    const std::byte* last = end_ - until > kDistance ? until + kDistance : end_;
    for (; next_ < last; next_ += kPage)
      static_cast<void>(*static_cast<const volatile std::byte*>(next_));
  }

 private:
  static constexpr ptrdiff_t kPage = 4096;
  static constexpr ptrdiff_t kDistance = 2 * kPage;

  const std::byte* next_;
  const std::byte* end_;
};

}  // namespace onehead::detail
