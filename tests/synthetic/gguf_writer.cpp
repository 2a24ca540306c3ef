#include "synthetic/gguf_writer.hpp"

#include <bit>

namespace onehead::synthetic {
namespace {

// Value type numbers of the GGUF specification.
enum : uint32_t {
  kTypeU32 = 4,
  kTypeI32 = 5,
  kTypeF32 = 6,
  kTypeBool = 7,
  kTypeString = 8,
  kTypeArray = 9
};

constexpr size_t kAlignment = 32;

void put(std::vector<std::byte>& out, uint64_t value, int n_bytes) {
  for (int i = 0; i < n_bytes; ++i) {
    out.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xFF));
  }
}

void put_u32(std::vector<std::byte>& out, uint32_t value) { put(out, value, 4); }
void put_u64(std::vector<std::byte>& out, uint64_t value) { put(out, value, 8); }
void put_f32(std::vector<std::byte>& out, float value) {
  put_u32(out, std::bit_cast<uint32_t>(value));
}

void put_string(std::vector<std::byte>& out, std::string_view text) {
  put_u64(out, text.size());
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
}

void pad(std::vector<std::byte>& out) {
  while (out.size() % kAlignment != 0) out.push_back(std::byte{0});
}

}  // namespace

void GgufWriter::begin_entry(std::string_view key, uint32_t value_type) {
  put_string(metadata_, key);
  put_u32(metadata_, value_type);
  ++n_metadata_;
}

void GgufWriter::add_u32(std::string_view key, uint32_t value) {
  begin_entry(key, kTypeU32);
  put_u32(metadata_, value);
}

void GgufWriter::add_f32(std::string_view key, float value) {
  begin_entry(key, kTypeF32);
  put_f32(metadata_, value);
}

void GgufWriter::add_bool(std::string_view key, bool value) {
  begin_entry(key, kTypeBool);
  put(metadata_, value ? 1 : 0, 1);
}

void GgufWriter::add_string(std::string_view key, std::string_view value) {
  begin_entry(key, kTypeString);
  put_string(metadata_, value);
}

void GgufWriter::add_f32_array(std::string_view key, std::span<const float> values) {
  begin_entry(key, kTypeArray);
  put_u32(metadata_, kTypeF32);
  put_u64(metadata_, values.size());
  for (const float value : values) put_f32(metadata_, value);
}

void GgufWriter::add_i32_array(std::string_view key, std::span<const int32_t> values) {
  begin_entry(key, kTypeArray);
  put_u32(metadata_, kTypeI32);
  put_u64(metadata_, values.size());
  for (const int32_t value : values) put_u32(metadata_, static_cast<uint32_t>(value));
}

void GgufWriter::add_bool_array(std::string_view key, std::span<const bool> values) {
  begin_entry(key, kTypeArray);
  put_u32(metadata_, kTypeBool);
  put_u64(metadata_, values.size());
  for (const bool value : values) put(metadata_, value ? 1 : 0, 1);
}

void GgufWriter::add_string_array(std::string_view key, std::span<const std::string> values) {
  begin_entry(key, kTypeArray);
  put_u32(metadata_, kTypeString);
  put_u64(metadata_, values.size());
  for (const std::string& value : values) put_string(metadata_, value);
}

void GgufWriter::add_tensor(std::string_view name, std::span<const uint64_t> dims, uint32_t type,
                            std::span<const std::byte> data) {
  put_string(tensor_infos_, name);
  put_u32(tensor_infos_, static_cast<uint32_t>(dims.size()));
  for (const uint64_t dim : dims) put_u64(tensor_infos_, dim);
  put_u32(tensor_infos_, type);
  put_u64(tensor_infos_, data_.size());  // offset from the start of the data section
  ++n_tensors_;
  data_.insert(data_.end(), data.begin(), data.end());
  pad(data_);
}

std::vector<std::byte> GgufWriter::finish() const {
  std::vector<std::byte> file;
  for (const char c : std::string_view("GGUF")) file.push_back(static_cast<std::byte>(c));
  put_u32(file, 3);  // version
  put_u64(file, n_tensors_);
  put_u64(file, n_metadata_);
  file.insert(file.end(), metadata_.begin(), metadata_.end());
  file.insert(file.end(), tensor_infos_.begin(), tensor_infos_.end());
  pad(file);
  file.insert(file.end(), data_.begin(), data_.end());
  return file;
}

}  // namespace onehead::synthetic
