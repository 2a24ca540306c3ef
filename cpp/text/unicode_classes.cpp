#include "text/unicode_classes.hpp"

#include <algorithm>

namespace onehead {
namespace {

constexpr uint8_t kRuns[] = {
#include "text/unicode_runs.inc"
};

}  // namespace

UnicodeClasses::UnicodeClasses() {
  uint32_t code = 0;
  uint32_t run = 0;
  int shift = 0;
  for (uint8_t byte : kRuns) {
    run |= static_cast<uint32_t>(byte & 0x7F) << shift;
    shift += 7;
    if (byte >= 0x80) continue;
    runs_.push_back(code * 4 + run % 4);
    code += run / 4;
    run = 0;
    shift = 0;
  }
  for (uint32_t i = 0; i < 128; ++i) ascii_[i] = search(i);
}

CharClass UnicodeClasses::of(uint32_t code) const {
  return code < 128 ? ascii_[code] : search(code);
}

CharClass UnicodeClasses::search(uint32_t code) const {
  const auto after = std::upper_bound(runs_.begin(), runs_.end(), code * 4 + 3);
  return static_cast<CharClass>(*(after - 1) % 4);
}

}  // namespace onehead
