// Writes GGUF version 3 files, little endian: the header, metadata and tensors that a test asks
// for, in the order given. It checks nothing, so that tests can write wrong files with it too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace onehead::synthetic {

class GgufWriter {
 public:
  void add_u32(std::string_view key, uint32_t value);
  void add_f32(std::string_view key, float value);
  void add_bool(std::string_view key, bool value);
  void add_string(std::string_view key, std::string_view value);
  void add_f32_array(std::string_view key, std::span<const float> values);
  void add_i32_array(std::string_view key, std::span<const int32_t> values);
  void add_bool_array(std::string_view key, std::span<const bool> values);
  void add_string_array(std::string_view key, std::span<const std::string> values);

  // `dims` as GGUF orders them: the length of a row first. `type` is the ggml number.
  void add_tensor(std::string_view name, std::span<const uint64_t> dims, uint32_t type,
                  std::span<const std::byte> data);

  // The whole file; each tensor starts at a multiple of 32 bytes, the format's default.
  std::vector<std::byte> finish() const;

 private:
  void begin_entry(std::string_view key, uint32_t value_type);

  std::vector<std::byte> metadata_;
  std::vector<std::byte> tensor_infos_;
  std::vector<std::byte> data_;
  uint64_t n_metadata_ = 0;
  uint64_t n_tensors_ = 0;
};

}  // namespace onehead::synthetic
