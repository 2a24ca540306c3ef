#include "reference/model.hpp"

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

}  // namespace

Expected<Model> read_model(std::span<const std::byte> file, bool precision_f32) {
  Reader reader(file, precision_f32);
  if (Status status = reader.parse(); !status.ok()) return status;

  Model model;
  const int32_t model_dim = reader.integer("llama.embedding_length");
  model.n_query_heads = reader.integer("llama.attention.head_count");
  if (model_dim < 1 || model.n_query_heads < 1) {
    return Status{ErrorCode::kUnsupportedModel, "not a llama model"};
  }
  model.n_kv_heads = reader.integer("llama.attention.head_count_kv", model.n_query_heads);
  model.head_dim = reader.integer("llama.attention.key_length", model_dim / model.n_query_heads);
  model.rope_dim = reader.integer("llama.rope.dimension_count", model.head_dim);
  model.rope_base = reader.header().f32_or("llama.rope.freq_base", 10000.0f);
  model.rms_eps = reader.header().f32_or("llama.attention.layer_norm_rms_epsilon", 1e-5f);
  model.context_length = reader.integer("llama.context_length");
  model.eos = reader.integer("tokenizer.ggml.eos_token_id");

  model.embedding = reader.matrix("token_embd.weight");
  const int32_t n_layers = reader.integer("llama.block_count", 0);
  for (int32_t i = 0; i < n_layers; ++i) model.layers.push_back(read_layer(reader, i));
  model.output_norm = reader.vector("output_norm.weight");
  model.head = reader.has("output.weight") ? reader.matrix("output.weight") : model.embedding;
  if (!reader.missing().empty()) {
    return Status{ErrorCode::kBadFile, "missing tensor " + reader.missing()};
  }
  return model;
}

}  // namespace onehead::reference
