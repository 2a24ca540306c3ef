#include "format/gguf.hpp"

#include <algorithm>
#include <cstring>

#include "format/little_endian.hpp"

namespace onehead {
namespace {

bool integer_type(GgufValueType type) {
  switch (type) {
    case GgufValueType::kU8:
    case GgufValueType::kI8:
    case GgufValueType::kU16:
    case GgufValueType::kI16:
    case GgufValueType::kU32:
    case GgufValueType::kI32:
    case GgufValueType::kU64:
    case GgufValueType::kI64:
      return true;
    default:
      return false;
  }
}

bool float_type(GgufValueType type) {
  return type == GgufValueType::kF32 || type == GgufValueType::kF64;
}

int64_t integer_at(GgufValueType type, const std::byte* at) {
  switch (type) {
    case GgufValueType::kU8:
    case GgufValueType::kBool:
      return read_le<uint8_t>(at);
    case GgufValueType::kI8:
      return read_le<int8_t>(at);
    case GgufValueType::kU16:
      return read_le<uint16_t>(at);
    case GgufValueType::kI16:
      return read_le<int16_t>(at);
    case GgufValueType::kU32:
      return read_le<uint32_t>(at);
    case GgufValueType::kI32:
      return read_le<int32_t>(at);
    case GgufValueType::kU64:
    case GgufValueType::kI64:
      return read_le<int64_t>(at);
    default:
      return 0;
  }
}

double number_at(GgufValueType type, const std::byte* at) {
  if (type == GgufValueType::kF32) return read_le<float>(at);
  if (type == GgufValueType::kF64) return read_le<double>(at);
  if (type == GgufValueType::kU64) return static_cast<double>(read_le<uint64_t>(at));
  return static_cast<double>(integer_at(type, at));
}

}  // namespace

size_t gguf_value_bytes(GgufValueType type) {
  switch (type) {
    case GgufValueType::kU8:
    case GgufValueType::kI8:
    case GgufValueType::kBool:
      return 1;
    case GgufValueType::kU16:
    case GgufValueType::kI16:
      return 2;
    case GgufValueType::kU32:
    case GgufValueType::kI32:
    case GgufValueType::kF32:
      return 4;
    case GgufValueType::kU64:
    case GgufValueType::kI64:
    case GgufValueType::kF64:
      return 8;
    case GgufValueType::kString:
    case GgufValueType::kArray:
      break;
  }
  return 0;
}

bool GgufArray::is_integer() const { return integer_type(element_type); }

bool GgufArray::is_number() const {
  return is_integer() || float_type(element_type) || element_type == GgufValueType::kBool;
}

int64_t GgufArray::integer(uint64_t i) const {
  return integer_at(element_type, data + i * gguf_value_bytes(element_type));
}

double GgufArray::number(uint64_t i) const {
  return number_at(element_type, data + i * gguf_value_bytes(element_type));
}

bool GgufStrings::next(std::string_view& text) {
  if (left_ == 0) return false;
  --left_;
  const auto n = static_cast<size_t>(read_le<uint64_t>(at_));
  text = {reinterpret_cast<const char*>(at_ + 8), n};
  at_ += 8 + n;
  return true;
}

std::string_view GgufHeader::key_of(const Entry& entry) const {
  return {reinterpret_cast<const char*>(bytes_.data()) + entry.key_offset, entry.key_bytes};
}

const GgufHeader::Entry* GgufHeader::find(std::string_view key) const {
  const auto at = std::lower_bound(
      entries_by_key_.begin(), entries_by_key_.end(), key,
      [this](uint32_t i, std::string_view wanted) { return key_of(entries_[i]) < wanted; });
  if (at == entries_by_key_.end() || key_of(entries_[*at]) != key) return nullptr;
  return &entries_[*at];
}

void GgufHeader::drop_large_arrays() {
  std::vector<std::byte> bytes;
  std::vector<uint32_t> new_index(entries_.size());
  uint32_t n_kept = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    Entry entry = entries_[i];
    new_index[i] = entry.is_large() ? UINT32_MAX : n_kept;
    if (entry.is_large()) continue;
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(entry.key_offset);
    const uint64_t shift = entry.key_offset - bytes.size();
    const uint64_t n_bytes = entry.value_offset + entry.value_bytes - entry.key_offset;
    bytes.insert(bytes.end(), begin, begin + static_cast<std::ptrdiff_t>(n_bytes));
    entry.key_offset -= shift;
    entry.value_offset -= shift;
    entries_[n_kept++] = entry;
  }
  entries_.resize(n_kept);
  size_t n_keys = 0;
  for (uint32_t i : entries_by_key_) {
    if (new_index[i] != UINT32_MAX) entries_by_key_[n_keys++] = new_index[i];
  }
  entries_by_key_.resize(n_keys);
  bytes_ = std::move(bytes);
}

bool GgufHeader::has(std::string_view key) const { return find(key) != nullptr; }

std::optional<std::string_view> GgufHeader::find_string(std::string_view key) const {
  const Entry* entry = find(key);
  if (entry == nullptr || entry->type != GgufValueType::kString) return std::nullopt;
  std::string_view text;
  GgufStrings({GgufValueType::kString, 1, bytes_.data() + entry->value_offset}).next(text);
  return text;
}

std::optional<int64_t> GgufHeader::find_integer(std::string_view key) const {
  const Entry* entry = find(key);
  if (entry == nullptr || !integer_type(entry->type)) return std::nullopt;
  const int64_t value = integer_at(entry->type, bytes_.data() + entry->value_offset);
  if (entry->type == GgufValueType::kU64 && value < 0) return std::nullopt;
  return value;
}

std::optional<uint32_t> GgufHeader::find_u32(std::string_view key) const {
  const std::optional<int64_t> value = find_integer(key);
  if (!value || *value < 0 || *value > UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(*value);
}

std::optional<float> GgufHeader::find_f32(std::string_view key) const {
  const Entry* entry = find(key);
  if (entry == nullptr || !float_type(entry->type)) return std::nullopt;
  return static_cast<float>(number_at(entry->type, bytes_.data() + entry->value_offset));
}

std::optional<bool> GgufHeader::find_bool(std::string_view key) const {
  const Entry* entry = find(key);
  if (entry == nullptr || entry->type != GgufValueType::kBool) return std::nullopt;
  return integer_at(entry->type, bytes_.data() + entry->value_offset) != 0;
}

std::optional<GgufArray> GgufHeader::find_array(std::string_view key) const {
  const Entry* entry = find(key);
  if (entry == nullptr || entry->type != GgufValueType::kArray) return std::nullopt;
  return GgufArray{entry->element_type, entry->count, bytes_.data() + entry->value_offset};
}

std::string_view GgufHeader::string_or(std::string_view key, std::string_view fallback) const {
  return find_string(key).value_or(fallback);
}

uint32_t GgufHeader::u32_or(std::string_view key, uint32_t fallback) const {
  return find_u32(key).value_or(fallback);
}

float GgufHeader::f32_or(std::string_view key, float fallback) const {
  return find_f32(key).value_or(fallback);
}

bool GgufHeader::bool_or(std::string_view key, bool fallback) const {
  return find_bool(key).value_or(fallback);
}

const GgufTensor* GgufHeader::find_tensor(std::string_view name) const {
  const auto at = std::lower_bound(
      tensors_by_name_.begin(), tensors_by_name_.end(), name,
      [this](uint32_t i, std::string_view wanted) { return tensors_[i].name < wanted; });
  if (at == tensors_by_name_.end() || tensors_[*at].name != name) return nullptr;
  return &tensors_[*at];
}

}  // namespace onehead
