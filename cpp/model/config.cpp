#include "model/config.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "base/decimal.hpp"

namespace onehead {
namespace {

// What an architecture fixes, beside the numbers that its files carry.
struct Architecture {
  std::string_view name;
  RopeStyle rope_style;
  Activation activation;
  bool scales_embedding;  // by sqrt(model_dim)
  bool has_qk_norm;
  bool has_post_norms;
  int32_t window_period;  // of so many layers the last is global; 0: no layer slides
};

constexpr Architecture kArchitectures[] = {
    {"llama", RopeStyle::kInterleaved, Activation::kSilu, false, false, false, 0},
    {"gemma", RopeStyle::kHalf, Activation::kGelu, true, false, false, 0},
    {"gemma3", RopeStyle::kHalf, Activation::kGelu, true, true, true, 6},
};

const Architecture* find_architecture(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kArchitectures), std::end(kArchitectures),
                   [name](const Architecture& architecture) { return architecture.name == name; });
  return found == std::end(kArchitectures) ? nullptr : found;
}

std::string supported_names() {
  std::string text;
  for (const Architecture& architecture : kArchitectures) {
    if (!text.empty()) text += &architecture == std::end(kArchitectures) - 1 ? " and " : ", ";
    text += "`" + std::string(architecture.name) + "`";
  }
  return text;
}

constexpr double kMaxNumber = 1e12;

// Reads numbers below the architecture's prefix, keeping the first failure.
class ConfigReader {
 public:
  explicit ConfigReader(const GgufHeader& header, std::string prefix)
      : header_(header), prefix_(std::move(prefix)) {}

  // A whole number in [1, max]. Without a fallback (0) the key must be there.
  int32_t count(std::string_view key, int32_t max, int32_t fallback = 0) {
    const std::string full = prefix_ + std::string(key);
    if (!header_.has(full)) {
      if (fallback == 0) fail("The model file does not say " + full + ".");
      return fallback == 0 ? 1 : fallback;
    }
    const std::optional<int64_t> value = header_.find_integer(full);
    if (!value) {
      fail("The model file's " + full + " is not a whole number.");
      return 1;
    }
    if (*value < 1 || *value > max) {
      fail("The model file says " + full + " = " + to_decimal(*value) +
           ", which is out of bounds.");
      return 1;
    }
    return static_cast<int32_t>(*value);
  }

  // A number in [min, kMaxNumber].
  double number(std::string_view key, double min, double fallback) {
    const std::string full = prefix_ + std::string(key);
    if (!header_.has(full)) return fallback;
    const std::optional<float> value = header_.find_f32(full);
    if (!value || !(*value >= min) || !(*value <= kMaxNumber)) {
      fail("The model file's " + full + " is not a usable number.");
      return fallback;
    }
    return *value;
  }

  // A feature that is off where the key is absent or zero, and not implemented where it is on.
  void refuse(std::string_view key, std::string_view what) {
    const std::string full = prefix_ + std::string(key);
    if (!header_.has(full) || header_.find_integer(full) == 0 || header_.find_f32(full) == 0.0f) {
      return;
    }
    fail("The model uses " + std::string(what) + " (" + full + "), which is not supported.",
         ErrorCode::kUnsupportedModel);
  }

  bool has(std::string_view key) const { return header_.has(prefix_ + std::string(key)); }
  std::optional<std::string_view> text(std::string_view key) const {
    return header_.find_string(prefix_ + std::string(key));
  }
  std::optional<GgufArray> array(std::string_view key) const {
    return header_.find_array(prefix_ + std::string(key));
  }

  void fail(std::string message, ErrorCode code = ErrorCode::kBadFile) {
    if (status.ok()) status = {code, std::move(message)};
  }

  Status status;

 private:
  const GgufHeader& header_;
  std::string prefix_;
};

void read_dimensions(ConfigReader& read, Config& c) {
  c.n_layers = read.count("block_count", kMaxLayers);
  c.model_dim = read.count("embedding_length", kMaxDim);
  c.hidden_dim = read.count("feed_forward_length", kMaxDim);
  c.n_query_heads = read.count("attention.head_count", kMaxHeads);
  c.n_kv_heads = read.count("attention.head_count_kv", kMaxHeads, c.n_query_heads);
  c.context_length = read.count("context_length", kMaxContext);
  c.head_dim =
      read.count("attention.key_length", kMaxDim, std::max(c.model_dim / c.n_query_heads, 1));
  const int32_t value_dim = read.count("attention.value_length", kMaxDim, c.head_dim);
  c.rope_dim = read.count("rope.dimension_count", kMaxDim, c.head_dim);
  c.rms_eps = static_cast<float>(read.number("attention.layer_norm_rms_epsilon", 1e-30, 1e-5));
  if (!read.status.ok()) return;

  if (c.n_query_heads % c.n_kv_heads != 0) {
    read.fail("The model file has " + to_decimal(c.n_query_heads) + " query heads, which " +
              to_decimal(c.n_kv_heads) + " key/value heads cannot share evenly.");
  }
  if (value_dim != c.head_dim) {
    read.fail("Keys and values of different sizes are not supported.",
              ErrorCode::kUnsupportedModel);
  }
  if (c.rope_dim > c.head_dim || c.rope_dim % 2 != 0) {
    read.fail("The model file rotates " + to_decimal(c.rope_dim) + " of " + to_decimal(c.head_dim) +
              " dimensions of a head, which cannot be.");
  }
  if (static_cast<int64_t>(c.n_query_heads) * c.head_dim > kMaxDim) {
    read.fail("The model's attention heads are too wide.", ErrorCode::kTooLarge);
  }
}

