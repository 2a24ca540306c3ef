// The last part of parsing: order, places and names, once every item has been read.
#include "format/gguf_parser.hpp"
#include "format/message.hpp"

namespace onehead {

constexpr uint32_t kMaxAlignment = 1u << 20;

bool GgufParser::finish() {
  return index_entries() && find_alignment() && place_tensors() && index_tensors();
}

bool GgufParser::index_entries() {
  const auto key = [this](uint32_t i) {
    const GgufHeader::Entry& entry = out_.entries_[i];
    return text(entry.key_offset, entry.key_bytes);
  };
  std::vector<uint32_t>& order = out_.entries_by_key_;
  order.resize(out_.entries_.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto less = [&](uint32_t a, uint32_t b) { return key(a) < key(b); };
  std::make_heap(order.begin(), order.end(), less);
  std::sort_heap(order.begin(), order.end(), less);
  for (size_t i = 1; i < order.size(); ++i) {
    if (key(order[i - 1]) == key(order[i])) {
      return fail(bad_file({"Metadata ", quoted(key(order[i])), " stands in the file twice."}));
    }
  }
  const auto begin = prefix_.begin();
  out_.bytes_.assign(begin, begin + static_cast<std::ptrdiff_t>(at_));
  return true;
}

bool GgufParser::find_alignment() {
  constexpr std::string_view kKey = "general.alignment";
  if (!out_.has(kKey)) return true;
  const uint32_t alignment = out_.u32_or(kKey, 0);
  if (alignment == 0 || alignment > kMaxAlignment || (alignment & (alignment - 1)) != 0) {
    return fail(bad_file({"The file's alignment is not a power of two up to 1048576."}));
  }
  out_.alignment_ = alignment;
  return true;
}

bool GgufParser::place_tensors() {
  const uint64_t padded = (at_ + out_.alignment_ - 1) & ~(out_.alignment_ - 1);
  out_.data_offset_ = padded;
  std::vector<GgufTensor>& tensors = out_.tensors_;
  const auto less = [](const GgufTensor& a, const GgufTensor& b) { return a.offset < b.offset; };
  if (!std::is_sorted(tensors.begin(), tensors.end(), less)) {
    std::make_heap(tensors.begin(), tensors.end(), less);
    std::sort_heap(tensors.begin(), tensors.end(), less);
  }
  uint64_t end = padded;
  for (GgufTensor& tensor : tensors) {
    if (tensor.offset % out_.alignment_ != 0) {
      return fail(bad_file({"Tensor ", quoted(tensor.name), " is not aligned to ",
                            count_text(out_.alignment_), " bytes."}));
    }
    uint64_t tensor_end = 0;
    if (!checked_add(tensor.offset, padded, tensor.offset) ||
        !checked_add(tensor.offset, tensor.n_bytes, tensor_end)) {
      return fail(bad_file({"Tensor ", quoted(tensor.name), " lies beyond any file."}));
    }
    if (tensor.offset < end) {
      return fail(bad_file({"Tensor ", quoted(tensor.name), " overlaps the one before it."}));
    }
    if (file_bytes_ != 0 && tensor_end > file_bytes_) {
      return fail(
          bad_file({"The file is cut short: tensor ", quoted(tensor.name), " ends at byte ",
                    count_text(tensor_end), ", the file has ", count_text(file_bytes_), "."}));
    }
    end = tensor_end;
  }
  out_.data_end_ = end;
  return true;
}

bool GgufParser::index_tensors() {
  const std::vector<GgufTensor>& tensors = out_.tensors_;
  std::vector<uint32_t>& order = out_.tensors_by_name_;
  order.resize(tensors.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto less = [&](uint32_t a, uint32_t b) { return tensors[a].name < tensors[b].name; };
  std::make_heap(order.begin(), order.end(), less);
  std::sort_heap(order.begin(), order.end(), less);
  for (size_t i = 1; i < order.size(); ++i) {
    if (tensors[order[i - 1]].name == tensors[order[i]].name) {
      return fail(
          bad_file({"Tensor ", quoted(tensors[order[i]].name), " stands in the file twice."}));
    }
  }
  return true;
}

}  // namespace onehead
