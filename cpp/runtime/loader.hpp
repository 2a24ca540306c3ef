// Turns the bytes of a GGUF file, in the order they arrive and in pieces of any size, into a
// model's weights. Never two copies of the weights: rows are repacked into tiles as soon as enough
// of them are here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/fingerprint.hpp"
#include "base/status.hpp"
#include "format/gguf.hpp"
#include "kernels/kv_tile.hpp"
#include "model/config.hpp"
#include "model/weights.hpp"
#include "text/tokenizer.hpp"

namespace onehead {

struct LoadOptions {
  uint64_t file_bytes = 0;     // 0: unknown
  int32_t context_length = 0;  // positions a session may hold; 0: what the file says, at most 8,192
  KvType cache = KvType::kF32;
  bool precision_f32 = false;  // reference mode: quantised weights are used dequantised, in f32
  int32_t max_rows = 64;       // rows of one forward call
};

// Positions that a session of this model may hold.
int32_t effective_context(const Config& config, int32_t requested);

class Loader {
 public:
  explicit Loader(const LoadOptions& options) : options_(options) {}

  // Takes the next bytes of the file. After an error the loader is of no more use.
  // Errors: kBadFile, kUnsupportedModel, kTooLarge, kOutOfMemory, kNonFinite.
  Status push(std::span<const std::byte> bytes);
  // The file has ended. Errors: kBadFile if it is cut short.
  Status finish();

  bool has_header() const { return weights_.has_value(); }
  uint64_t bytes_read() const { return position_; }
  uint64_t fingerprint() const { return fingerprint_.value(); }  // of all bytes so far
  const LoadOptions& options() const { return options_; }
  const GgufHeader& header() const { return header_; }
  const Config& config() const { return config_; }
  const WeightPlan& plan() const { return plan_; }
  const Weights& weights() const { return *weights_; }  // once there is a header
  Weights take_weights() { return std::move(*weights_); }
  // Without what was large and is used up: the vocabulary is the tokenizer's.
  GgufHeader take_header() { return std::move(header_); }
  Tokenizer take_tokenizer() { return std::move(*tokenizer_); }

 private:
  Status read_header();
  Status read_tokenizer();
  Status place_bytes(std::span<const std::byte> bytes);
  size_t place_rows(const Placement& placement, std::span<const std::byte> bytes, Status& status);
  Status store(const Placement& placement, const std::byte* rows, int32_t n_rows);

  LoadOptions options_;
  uint64_t position_ = 0;  // bytes of the file seen so far
  Fingerprint fingerprint_;
  std::vector<std::byte> prefix_;  // the file so far, while the header is not complete
  GgufHeader header_;
  Config config_;
  std::optional<Tokenizer> tokenizer_;
  WeightPlan plan_;
  std::optional<Weights> weights_;
  size_t next_placement_ = 0;
  int32_t next_row_ = 0;          // of that placement
  std::vector<std::byte> group_;  // bytes of a group of rows that is not complete yet
};

}  // namespace onehead