void read_rope(ConfigReader& read, Config& c) {
  Rope& global = c.rope[static_cast<int32_t>(LayerKind::kGlobal)];
  Rope& sliding = c.rope[static_cast<int32_t>(LayerKind::kSliding)];
  global.base = read.number("rope.freq_base", 1.0, 10000.0);
  sliding.base = read.number("rope.freq_base_swa", 1.0, 10000.0);
  const std::string_view scaling = read.text("rope.scaling.type").value_or("linear");
  if (scaling != "linear" && scaling != "none") {
    read.fail("RoPE scaling `" + std::string(scaling) + "` is not supported; `linear` is.",
              ErrorCode::kUnsupportedModel);
  }
  // Sliding layers never see far enough to have been stretched.
  if (scaling == "linear") {
    const double old_key = read.number("rope.scale_linear", 1.0, 1.0);
    global.scale = 1.0 / read.number("rope.scaling.factor", 1.0, old_key);
  }
}

// `attention.sliding_window_pattern` is a number, the period of global layers, or a flag per layer.
void read_windows(ConfigReader& read, const Architecture& architecture, Config& c) {
  if (!read.has("attention.sliding_window")) return;
  const int32_t window = read.count("attention.sliding_window", kMaxContext);
  if (architecture.window_period == 0) {
    if (window >= c.context_length) return;  // it hides nothing
    read.fail("Sliding windows are not supported for `" + c.architecture + "` models.",
              ErrorCode::kUnsupportedModel);
    return;
  }
  c.windows.assign(static_cast<size_t>(c.n_layers), 0);
  constexpr std::string_view kPattern = "attention.sliding_window_pattern";
  if (const std::optional<GgufArray> flags = read.array(kPattern)) {
    const bool are_flags = flags->is_integer() || flags->element_type == GgufValueType::kBool;
    if (!are_flags || flags->count != c.windows.size()) {
      read.fail("The model file's pattern of sliding windows does not fit its " +
                to_decimal(c.n_layers) + " layers.");
      return;
    }
    for (size_t i = 0; i < c.windows.size(); ++i) {
      if (flags->number(i) != 0.0) c.windows[i] = window;
    }
    return;
  }
  const int32_t period = read.count(kPattern, kMaxLayers, architecture.window_period);
  for (int32_t i = 0; i < c.n_layers; ++i) {
    if (i % period != period - 1) c.windows[static_cast<size_t>(i)] = window;
  }
}

// 1 / sqrt(head_dim), but for Gemma 3 27B, the one of its 62 layers, which takes the width of the
// stream for each head. Its files do not say so.
float query_scale(const Config& c) {
  const bool is_27b = c.architecture == "gemma3" && c.n_layers == 62;
  const int32_t width = is_27b ? c.model_dim / c.n_query_heads : c.head_dim;
  return 1.0f / std::sqrt(static_cast<float>(width));
}

// The vocabulary's size is that of the embedding matrix: dims are {model_dim, vocab_size}.
void read_tensors(const GgufHeader& header, ConfigReader& read, Config& c) {
  c.tied_head = header.find_tensor("output.weight") == nullptr;
  c.has_rope_factors =
      c.architecture == "llama" && header.find_tensor("rope_freqs.weight") != nullptr;
  const GgufTensor* embedding = header.find_tensor("token_embd.weight");
  if (embedding == nullptr) {
    read.fail("The model file lacks the tensor token_embd.weight.");
  } else if (embedding->dims[1] < 1 || embedding->dims[1] > static_cast<uint64_t>(kMaxVocab)) {
    read.fail("The embedding matrix has an impossible number of rows.");
  } else {
    c.vocab_size = static_cast<int32_t>(embedding->dims[1]);
  }
}

}  // namespace

Expected<Config> read_config(const GgufHeader& header) {
  const std::optional<std::string_view> name = header.find_string("general.architecture");
  if (!name) return Status{ErrorCode::kBadFile, "The model file does not name its architecture."};
  const Architecture* architecture = find_architecture(*name);
  if (architecture == nullptr) {
    return Status{ErrorCode::kUnsupportedModel, "The architecture `" + std::string(*name) +
                                                    "` is not supported; " + supported_names() +
                                                    " are."};
  }
  Config c;
  c.architecture = std::string(*name);
  c.rope_style = architecture->rope_style;
  c.activation = architecture->activation;
  c.has_qk_norm = architecture->has_qk_norm;
  c.has_post_norms = architecture->has_post_norms;

  ConfigReader read(header, c.architecture + ".");
  read.refuse("expert_count", "a mixture of experts");
  read.refuse("attn_logit_softcapping", "soft-capped attention scores");
  read.refuse("final_logit_softcapping", "soft-capped logits");
  read_dimensions(read, c);
  if (!read.status.ok()) return read.status;
  read_rope(read, c);
  read_windows(read, *architecture, c);
  read_tensors(header, read, c);
  if (!read.status.ok()) return read.status;
  c.query_scale = query_scale(c);
  if (architecture->scales_embedding) {
    c.embedding_scale = std::sqrt(static_cast<float>(c.model_dim));
  }
  return c;
}

}  // namespace onehead
