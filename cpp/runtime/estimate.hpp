// What a model will take, from the head of its file alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/status.hpp"
#include "runtime/loader.hpp"
#include "text/tokenizer.hpp"

namespace onehead {

struct Estimate {
  uint64_t file_bytes = 0;     // where the last tensor ends
  uint64_t weight_bytes = 0;   // as they will lie in memory
  uint64_t kv_bytes = 0;       // of one session that fills its context
  uint64_t scratch_bytes = 0;  // of a step, nearly
  int32_t context_length = 0;  // that loading with the same options would give
};

class Estimator {
 public:
  explicit Estimator(const LoadOptions& options) : options_(options) {}

  // Takes the next bytes of the file until there is an estimate; what comes after the header is not
  // looked at. Errors: as Loader::push, but nothing as large as the weights is allocated.
  Status push(std::span<const std::byte> bytes);
  const std::optional<Estimate>& estimate() const { return estimate_; }

 private:
  Status read_header(const GgufHeader& header);

  LoadOptions options_;
  std::vector<std::byte> prefix_;
  GgufHeader header_;
  std::optional<Tokenizer> tokenizer_;  // kept, so that it counts among the memory in use
  std::optional<Estimate> estimate_;
};

}  // namespace onehead
