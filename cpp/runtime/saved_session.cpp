#include "runtime/saved_session.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace onehead {
namespace {

constexpr char kMagic[8] = {'1', 'h', 'e', 'a', 'd', 'k', 'v', '\n'};
constexpr uint32_t kVersion = 1;

// The beginning, which has the same size in every file of this version.
struct Head {
  char magic[8];
  uint32_t version, kv_type, precision_f32, n_groups;
  uint64_t model, numerics;
  uint32_t n_tokens, n_cached, n_ablated, unused;
};
static_assert(sizeof(Head) == 56);

struct BlockRange {
  uint32_t first, count;
};

uint64_t numerics_fingerprint() {
  Fingerprint fingerprint;
  fingerprint.add(std::as_bytes(std::span(std::string_view(kNumericsId))));
  return fingerprint.value();
}

Head head_of(const Model& model) {
  Head head{};
  std::copy(std::begin(kMagic), std::end(kMagic), head.magic);
  head.version = kVersion;
  head.kv_type = static_cast<uint32_t>(model.cache().type());
  head.precision_f32 = model.precision_f32() ? 1 : 0;
  head.n_groups = static_cast<uint32_t>(model.cache().n_groups());
  head.model = model.fingerprint();
  head.numerics = numerics_fingerprint();
  return head;
}

template <class T>
void append(std::vector<std::byte>& out, const T* values, size_t n) {
  const auto bytes = std::as_bytes(std::span(values, n));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

template <class T>
std::vector<T> read_array(const std::vector<std::byte>& bytes, uint64_t offset, size_t n) {
  std::vector<T> values(n);
  std::copy_n(bytes.data() + offset, n * sizeof(T),
              std::as_writable_bytes(std::span(values)).begin());
  return values;
}

Head read_fixed(const std::vector<std::byte>& bytes) {
  Head head;
  std::memcpy(&head, bytes.data(), sizeof head);
  return head;
}

// What follows the fixed beginning and comes before the blocks.
struct Offsets {
  uint64_t ranges = sizeof(Head), tokens, ablated, end;

  explicit Offsets(const Head& head)
      : tokens(ranges + uint64_t{head.n_groups} * sizeof(BlockRange)),
        ablated(tokens + uint64_t{head.n_tokens} * sizeof(int32_t)),
        end(ablated + head.n_ablated) {}
};

Status bad_session(std::string_view why) {
  return {ErrorCode::kBadSession,
          "This is not a session that can be restored: " + std::string(why)};
}

}  // namespace

SessionWriter::SessionWriter(const Model& model, const Session& session,
                             std::span<const int32_t> pending) {
  const KvCache& cache = model.cache();
  const Sequence& sequence = session.sequence();
  Head head = head_of(model);
  head.n_cached = static_cast<uint32_t>(session.position());
  head.n_tokens = head.n_cached + static_cast<uint32_t>(pending.size());
  head.n_ablated = static_cast<uint32_t>(session.ablated().size());
  append(head_, &head, 1);
  for (int32_t g = 0; g < cache.n_groups(); ++g) {
    const BlockRange range{static_cast<uint32_t>(sequence.first_block(g)),
                           static_cast<uint32_t>(sequence.n_blocks(g))};
    append(head_, &range, 1);
  }
  append(head_, session.tokens().data(), session.tokens().size());
  append(head_, pending.data(), pending.size());
  append(head_, session.ablated().data(), session.ablated().size());

  parts_.emplace_back(head_);
  for (int32_t g = 0; g < cache.n_groups(); ++g) {
    const BlockPool& pool = cache.pool(g);
    for (int32_t i = 0; i < sequence.n_blocks(g); ++i) {
      const int32_t block = sequence.block_at(g, sequence.first_block(g) + i);
      parts_.emplace_back(pool.data(block), pool.block_bytes());
    }
  }
  for (const auto& part : parts_) total_bytes_ += part.size();
  total_bytes_ += sizeof(uint64_t);
}

size_t SessionWriter::pull(std::span<std::byte> out) {
  size_t n_written = 0;
  while (n_written < out.size()) {
    if (part_ == parts_.size()) {
      if (!seal_.empty()) break;
      const uint64_t seal = fingerprint_.value();
      append(seal_, &seal, 1);
      parts_.emplace_back(seal_);
    }
    const auto rest = parts_[part_].subspan(part_offset_);
    const auto piece = rest.first(std::min(rest.size(), out.size() - n_written));
    std::copy(piece.begin(), piece.end(), out.begin() + static_cast<ptrdiff_t>(n_written));
    if (seal_.empty()) fingerprint_.add(piece);
    n_written += piece.size();
    part_offset_ += piece.size();
    if (piece.size() == rest.size()) {
      ++part_;
      part_offset_ = 0;
    }
  }
  return n_written;
}

Status SessionReader::push(std::span<const std::byte> bytes) {
  n_read_ += bytes.size();
  if (n_read_ > total_bytes_) return bad_session("there is more of it than was announced.");
  if (restored_.session == nullptr) {
    bool complete = false;
    // Only what belongs to the beginning: its size is known once its first part is here.
    while (!bytes.empty() && !complete) {
      const uint64_t wanted =
          head_.size() < sizeof(Head) ? sizeof(Head) : Offsets(read_fixed(head_)).end;
      const auto n = static_cast<size_t>(std::min<uint64_t>(bytes.size(), wanted - head_.size()));
      head_.insert(head_.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(n));
      bytes = bytes.subspan(n);
      if (Status status = read_head(complete); !status.ok()) return status;
    }
    if (!complete) return {};
  }
  while (!bytes.empty()) {
    const std::span<std::byte> rest = parts_[part_].subspan(part_offset_);
    const auto piece = bytes.first(std::min(rest.size(), bytes.size()));
    std::copy(piece.begin(), piece.end(), rest.begin());
    if (part_ + 1 < parts_.size()) fingerprint_.add(piece);
    bytes = bytes.subspan(piece.size());
    part_offset_ += piece.size();
    if (piece.size() == rest.size()) {
      ++part_;
      part_offset_ = 0;
    }
  }
  return {};
}

// Looks at what is there of the beginning, as soon as it can be judged.
Status SessionReader::read_head(bool& complete) {
  if (head_.size() < sizeof(Head)) return {};
  if (head_.size() == sizeof(Head)) {
    if (Status status = check_head(); !status.ok()) return status;
  }
  if (head_.size() < Offsets(read_fixed(head_)).end) return {};
  complete = true;
  fingerprint_.add(head_);
  return make_session();
}

Status SessionReader::check_head() const {
  const Head head = read_fixed(head_);
  const Head own = head_of(model_);
  if (!std::equal(std::begin(head.magic), std::end(head.magic), std::begin(kMagic))) {
    return bad_session("it does not begin as one.");
  }
  if (head.version != own.version) return bad_session("another version of this engine saved it.");
  if (head.numerics != own.numerics) {
    return bad_session("it was saved by an engine whose arithmetic differs.");
  }
  if (head.model != own.model) return bad_session("it belongs to another model.");
  if (head.kv_type != own.kv_type || head.precision_f32 != own.precision_f32) {
    return bad_session("the model was loaded with another `cache` or `precision` then.");
  }
  const Config& c = model_.config();
  const uint64_t n_heads =
      static_cast<uint64_t>(c.n_layers) * static_cast<uint64_t>(c.n_query_heads);
  if (head.n_groups != own.n_groups || head.n_cached > head.n_tokens ||
      (head.n_ablated != 0 && head.n_ablated != n_heads)) {
    return bad_session("its numbers contradict each other.");
  }
  if (head.n_tokens > static_cast<uint32_t>(model_.context_length())) {
    return bad_session("it is longer than the context that the model was loaded with.");
  }
  if (Offsets(head).end > total_bytes_) return bad_session("it is cut short.");
  return {};
}

Status SessionReader::make_session() {
  const Head head = read_fixed(head_);
  const Offsets offsets(head);
  const auto n_cached = static_cast<int32_t>(head.n_cached);
  const KvCache& cache = model_.cache();

  const auto tokens = read_array<int32_t>(head_, offsets.tokens, head.n_tokens);
  const int32_t vocab_size = model_.config().vocab_size;
  if (std::any_of(tokens.begin(), tokens.end(),
                  [=](int32_t token) { return token < 0 || token >= vocab_size; })) {
    return bad_session("it holds tokens that the model does not have.");
  }
  auto ablated = read_array<uint8_t>(head_, offsets.ablated, head.n_ablated);

  std::vector<int32_t> first_blocks;
  uint64_t size = offsets.end + sizeof(uint64_t);
  const auto ranges = read_array<BlockRange>(head_, offsets.ranges, head.n_groups);
  for (int32_t g = 0; g < cache.n_groups(); ++g) {
    const BlockRange range = ranges[static_cast<size_t>(g)];
    // The window of the next position must be whole.
    if (range.first > static_cast<uint32_t>(cache.first_needed(g, n_cached) / kBlockPositions) ||
        uint64_t{range.first} + range.count != static_cast<uint64_t>(blocks_for(n_cached))) {
      return bad_session("its numbers contradict each other.");
    }
    first_blocks.push_back(static_cast<int32_t>(range.first));
    size += uint64_t{range.count} * cache.pool(g).block_bytes();
  }
  if (size != total_bytes_) {
    return bad_session(size > total_bytes_ ? "it is cut short." : "there is more behind its end.");
  }
  Expected<std::unique_ptr<Session>> session = model_.resume(
      std::span(tokens).first(head.n_cached), first_blocks, std::move(ablated), parts_);
  if (!session.ok()) return session.status();
  parts_.emplace_back(seal_);
  restored_.session = std::move(*session);
  restored_.pending.assign(tokens.begin() + n_cached, tokens.end());
  return {};
}

Expected<RestoredSession> SessionReader::finish() {
  if (n_read_ != total_bytes_ || restored_.session == nullptr)
    return bad_session("it is cut short.");
  uint64_t seal = 0;
  std::memcpy(&seal, seal_, sizeof seal);
  if (seal != fingerprint_.value())
    return bad_session("its bytes have changed since it was saved.");
  return std::move(restored_);
}

}  // namespace onehead
