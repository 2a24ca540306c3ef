// A hash index over items that live elsewhere: open addressing, at most half full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace onehead {

class SlotTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  void reset(size_t n_items) {
    size_t n_slots = 16;
    while (n_slots < 2 * n_items) n_slots *= 2;
    slots_.assign(n_slots, kNone);
  }

  // The item with this hash for which equal(item) holds, or kNone.
  template <class Equal>
  uint32_t find(uint64_t hash, const Equal& equal) const {
    const size_t mask = slots_.size() - 1;
    for (size_t at = hash & mask; !slots_.empty() && slots_[at] != kNone; at = (at + 1) & mask) {
      if (equal(slots_[at])) return slots_[at];
    }
    return kNone;
  }

  // Adds an item unless an equal one is there. False: so many hashes collide that the items must
  // have been made for it; looking them up would take for ever.
  template <class Equal>
  [[nodiscard]] bool insert(uint64_t hash, uint32_t item, const Equal& equal) {
    const size_t mask = slots_.size() - 1;
    size_t at = hash & mask;
    for (int probe = 0; probe < kMaxProbes; ++probe, at = (at + 1) & mask) {
      if (slots_[at] == kNone) {
        slots_[at] = item;
        return true;
      }
      if (equal(slots_[at])) return true;
    }
    return false;
  }

 private:
  static constexpr int kMaxProbes = 1024;  // honest tables of a million items stay below 100
  std::vector<uint32_t> slots_;
};

// The finaliser of splitmix64: every bit of the result depends on every bit of x.
inline uint64_t mix_bits(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace onehead
