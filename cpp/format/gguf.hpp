// Reads the header of a GGUF file: metadata and tensor table. Every number in it is taken for a lie
// until it is checked against the bytes that are really there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace onehead {

enum class GgufValueType : uint32_t {
  kU8 = 0,
  kI8 = 1,
  kU16 = 2,
  kI16 = 3,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12,
};

// Bytes of one value; 0 for strings and arrays, which have none of their own.
size_t gguf_value_bytes(GgufValueType type);

// A metadata array, seen in place. Numbers are read by index; strings only in order, by
// GgufStrings.
struct GgufArray {
  GgufValueType element_type = GgufValueType::kU8;
  uint64_t count = 0;
  const std::byte* data = nullptr;

  bool is_integer() const;
  bool is_number() const;             // integer, bool or float
  int64_t integer(uint64_t i) const;  // is_integer(); a u64 above 2^63 - 1 reads as negative
  double number(uint64_t i) const;    // is_number()
};

// Walks the strings of an array: `GgufStrings s(array); while (s.next(text)) …`
class GgufStrings {
 public:
  explicit GgufStrings(const GgufArray& array)
      : at_(array.data), left_(array.element_type == GgufValueType::kString ? array.count : 0) {}
  bool next(std::string_view& text);

 private:
  const std::byte* at_;
  uint64_t left_;
};

struct GgufTensor {
  std::string name;
  int32_t n_dims = 0;
  uint64_t dims[4] = {1, 1, 1, 1};  // dims[0] is the row length; unused ones are 1
  uint32_t type = 0;                // a WeightType
  uint64_t offset = 0;              // from the start of the file
  uint64_t n_bytes = 0;
};

enum class ParseState { kDone, kNeedMore };

constexpr uint64_t kMaxJsonElements = 256;  // of an array, in metadata_json

class GgufHeader {
 public:
  // Metadata. A key that is absent or of another kind is nullopt. Views live as long as the header.
  bool has(std::string_view key) const;
  std::optional<std::string_view> find_string(std::string_view key) const;
  std::optional<int64_t> find_integer(std::string_view key) const;
  std::optional<uint32_t> find_u32(std::string_view key) const;  // any integer type that fits
  std::optional<float> find_f32(std::string_view key) const;     // f32 or f64
  std::optional<bool> find_bool(std::string_view key) const;
  std::optional<GgufArray> find_array(std::string_view key) const;

  std::string_view string_or(std::string_view key, std::string_view fallback) const;
  uint32_t u32_or(std::string_view key, uint32_t fallback) const;
  float f32_or(std::string_view key, float fallback) const;
  bool bool_or(std::string_view key, bool fallback) const;

  // Tensors in ascending order of offset, that is, as their bytes arrive.
  std::span<const GgufTensor> tensors() const { return tensors_; }
  const GgufTensor* find_tensor(std::string_view name) const;

  uint64_t data_offset() const { return data_offset_; }  // where tensor data begins
  uint64_t data_end() const { return data_end_; }        // end of the last tensor
  uint64_t alignment() const { return alignment_; }
  uint32_t version() const { return version_; }

  // Lets go of the arrays that metadata_json leaves out: a vocabulary, the bulk of a header.
  void drop_large_arrays();

  // After kNeedMore: parsing cannot get further with a prefix shorter than this.
  uint64_t bytes_needed() const { return bytes_needed_; }

 private:
  friend class GgufParser;
  friend std::string metadata_json(const GgufHeader& header);

  struct Entry {              // one key and its value
    uint64_t key_offset = 0;  // offsets into the header's bytes
    uint64_t value_offset = 0;
    uint64_t value_bytes = 0;
    uint64_t count = 0;  // elements of an array
    uint32_t key_bytes = 0;
    GgufValueType type = GgufValueType::kU8;
    GgufValueType element_type = GgufValueType::kU8;

    bool is_large() const {
      return type == GgufValueType::kArray &&
             (count > kMaxJsonElements || element_type == GgufValueType::kArray);
    }
  };
  const Entry* find(std::string_view key) const;
  std::string_view key_of(const Entry& entry) const;

  std::vector<std::byte> bytes_;  // the header as it lies in the file, kept once parsing is done
  std::vector<Entry> entries_;    // file order
  std::vector<uint32_t> entries_by_key_;
  std::vector<GgufTensor> tensors_;
  std::vector<uint32_t> tensors_by_name_;
  uint64_t data_offset_ = 0;
  uint64_t data_end_ = 0;
  uint64_t alignment_ = 32;
  uint32_t version_ = 0;

  // Where parsing stands between two calls.
  uint64_t bytes_needed_ = 24;
  uint64_t n_entries_ = 0;
  uint64_t n_tensors_ = 0;
  uint64_t at_ = 0;             // start of the next whole item
  uint64_t element_at_ = 0;     // inside a string array: the next string …
  uint64_t elements_left_ = 0;  // … and how many there are to come
};

// Parses the header from the first bytes of a file. kNeedMore: call again with a longer prefix of
// the same file and the same `out`; parsing goes on where it stopped. `file_bytes` is the size of
// the whole file, 0 if unknown: with it, a count or an offset that cannot be is found at once and a
// prefix of the whole file never gives kNeedMore. On kDone `out` holds its own copy of the header.
Expected<ParseState> parse_gguf_header(std::span<const std::byte> prefix, uint64_t file_bytes,
                                       GgufHeader& out);

// Scalars, and arrays of up to kMaxJsonElements, as one JSON object. Bytes that are not UTF-8
// become U+FFFD; a number that JSON cannot hold becomes null.
std::string metadata_json(const GgufHeader& header);

}  // namespace onehead
