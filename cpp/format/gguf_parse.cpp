#include "base/checked.hpp"
#include "base/weight_type.hpp"
#include "format/gguf_parser.hpp"
#include "format/message.hpp"

namespace onehead {
namespace {

constexpr uint64_t kFixedBytes = 24;      // magic, version, two counts
constexpr uint64_t kMaxKeyBytes = 65535;  // by GGUF's definition
constexpr uint64_t kMaxNameBytes = 255;
constexpr uint64_t kMinEntryBytes = 8 + 1 + 4 + 1;  // key of one byte, type, value of one byte
constexpr uint64_t kMinTensorBytes = 8 + 1 + 4 + 8 + 4 + 8;
constexpr int kMaxNesting = 3;  // arrays in arrays; no known file has any

// ggml's type names by number, for messages; gaps are types that ggml has withdrawn.
constexpr std::string_view kGgmlTypes[] = {
    "F32",     "F16",    "Q4_0",    "Q4_1",  "",       "",      "Q5_0",  "Q5_1",
    "Q8_0",    "Q8_1",   "Q2_K",    "Q3_K",  "Q4_K",   "Q5_K",  "Q6_K",  "Q8_K",
    "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS",
    "I8",      "I16",    "I32",     "I64",   "F64",    "IQ1_M", "BF16"};

std::string ggml_type_name(uint32_t type) {
  if (type < std::size(kGgmlTypes) && !kGgmlTypes[type].empty()) {
    return std::string(kGgmlTypes[type]);
  }
  return "number " + to_decimal(type);
}

}  // namespace

Expected<ParseState> GgufParser::run() {
  if (all_items() && finish()) return ParseState::kDone;
  if (!error_.ok()) return error_;
  return need_more();
}

bool GgufParser::all_items() {
  if (out_.version_ == 0 && !fixed_part()) return false;
  while (out_.entries_.size() < out_.n_entries_) {
    if (!entry()) return false;
  }
  while (out_.tensors_.size() < out_.n_tensors_) {
    if (!tensor()) return false;
  }
  return true;
}

Expected<ParseState> GgufParser::need_more() {
  if (file_bytes_ != 0 && need_ > file_bytes_) {
    return bad_file({"The file is cut short: its header needs at least ", count_text(need_),
                     " bytes, the file has ", count_text(file_bytes_), "."});
  }
  if (need_ > kMaxHeaderBytes) {
    return Status{ErrorCode::kTooLarge, "The file's header is larger than 256 MiB."};
  }
  out_.bytes_needed_ = need_;
  return ParseState::kNeedMore;
}

bool GgufParser::fixed_part() {
  const std::string_view start = text(0, std::min<uint64_t>(prefix_.size(), 4));
  if (start != std::string_view("GGUF").substr(0, start.size())) {
    const bool markup = start[0] == '<';
    return fail(bad_file({"This is not a GGUF file: it starts with ", quoted(start),
                          markup ? " and looks like a web page." : "."}));
  }
  at_ = 0;
  if (!want(kFixedBytes)) return false;
  uint32_t version = 0;
  if (!skip(4) || !take(version) || !take(out_.n_tensors_) || !take(out_.n_entries_)) return false;
  if ((version & 0xFFFF) == 0 && version != 0) {
    return fail(unsupported_model({"This GGUF file is big endian; only little endian is read."}));
  }
  if (version != 2 && version != 3) {
    return fail(unsupported_model(
        {"This GGUF file has version ", count_text(version), "; versions 2 and 3 are read."}));
  }
  if (!plausible(out_.n_entries_, kMinEntryBytes)) {
    return fail(bad_file({"The file claims ", count_text(out_.n_entries_),
                          " metadata entries, more than it can hold."}));
  }
  if (!plausible(out_.n_tensors_, kMinTensorBytes)) {
    return fail(bad_file(
        {"The file claims ", count_text(out_.n_tensors_), " tensors, more than it can hold."}));
  }
  out_.version_ = version;
  out_.at_ = at_;
  return true;
}

bool GgufParser::string_bytes(uint64_t& n) {
  if (!take(n)) return false;
  if (at_ > limit_ || n > limit_ - at_) {
    return fail(bad_file({"A string in the file's header claims ", count_text(n), " bytes."}));
  }
  return true;
}

bool GgufParser::entry() {
  at_ = out_.at_;
  GgufHeader::Entry entry;
  uint64_t key_bytes = 0;
  if (!string_bytes(key_bytes)) return false;
  if (key_bytes == 0 || key_bytes > kMaxKeyBytes) {
    return fail(bad_file({"A metadata key has ", count_text(key_bytes), " bytes."}));
  }
  entry.key_offset = at_;
  entry.key_bytes = static_cast<uint32_t>(key_bytes);
  if (!skip(key_bytes) || !take(entry.type)) return false;
  key_ = text(entry.key_offset, key_bytes);
  entry.value_offset = at_;
  if (entry.type == GgufValueType::kArray) {
    if (!array_head(entry.element_type, entry.count)) return false;
    entry.value_offset = at_;
    if (!array_elements(entry.element_type, entry.count)) return false;
  } else if (!scalar(entry.type)) {
    return false;
  }
  entry.value_bytes = at_ - entry.value_offset;
  out_.entries_.push_back(entry);
  out_.at_ = at_;
  return true;
}

bool GgufParser::scalar(GgufValueType type) {
  if (type == GgufValueType::kString) {
    uint64_t n = 0;
    return string_bytes(n) && skip(n);
  }
  const size_t n = gguf_value_bytes(type);
  if (n == 0) return unknown_type(type);
  if (!want(n)) return false;
  if (type == GgufValueType::kBool && !valid_bools(1)) return false;
  return skip(n);
}

bool GgufParser::unknown_type(GgufValueType type) {
  return fail(bad_file({"Metadata ", quoted(key_), " has the unknown value type ",
                        count_text(static_cast<uint32_t>(type)), "."}));
}

bool GgufParser::valid_bools(uint64_t n) {
  for (uint64_t i = 0; i < n; ++i) {
    if (static_cast<uint8_t>(prefix_[static_cast<size_t>(at_ + i)]) > 1) {
      return fail(bad_file({"Metadata ", quoted(key_), " is neither true nor false."}));
    }
  }
  return true;
}

bool GgufParser::array_head(GgufValueType& type, uint64_t& n) {
  if (!take(type) || !take(n)) return false;
  const bool nested = type == GgufValueType::kString || type == GgufValueType::kArray;
  const size_t bytes = nested ? (type == GgufValueType::kString ? 8 : 12) : gguf_value_bytes(type);
  if (bytes == 0) return unknown_type(type);
  if (!plausible(n, bytes)) {
    return fail(bad_file({"Metadata array ", quoted(key_), " claims ", count_text(n),
                          " elements, more than the file can hold."}));
  }
  return true;
}

bool GgufParser::array_elements(GgufValueType type, uint64_t n) {
  if (type == GgufValueType::kString) return resumable_strings(n);
  if (type == GgufValueType::kArray) return nested_arrays(n, 1);
  const uint64_t bytes = n * gguf_value_bytes(type);  // no overflow: plausible()
  if (!want(bytes)) return false;
  if (type == GgufValueType::kBool && !valid_bools(n)) return false;
  return skip(bytes);
}

bool GgufParser::resumable_strings(uint64_t n) {
  if (out_.element_at_ != 0) {
    at_ = out_.element_at_;
    n = out_.elements_left_;
  }
  for (; n > 0; --n) {
    const uint64_t start = at_;
    uint64_t bytes = 0;
    if (!string_bytes(bytes) || !skip(bytes)) {
      out_.element_at_ = start;
      out_.elements_left_ = n;
      return false;
    }
  }
  out_.element_at_ = 0;
  return true;
}

bool GgufParser::nested_arrays(uint64_t n, int depth) {
  if (depth > kMaxNesting) {
    return fail(bad_file({"Metadata ", quoted(key_), " nests arrays too deeply."}));
  }
  for (; n > 0; --n) {
    GgufValueType type{};
    uint64_t inner = 0;
    if (!array_head(type, inner)) return false;
    if (type == GgufValueType::kArray) {
      if (!nested_arrays(inner, depth + 1)) return false;
    } else if (type == GgufValueType::kString) {
      for (uint64_t i = 0; i < inner; ++i) {
        if (!scalar(type)) return false;
      }
    } else if (!array_elements(type, inner)) {
      return false;
    }
  }
  return true;
}

bool GgufParser::tensor() {
  at_ = out_.at_;
  uint64_t name_bytes = 0;
  if (!string_bytes(name_bytes)) return false;
  if (name_bytes == 0 || name_bytes > kMaxNameBytes) {
    return fail(bad_file({"A tensor's name has ", count_text(name_bytes), " bytes."}));
  }
  const uint64_t name_at = at_;
  uint32_t n_dims = 0;
  if (!skip(name_bytes) || !take(n_dims)) return false;
  GgufTensor tensor;
  tensor.name = text(name_at, name_bytes);
  if (n_dims < 1 || n_dims > 4) {
    return fail(
        bad_file({"Tensor ", quoted(tensor.name), " has ", count_text(n_dims), " dimensions."}));
  }
  tensor.n_dims = static_cast<int32_t>(n_dims);
  for (uint32_t i = 0; i < n_dims; ++i) {
    if (!take(tensor.dims[i])) return false;
  }
  if (!take(tensor.type) || !take(tensor.offset)) return false;
  if (!size_tensor(tensor)) return false;
  out_.tensors_.push_back(std::move(tensor));
  out_.at_ = at_;
  return true;
}

bool GgufParser::size_tensor(GgufTensor& tensor) {
  if (!weight_type_supported(tensor.type)) {
    constexpr std::string_view kRead =
        "; F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K and Q6_K are read.";
    return fail(unsupported_model(
        {"Tensor ", quoted(tensor.name), " has the type ", ggml_type_name(tensor.type), kRead}));
  }
  const auto type = static_cast<WeightType>(tensor.type);
  for (uint64_t dim : tensor.dims) {
    if (dim == 0 || dim > INT32_MAX) {
      return fail(
          bad_file({"Tensor ", quoted(tensor.name), " has a dimension of ", count_text(dim), "."}));
    }
  }
  const auto n_cols = static_cast<int32_t>(tensor.dims[0]);
  if (n_cols % block_size(type) != 0) {
    return fail(bad_file({"Tensor ", quoted(tensor.name), " has rows of ", count_text(n_cols),
                          " elements, which its type ", weight_type_name(type), " cannot hold."}));
  }
  tensor.n_bytes = uint64_t{tensor.dims[0] / static_cast<uint64_t>(block_size(type))} *
                   static_cast<uint64_t>(block_bytes(type));
  for (int i = 1; i < 4; ++i) {
    if (!checked_mul(tensor.n_bytes, tensor.dims[i], tensor.n_bytes)) {
      return fail(bad_file({"Tensor ", quoted(tensor.name), " is larger than any file."}));
    }
  }
  return true;
}

Expected<ParseState> parse_gguf_header(std::span<const std::byte> prefix, uint64_t file_bytes,
                                       GgufHeader& out) {
  return GgufParser(prefix, file_bytes, out).run();
}

}  // namespace onehead
