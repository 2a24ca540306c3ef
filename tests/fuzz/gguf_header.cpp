#include <cstdlib>

#include "format/gguf.hpp"
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"

namespace onehead::fuzz {
namespace {

struct Outcome {
  ErrorCode code = ErrorCode::kOk;
  std::string json;
  uint64_t data_end = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const Expected<ParseState>& state, const GgufHeader& header) {
  if (!state.ok()) return {state.status().code, {}, 0};
  return {ErrorCode::kOk, metadata_json(header), header.data_end()};
}

// As the file arrives in pieces of n bytes; its size is told, as a server does, or not.
Outcome in_pieces(std::span<const std::byte> data, size_t n, bool size_known) {
  GgufHeader header;
  for (size_t end = 0;;) {
    end = std::min(end + n, data.size());
    const Bytes prefix(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(end));
    const bool last = end == data.size();
    const auto state = parse_gguf_header(prefix, size_known || last ? data.size() : 0, header);
    if (!state.ok() || *state == ParseState::kDone) return outcome_of(state, header);
    require(!last, "a whole file needs no more");
    require(header.bytes_needed() > end, "more is needed than there is");
  }
}

}  // namespace

void gguf_header(std::span<const std::byte> data) {
  if (data.empty()) return;  // a size of 0 means that it is not known
  GgufHeader header;
  const auto state = parse_gguf_header(data, data.size(), header);
  const Outcome whole = outcome_of(state, header);
  require(state.ok() == (whole.code == ErrorCode::kOk), "an error has a code");
  if (!state.ok()) require(!state.status().message.empty(), "an error has a sentence");
  if (state.ok()) {
    require(*state == ParseState::kDone, "a whole file is done");
    uint64_t end = header.data_offset();
    for (const GgufTensor& tensor : header.tensors()) {
      require(tensor.offset >= end, "tensors ascend and do not overlap");
      end = tensor.offset + tensor.n_bytes;
      require(end <= data.size(), "tensors lie inside the file");
      require(header.find_tensor(tensor.name) == &tensor, "a tensor is found by its name");
    }
  }
  require(in_pieces(data, 61, true) == whole, "in pieces as whole");
  const Outcome unsized = in_pieces(data, 97, false);
  if (whole.code == ErrorCode::kOk) require(unsized.json == whole.json, "the same without a size");
}

}  // namespace onehead::fuzz
