#include "runtime/loader.hpp"

#include <algorithm>
#include <cstring>

#include "base/decimal.hpp"
#include "kernels/pack.hpp"

namespace onehead {
namespace {

// Rows that are repacked together: whole tiles, few enough that a group is small, enough that the
// loop is not.
int32_t group_rows(const Placement& placement) {
  return placement.is_vector ? 1 : tile_rows(placement.matrix.type);
}

constexpr int32_t kDefaultContext = 8192;
constexpr size_t kHeaderPiece = size_t{1} << 20;

}  // namespace

int32_t effective_context(const Config& config, int32_t requested) {
  return std::min(config.context_length, requested > 0 ? requested : kDefaultContext);
}

Status Loader::push(std::span<const std::byte> bytes) {
  fingerprint_.add(bytes);
  while (!has_header()) {
    if (bytes.empty()) return {};
    // Piece by piece, so that little that is not of the header is copied.
    const uint64_t needed = header_.bytes_needed();
    const uint64_t missing = needed > prefix_.size() ? needed - prefix_.size() : 0;
    const size_t n = std::min(
        bytes.size(), static_cast<size_t>(std::clamp<uint64_t>(missing, kHeaderPiece, SIZE_MAX)));
    prefix_.insert(prefix_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    bytes = bytes.subspan(n);
    position_ += n;
    if (prefix_.size() < needed) continue;
    Expected<ParseState> state = parse_gguf_header(prefix_, options_.file_bytes, header_);
    if (!state.ok()) return state.status();
    if (*state == ParseState::kNeedMore) continue;
    if (Status status = read_header(); !status.ok()) return status;
  }
  return place_bytes(bytes);
}

Status Loader::read_header() {
  // What came after the header belongs to the tensors (or to the padding before them). The header's
  // own bytes go before the weights come.
  const size_t header_bytes =
      std::min<size_t>(prefix_.size(), static_cast<size_t>(header_.data_offset()));
  const std::vector<std::byte> rest(prefix_.begin() + static_cast<std::ptrdiff_t>(header_bytes),
                                    prefix_.end());
  prefix_ = {};
  position_ = header_bytes;

  Expected<Config> config = read_config(header_);
  if (!config.ok()) return config.status();
  config_ = std::move(*config);
  if (Status status = read_tokenizer(); !status.ok()) return status;
  header_.drop_large_arrays();
  Expected<WeightPlan> plan = plan_weights(config_, header_, options_.precision_f32);
  if (!plan.ok()) return plan.status();
  plan_ = std::move(*plan);
  Expected<Weights> weights = allocate_weights(config_, plan_);
  if (!weights.ok()) return weights.status();
  weights_ = std::move(*weights);
  return place_bytes(rest);
}

Status Loader::read_tokenizer() {
  Expected<Tokenizer> tokenizer = Tokenizer::create(header_);
  if (!tokenizer.ok()) return tokenizer.status();
  if (tokenizer->vocab_size() > config_.vocab_size) {
    return {ErrorCode::kBadFile, "The model file's vocabulary has " +
                                     to_decimal(tokenizer->vocab_size()) +
                                     " pieces but its embedding matrix only " +
                                     to_decimal(config_.vocab_size) + " rows."};
  }
  tokenizer_ = std::move(*tokenizer);
  return {};
}

Status Loader::place_bytes(std::span<const std::byte> bytes) {
  while (!bytes.empty() && next_placement_ < plan_.placements.size()) {
    const Placement& placement = plan_.placements[next_placement_];
    const uint64_t tensor_position = position_ - group_.size();
    if (next_row_ == 0 && tensor_position < placement.file_offset) {  // padding between tensors
      const size_t skip =
          static_cast<size_t>(std::min<uint64_t>(bytes.size(), placement.file_offset - position_));
      bytes = bytes.subspan(skip);
      position_ += skip;
      continue;
    }
    Status status;
    const size_t used = place_rows(placement, bytes, status);
    if (!status.ok()) return status;
    bytes = bytes.subspan(used);
    position_ += used;
    if (next_row_ == placement.matrix.n_rows) {
      ++next_placement_;
      next_row_ = 0;
    }
  }
  position_ += bytes.size();  // padding at the end of the file
  return {};
}

// Consumes bytes of the current tensor; returns how many. A group whose bytes lie together is read
// in place.
size_t Loader::place_rows(const Placement& placement, std::span<const std::byte> bytes,
                          Status& status) {
  const size_t row_size = row_bytes(placement.source_type, placement.matrix.n_cols);
  size_t used = 0;
  while (next_row_ < placement.matrix.n_rows) {
    const int32_t n = std::min(group_rows(placement), placement.matrix.n_rows - next_row_);
    const size_t wanted = static_cast<size_t>(n) * row_size;
    const std::span<const std::byte> rest = bytes.subspan(used);
    if (group_.empty() && rest.size() >= wanted) {
      status = store(placement, rest.data(), n);
      used += wanted;
    } else {
      const size_t take = std::min(rest.size(), wanted - group_.size());
      group_.insert(group_.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(take));
      used += take;
      if (group_.size() < wanted) break;
      status = store(placement, group_.data(), n);
      group_.clear();
    }
    if (!status.ok()) break;
    next_row_ += n;
  }
  return used;
}

Status Loader::store(const Placement& placement, const std::byte* rows, int32_t n_rows) {
  const TiledMatrix& matrix = placement.matrix;
  if (!rows_are_finite(placement.source_type, rows, n_rows, matrix.n_cols)) {
    return {ErrorCode::kNonFinite,
            "The tensor " + placement.name +
                " holds a number that is not finite: the model file is damaged."};
  }
  if (matrix.split && has_negative_scale(rows, n_rows, matrix.n_cols)) {
    weights_->head_is_bounded = false;
  }
  std::byte* target = weights_->arena.data() + placement.arena_offset;
  if (placement.is_vector) {
    vector_to_f32(placement.source_type, rows, matrix.n_cols, reinterpret_cast<float*>(target));
  } else {
    pack_rows(placement.source_type, rows, next_row_, n_rows, matrix, target);
  }
  return {};
}

Status Loader::finish() {
  if (has_header() && next_placement_ == plan_.placements.size()) return {};
  if (position_ == 0) return {ErrorCode::kBadFile, "The model file is empty."};
  if (!has_header() && options_.file_bytes != position_) {
    // The size was unknown: parse once more, knowing that there are no more bytes, for the precise
    // reason.
    GgufHeader scratch;
    Expected<ParseState> state = parse_gguf_header(prefix_, position_, scratch);
    if (!state.ok()) return state.status();
  }
  return {ErrorCode::kBadFile, "The model file is cut short: it ends after " +
                                   to_decimal(static_cast<int64_t>(position_)) + " bytes."};
}

}  // namespace onehead
