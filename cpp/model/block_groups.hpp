// Which rows of a forward pass see which K/V blocks: the rows that share a block attend to it
// together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/kv_cache.hpp"
#include "model/row.hpp"

namespace onehead {

// Rows that read one physical K/V block: those of BlockGroups::rows_of.
struct BlockGroup {
  int32_t block = 0;           // in the pool
  int32_t first_position = 0;  // of the block's slot 0 in the sequences that share it
  int32_t begin = 0;
  int32_t count = 0;
};

class BlockGroups {
 public:
  // So that nothing is allocated later: n_pairs of a row and a block, in all window groups.
  void reserve(int32_t n_windows, size_t n_pairs);

  void group(std::span<const Row> rows, const KvCache& cache);

  // Of a window group, by ascending block index of their rows' sequences.
  std::span<const BlockGroup> of(int32_t window) const;
  // Indices of a group's rows, ascending.
  std::span<const int32_t> rows_of(const BlockGroup& group) const;

 private:
  void group(std::span<const Row> rows, const KvCache& cache, int32_t window);

  std::vector<BlockGroup> groups_;  // of all window groups, one after the other
  std::vector<size_t> ends_;        // [n_windows]: where each one's end in groups_
  std::vector<int32_t> row_list_;   // rows of a group: [begin, begin + count)
};

}  // namespace onehead
