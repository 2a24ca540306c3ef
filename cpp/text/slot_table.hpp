// A hash index over items that live elsewhere: open addressing, at most half full. A slot holds an
// item and, in the bits that items leave free, some of its hash: most items that are not the wanted
// one are passed over without a look at them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace onehead {

class SlotTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  enum class Inserted : uint8_t {
    kNew,
    kThere,    // an equal item is there and stays
    kTooMany,  // so many hashes collide that the items must have been made for it
  };

  // Items are numbers below n_items, which is below 2^30.
  void reset(size_t n_items) {
    size_t n_slots = 16;
    while (n_slots < 2 * n_items) n_slots *= 2;
    slots_.assign(n_slots, kNone);
    item_mask_ = static_cast<uint32_t>(n_slots - 1);  // its top bit is free: no slot is kNone
  }

  // The item with this hash for which equal(item) holds, or kNone.
  template <class Equal>
  uint32_t find(uint64_t hash, const Equal& equal) const {
    if (slots_.empty()) return kNone;
    const uint32_t tag = tag_of(hash);
    for (size_t at = hash & item_mask_; slots_[at] != kNone; at = (at + 1) & item_mask_) {
      const uint32_t item = slots_[at] & item_mask_;
      if ((slots_[at] & ~item_mask_) == tag && equal(item)) return item;
    }
    return kNone;
  }

  template <class Equal>
  [[nodiscard]] Inserted insert(uint64_t hash, uint32_t item, const Equal& equal) {
    const uint32_t tag = tag_of(hash);
    size_t at = hash & item_mask_;
    for (int probe = 0; probe < kMaxProbes; ++probe, at = (at + 1) & item_mask_) {
      if (slots_[at] == kNone) {
        slots_[at] = tag | item;
        return Inserted::kNew;
      }
      if ((slots_[at] & ~item_mask_) == tag && equal(slots_[at] & item_mask_)) {
        return Inserted::kThere;
      }
    }
    return Inserted::kTooMany;
  }

 private:
  static constexpr int kMaxProbes = 1024;  // honest tables of a million items stay below 100
  uint32_t tag_of(uint64_t hash) const { return static_cast<uint32_t>(hash >> 32) & ~item_mask_; }

  std::vector<uint32_t> slots_;
  uint32_t item_mask_ = 0;
};

// The finaliser of splitmix64: every bit of the result depends on every bit of x.
inline uint64_t mix_bits(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace onehead
