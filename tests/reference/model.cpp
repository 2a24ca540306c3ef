#include "reference/model.hpp"

#include <bit>
#include <cstring>
#include <string_view>

#include "base/half.hpp"
#include "base/weight_type.hpp"
#include "format/gguf.hpp"

namespace onehead::reference {
namespace {

constexpr size_t kQ8Block = 32;
constexpr size_t kQ8BlockBytes = 34;  // f16 scale, then 32 int8

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
    Matrix m;
    m.n_cols = static_cast<int32_t>(tensor->dims[0]);
    m.n_rows = static_cast<int32_t>(tensor->dims[1]);
    const size_t n = tensor->dims[0] * tensor->dims[1];
    const std::byte* data = file_.data() + tensor->offset;
    switch (static_cast<WeightType>(tensor->type)) {
      case WeightType::kF32:
        for (size_t i = 0; i < n; ++i) m.values.push_back(std::bit_cast<float>(u32(data + 4 * i)));
        break;
      case WeightType::kF16:
        for (size_t i = 0; i < n; ++i) m.values.push_back(f16_to_f32(u16(data + 2 * i)));
        break;
      case WeightType::kBF16:
        for (size_t i = 0; i < n; ++i) m.values.push_back(bf16_to_f32(u16(data + 2 * i)));
        break;
      case WeightType::kQ8_0:
        for (size_t block = 0; block < n / kQ8Block; ++block) {
          const std::byte* at = data + block * kQ8BlockBytes;
          m.scales.push_back(f16_to_f32(u16(at)));
          for (size_t i = 0; i < kQ8Block; ++i) m.quants.push_back(static_cast<int8_t>(at[2 + i]));
        }
        break;
    }
    return m.quantized() && precision_f32_ ? dequantized(m) : m;
  }

  Vector vector(std::string_view name) { return matrix(name).values; }

  // The name of a tensor that was asked for and is not there; empty when all were.
  const std::string& missing() const { return missing_; }

 private:
  static uint16_t u16(const std::byte* at) {
    return static_cast<uint16_t>(static_cast<uint16_t>(at[0]) | static_cast<uint16_t>(at[1]) << 8);
  }
  static uint32_t u32(const std::byte* at) {
    return static_cast<uint32_t>(u16(at)) | static_cast<uint32_t>(u16(at + 2)) << 16;
  }

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
