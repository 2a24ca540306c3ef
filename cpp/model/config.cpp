#include "model/config.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "base/decimal.hpp"

namespace onehead {
namespace {

class ConfigReader {
 public:
  explicit ConfigReader(const GgufHeader& header, std::string prefix)
      : header_(header), prefix_(std::move(prefix)) {}

  // A whole number in [1, max]. Without a fallback (0) the key must be there.
  int32_t count(std::string_view key, int32_t max, int32_t fallback = 0) {
    const std::string full = prefix_ + std::string(key);
    const std::optional<int64_t> value = header_.find_integer(full);
    if (!value && !header_.has(full) && fallback > 0) return fallback;
    if (!value) {
      fail("The model file does not say " + full + ".");
      return 1;
    }
    if (*value < 1 || *value > max) {
      fail("The model file says " + full + " = " + to_decimal(*value) +
           ", which is out of bounds.");
      return 1;
    }
    return static_cast<int32_t>(*value);
  }

  double number(std::string_view key, double fallback) {
    const std::string full = prefix_ + std::string(key);
    const std::optional<float> value = header_.find_f32(full);
    if (!value && !header_.has(full)) return fallback;
    if (!value || !(*value > 0.0f) || !(*value < 1e12f)) {
      fail("The model file's " + full + " is not a usable number.");
      return fallback;
    }
    return *value;
  }

  void fail(std::string message) {
    if (status.ok()) status = {ErrorCode::kBadFile, std::move(message)};
  }

  Status status;

 private:
  const GgufHeader& header_;
  std::string prefix_;
};

}  // namespace

Expected<Config> read_config(const GgufHeader& header) {
  const std::optional<std::string_view> architecture = header.find_string("general.architecture");
  if (!architecture)
    return Status{ErrorCode::kBadFile, "The model file does not name its architecture."};
  if (*architecture != "llama") {
    return Status{ErrorCode::kUnsupportedModel, "The architecture `" + std::string(*architecture) +
                                                    "` is not supported yet; `llama` is."};
  }
  Config c;
  c.architecture = std::string(*architecture);
  const std::string prefix = c.architecture + ".";
  ConfigReader read(header, prefix);
  c.n_layers = read.count("block_count", kMaxLayers);
  c.model_dim = read.count("embedding_length", kMaxDim);
  c.hidden_dim = read.count("feed_forward_length", kMaxDim);
  c.n_query_heads = read.count("attention.head_count", kMaxHeads);
  c.n_kv_heads = read.count("attention.head_count_kv", kMaxHeads, c.n_query_heads);
  c.context_length = read.count("context_length", kMaxContext);
  if (!read.status.ok()) return read.status;

  const int32_t default_head_dim = c.model_dim / c.n_query_heads;
  c.head_dim =
      read.count("attention.key_length", kMaxDim, default_head_dim > 0 ? default_head_dim : 1);
  const int32_t value_dim = read.count("attention.value_length", kMaxDim, c.head_dim);
  c.rope_dim = read.count("rope.dimension_count", kMaxDim, c.head_dim);
  c.rms_eps = static_cast<float>(read.number("attention.layer_norm_rms_epsilon", 1e-5));
  c.rope_base = read.number("rope.freq_base", 10000.0);
  if (!read.status.ok()) return read.status;

  if (c.n_query_heads % c.n_kv_heads != 0) {
    return Status{ErrorCode::kBadFile, "The model file has " + to_decimal(c.n_query_heads) +
                                           " query heads, which " + to_decimal(c.n_kv_heads) +
                                           " key/value heads cannot share evenly."};
  }
  if (value_dim != c.head_dim) {
    return Status{ErrorCode::kUnsupportedModel,
                  "Keys and values of different sizes are not supported."};
  }
  if (c.rope_dim > c.head_dim || c.rope_dim % 2 != 0) {
    return Status{ErrorCode::kBadFile, "The model file rotates " + to_decimal(c.rope_dim) + " of " +
                                           to_decimal(c.head_dim) +
                                           " dimensions of a head, which cannot be."};
  }
  if (static_cast<int64_t>(c.n_query_heads) * c.head_dim > kMaxDim) {
    return Status{ErrorCode::kTooLarge, "The model's attention heads are too wide."};
  }
  const std::optional<std::string_view> scaling = header.find_string(prefix + "rope.scaling.type");
  if (scaling && *scaling != "none") {
    return Status{ErrorCode::kUnsupportedModel,
                  "RoPE scaling `" + std::string(*scaling) + "` is not supported."};
  }
  if (header.find_integer(prefix + "expert_count").value_or(0) != 0) {
    return Status{ErrorCode::kUnsupportedModel, "Mixture-of-experts models are not supported."};
  }

  // The vocabulary's size is that of the embedding matrix: dims are {model_dim, vocab_size}.
  c.tied_head = header.find_tensor("output.weight") == nullptr;
  const GgufTensor* embedding = header.find_tensor("token_embd.weight");
  if (embedding == nullptr) {
    return Status{ErrorCode::kBadFile, "The model file lacks the tensor token_embd.weight."};
  }
  if (embedding->dims[1] < 1 || embedding->dims[1] > static_cast<uint64_t>(kMaxVocab)) {
    return Status{ErrorCode::kBadFile, "The embedding matrix has an impossible number of rows."};
  }
  c.vocab_size = static_cast<int32_t>(embedding->dims[1]);
  return c;
}

}  // namespace onehead
