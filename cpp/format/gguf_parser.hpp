// The parser behind parse_gguf_header. It walks whole items (entry, tensor) from where it stopped;
// an item that is not all there yet is read again from its start, but for arrays of strings, which
// can be megabytes. Every step is true when done; false means: see error_, or else need_ bytes are
// wanted.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/checked.hpp"
#include "base/decimal.hpp"
#include "format/gguf.hpp"
#include "format/little_endian.hpp"

namespace onehead {

constexpr uint64_t kMaxHeaderBytes = uint64_t{1} << 28;

// A count as it stands in a file, for messages.
inline std::string count_text(uint64_t n) {
  return n > INT64_MAX ? "more than 9223372036854775807" : to_decimal(static_cast<int64_t>(n));
}

class GgufParser {
 public:
  GgufParser(std::span<const std::byte> prefix, uint64_t file_bytes, GgufHeader& out)
      : prefix_(prefix),
        file_bytes_(file_bytes),
        limit_(file_bytes == 0 ? kMaxHeaderBytes : std::min(file_bytes, kMaxHeaderBytes)),
        out_(out),
        at_(out.at_) {
    if (file_bytes != 0 && prefix_.size() > file_bytes) {
      prefix_ = prefix_.first(static_cast<size_t>(file_bytes));
    }
  }

  Expected<ParseState> run();

 private:
  // Reading: gguf_parse.cpp.
  bool all_items();
  Expected<ParseState> need_more();
  bool fixed_part();
  bool string_bytes(uint64_t& n);
  bool entry();
  bool scalar(GgufValueType type);
  bool unknown_type(GgufValueType type);
  bool valid_bools(uint64_t n);
  bool array_head(GgufValueType& type, uint64_t& n);
  bool array_elements(GgufValueType type, uint64_t n);
  bool resumable_strings(uint64_t n);
  bool nested_arrays(uint64_t n, int depth);
  bool tensor();
  bool size_tensor(GgufTensor& tensor);

  // When all items are read: gguf_layout.cpp.
  bool finish();
  bool index_entries();
  bool find_alignment();
  // Offsets become absolute, tensors ascend, none overlaps another, all lie inside the file.
  bool place_tensors();
  bool index_tensors();

  bool fail(Status status) {
    error_ = std::move(status);
    return false;
  }

  bool want(uint64_t n) {
    if (n <= prefix_.size() - at_) return true;
    if (!checked_add(at_, n, need_)) need_ = UINT64_MAX;
    return false;
  }

  template <class T>
  bool take(T& value) {
    if (!want(sizeof(T))) return false;
    value = read_le<T>(prefix_.data() + at_);
    at_ += sizeof(T);
    return true;
  }

  bool skip(uint64_t n) {
    if (!want(n)) return false;
    at_ += n;
    return true;
  }

  std::string_view text(uint64_t at, uint64_t n) const {
    return {reinterpret_cast<const char*>(prefix_.data()) + at, static_cast<size_t>(n)};
  }

  // Are n items of at least min_bytes each possible in what the file has left?
  bool plausible(uint64_t n, uint64_t min_bytes) const {
    return at_ <= limit_ && n <= (limit_ - at_) / min_bytes;
  }

  std::span<const std::byte> prefix_;
  uint64_t file_bytes_;
  uint64_t limit_;  // no item of the header ends beyond this
  GgufHeader& out_;
  uint64_t at_;
  uint64_t need_ = 0;
  std::string_view key_;  // of the entry being read
  Status error_;
};

}  // namespace onehead
