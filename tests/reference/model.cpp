#include "reference/model.hpp"

#include <cmath>
#include <string_view>

#include "base/weight_type.hpp"
#include "format/gguf.hpp"
#include "reference/weights.hpp"

namespace onehead::reference {
namespace {

class Reader {
 public:
  Reader(std::span<const std::byte> file, bool precision_f32)
      : file_(file), precision_f32_(precision_f32) {}

  Status parse() {
    const Expected<ParseState> state = parse_gguf_header(file_, file_.size(), header_);
    if (!state.ok()) return state.status();
    if (*state != ParseState::kDone) return {ErrorCode::kBadFile, "incomplete file"};
    return {};
  }

  const GgufHeader& header() const { return header_; }

  int32_t integer(std::string_view key, int64_t fallback = -1) const {
    return static_cast<int32_t>(header_.find_integer(key).value_or(fallback));
  }

  bool has(std::string_view name) const { return header_.find_tensor(name) != nullptr; }

  Matrix matrix(std::string_view name) {
    const GgufTensor* tensor = header_.find_tensor(name);
    if (tensor == nullptr) {
      missing_ = std::string(name);
      return {};
    }
    const Matrix m =
        read_matrix(static_cast<WeightType>(tensor->type), file_.data() + tensor->offset,
                    static_cast<int32_t>(tensor->dims[1]), static_cast<int32_t>(tensor->dims[0]));
    return m.quantized() && precision_f32_ ? dequantized(m) : m;
  }

  Vector vector(std::string_view name) { return matrix(name).values; }

  // The name of a tensor that was asked for and is not there; empty when all were.
  const std::string& missing() const { return missing_; }

 private:
  std::span<const std::byte> file_;
  bool precision_f32_;
  GgufHeader header_;
  std::string missing_;
};

Layer read_layer(Reader& reader, int32_t index) {
  const std::string prefix = "blk." + std::to_string(index) + ".";
  Layer layer;
  layer.attention_norm = reader.vector(prefix + "attn_norm.weight");
  layer.query = reader.matrix(prefix + "attn_q.weight");
  layer.key = reader.matrix(prefix + "attn_k.weight");
  layer.value = reader.matrix(prefix + "attn_v.weight");
  layer.output = reader.matrix(prefix + "attn_output.weight");
  layer.ffn_norm = reader.vector(prefix + "ffn_norm.weight");
  layer.gate = reader.matrix(prefix + "ffn_gate.weight");
  layer.up = reader.matrix(prefix + "ffn_up.weight");
  layer.down = reader.matrix(prefix + "ffn_down.weight");
  return layer;
}

// What `gemma3` has and the others have not.
void read_gemma3_norms(Reader& reader, int32_t index, Layer& layer) {
  const std::string prefix = "blk." + std::to_string(index) + ".";
  layer.query_norm = reader.vector(prefix + "attn_q_norm.weight");
  layer.key_norm = reader.vector(prefix + "attn_k_norm.weight");
  layer.post_attention_norm = reader.vector(prefix + "post_attention_norm.weight");
  layer.post_ffn_norm = reader.vector(prefix + "post_ffw_norm.weight");
}

// Whether the layer sees a window only: all but the last of every six, or what the file says.
bool slides(const GgufHeader& header, int32_t layer) {
  const char* key = "gemma3.attention.sliding_window_pattern";
  if (const auto flags = header.find_array(key)) {
    return flags->number(static_cast<uint64_t>(layer)) != 0.0;
  }
  const auto period = static_cast<int32_t>(header.find_integer(key).value_or(6));
  return layer % period != period - 1;
}

}  // namespace

Expected<Model> read_model(std::span<const std::byte> file, bool precision_f32) {
  Reader reader(file, precision_f32);
  if (Status status = reader.parse(); !status.ok()) return status;

  const std::string architecture(reader.header().string_or("general.architecture", ""));
  const bool is_gemma3 = architecture == "gemma3";
  const bool is_gemma = architecture == "gemma" || is_gemma3;
  if (architecture != "llama" && !is_gemma) {
    return Status{ErrorCode::kUnsupportedModel, "an architecture that the reference does not know"};
  }
  const auto integer = [&](const char* key, int64_t fallback = -1) {
    return reader.integer(architecture + "." + key, fallback);
  };
  const auto number = [&](const char* key, float fallback) {
    return reader.header().f32_or(architecture + "." + key, fallback);
  };
  Model model;
  const int32_t model_dim = integer("embedding_length");
  model.n_query_heads = integer("attention.head_count");
  if (model_dim < 1 || model.n_query_heads < 1) {
    return Status{ErrorCode::kBadFile, "no dimensions"};
  }
  model.n_kv_heads = integer("attention.head_count_kv", model.n_query_heads);
  model.head_dim = integer("attention.key_length", model_dim / model.n_query_heads);
  model.rms_eps = number("attention.layer_norm_rms_epsilon", 1e-5f);
  model.context_length = integer("context_length");
  model.eos = reader.integer("tokenizer.ggml.eos_token_id");
  model.query_scale = 1.0f / std::sqrt(static_cast<float>(model.head_dim));
  if (is_gemma) model.embedding_scale = std::sqrt(static_cast<float>(model_dim));
  model.gelu = is_gemma;

  Rope global;
  global.dim = integer("rope.dimension_count", model.head_dim);
  global.halves = is_gemma;
  global.base = number("rope.freq_base", 10000.0f);
  global.scale = 1.0 / static_cast<double>(number("rope.scaling.factor", 1.0f));
  if (reader.has("rope_freqs.weight")) global.factors = reader.vector("rope_freqs.weight");
  Rope sliding = global;
  sliding.base = number("rope.freq_base_swa", 10000.0f);
  sliding.scale = 1.0;
  const int32_t window = integer("attention.sliding_window", 0);

  model.embedding = reader.matrix("token_embd.weight");
  const int32_t n_layers = integer("block_count", 0);
  for (int32_t i = 0; i < n_layers; ++i) {
    Layer layer = read_layer(reader, i);
    if (is_gemma3) read_gemma3_norms(reader, i, layer);
    if (is_gemma3 && window > 0 && slides(reader.header(), i)) layer.window = window;
    layer.rope = layer.window > 0 ? sliding : global;
    model.layers.push_back(std::move(layer));
  }
  model.output_norm = reader.vector("output_norm.weight");
  model.head = reader.has("output.weight") ? reader.matrix("output.weight") : model.embedding;
  if (!reader.missing().empty()) {
    return Status{ErrorCode::kBadFile, "missing tensor " + reader.missing()};
  }
  return model;
}

}  // namespace onehead::reference
