#include "model/block_groups.hpp"

#include <algorithm>
#include <limits>

namespace onehead {
namespace {

bool sees_block(const KvCache& cache, int32_t window, const Row& row, int32_t index) {
  return index <= row.position / kBlockPositions &&
         index >= cache.first_seen(window, row.position) / kBlockPositions;
}

}  // namespace

void BlockGroups::reserve(int32_t n_windows, size_t n_pairs) {
  ends_.reserve(static_cast<size_t>(n_windows));
  groups_.reserve(n_pairs);
  row_list_.reserve(n_pairs);
}

void BlockGroups::group(std::span<const Row> rows, const KvCache& cache) {
  groups_.clear();
  ends_.clear();
  row_list_.clear();
  for (int32_t window = 0; window < cache.n_groups(); ++window) {
    group(rows, cache, window);
    ends_.push_back(groups_.size());
  }
}

// For every block index in ascending order, the rows that see a block of the window group there,
// together where they share it.
void BlockGroups::group(std::span<const Row> rows, const KvCache& cache, int32_t window) {
  int32_t first_index = std::numeric_limits<int32_t>::max();
  int32_t last_index = 0;
  for (const Row& row : rows) {
    first_index = std::min(first_index, cache.first_seen(window, row.position) / kBlockPositions);
    last_index = std::max(last_index, row.position / kBlockPositions);
  }
  for (int32_t index = first_index; index <= last_index; ++index) {
    const size_t first_group = groups_.size();
    for (const Row& row : rows) {
      if (!sees_block(cache, window, row, index)) continue;
      const int32_t block = row.sequence->block_at(window, index);
      const auto same = [block](const BlockGroup& g) { return g.block == block; };
      const auto begin = groups_.begin() + static_cast<std::ptrdiff_t>(first_group);
      const auto found = std::find_if(begin, groups_.end(), same);
      if (found != groups_.end()) {
        ++found->count;
      } else {
        groups_.push_back({block, index * kBlockPositions, 0, 1});
      }
    }
    for (size_t g = first_group; g < groups_.size(); ++g) {
      BlockGroup& group = groups_[g];
      group.begin = static_cast<int32_t>(row_list_.size());
      for (size_t r = 0; r < rows.size(); ++r) {
        if (sees_block(cache, window, rows[r], index) &&
            rows[r].sequence->block_at(window, index) == group.block) {
          row_list_.push_back(static_cast<int32_t>(r));
        }
      }
    }
  }
}

std::span<const BlockGroup> BlockGroups::of(int32_t window) const {
  const size_t begin = window == 0 ? 0 : ends_[static_cast<size_t>(window - 1)];
  return std::span<const BlockGroup>(groups_).subspan(begin,
                                                      ends_[static_cast<size_t>(window)] - begin);
}

std::span<const int32_t> BlockGroups::rows_of(const BlockGroup& group) const {
  return std::span<const int32_t>(row_list_).subspan(static_cast<size_t>(group.begin),
                                                     static_cast<size_t>(group.count));
}

}  // namespace onehead
