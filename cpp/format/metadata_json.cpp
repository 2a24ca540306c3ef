#include "base/decimal.hpp"
#include "format/decimal_float.hpp"
#include "format/gguf.hpp"
#include "format/little_endian.hpp"
#include "format/utf8.hpp"

namespace onehead {
namespace {

void append_string(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const Utf8Character c = utf8_at(text, at);
    if (!c.valid) {
      out += kReplacementCharacter;
    } else if (c.code < 0x20) {
      out += "\\u00";
      out += kHex[c.code >> 4];
      out += kHex[c.code & 15];
    } else {
      if (c.code == '"' || c.code == '\\') out += '\\';
      out += text.substr(at, c.n_bytes);
    }
    at += c.n_bytes;
  }
  out += '"';
}

void append_number(const GgufArray& array, uint64_t i, std::string& out) {
  switch (array.element_type) {
    case GgufValueType::kBool:
      out += array.number(i) != 0 ? "true" : "false";
      break;
    case GgufValueType::kF32:
      append_f32(static_cast<float>(array.number(i)), out);
      break;
    case GgufValueType::kF64:
      append_f64(array.number(i), out);
      break;
    case GgufValueType::kU64:
      if (array.integer(i) < 0) {  // above 2^63 - 1
        append_f64(array.number(i), out);
        break;
      }
      [[fallthrough]];
    default:
      out += to_decimal(array.integer(i));
  }
}

}  // namespace

std::string metadata_json(const GgufHeader& header) {
  std::string out = "{";
  for (const GgufHeader::Entry& entry : header.entries_) {
    if (entry.is_large()) continue;
    const bool is_array = entry.type == GgufValueType::kArray;
    // A scalar is read as an array of one.
    const GgufArray array{is_array ? entry.element_type : entry.type, is_array ? entry.count : 1,
                          header.bytes_.data() + entry.value_offset};
    if (out.size() > 1) out += ',';
    append_string(header.key_of(entry), out);
    out += is_array ? ":[" : ":";
    GgufStrings strings(array);
    for (uint64_t i = 0; i < array.count; ++i) {
      if (i > 0) out += ',';
      std::string_view text;
      if (strings.next(text)) {
        append_string(text, out);
      } else {
        append_number(array, i, out);
      }
    }
    if (is_array) out += ']';
  }
  out += '}';
  return out;
}

}  // namespace onehead
