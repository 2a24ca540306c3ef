#include "format/gguf.hpp"
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"
#include "model/config.hpp"
#include "model/weights.hpp"

namespace onehead::fuzz {
namespace {

void check_config(const Config& c) {
  require(c.n_layers >= 1 && c.n_layers <= kMaxLayers, "layers in bounds");
  require(c.model_dim >= 1 && c.hidden_dim >= 1 && c.vocab_size >= 1, "dimensions are there");
  require(c.n_query_heads % c.n_kv_heads == 0, "heads share evenly");
  require(c.query_dim() >= 1 && c.query_dim() <= kMaxDim, "heads are not too wide");
  require(c.rope_dim >= 2 && c.rope_dim <= c.head_dim && c.rope_dim % 2 == 0, "pairs of a head");
  require(c.rms_eps > 0.0f && c.query_scale > 0.0f && c.embedding_scale > 0.0f, "usable scales");
  for (int32_t layer = 0; layer < c.n_layers; ++layer) {
    require(c.window_of(layer) >= 0 && c.window_of(layer) <= kMaxContext, "a window");
    const Rope& rope = c.rope[static_cast<int32_t>(c.kind_of(layer))];
    require(rope.base >= 1.0 && rope.scale > 0.0 && rope.scale <= 1.0, "angles in range");
  }
}

void check_plan(const Config& config, const GgufHeader& header, bool precision_f32,
                uint64_t file_bytes) {
  const Expected<WeightPlan> plan = plan_weights(config, header, precision_f32);
  if (!plan.ok()) {
    require(!plan.status().message.empty(), "an error has a sentence");
    return;
  }
  require(plan->placements.size() == header.tensors().size(), "every tensor has its place");
  for (const Placement& p : plan->placements) {
    require(p.file_offset + p.file_bytes <= file_bytes, "a tensor lies inside the file");
    require(row_bytes(p.source_type, p.matrix.n_cols) * static_cast<size_t>(p.matrix.n_rows) ==
                p.file_bytes,
            "a tensor has the bytes of its shape");
    require(p.arena_offset < plan->arena_bytes, "a tensor lies inside the arena");
  }
}

}  // namespace

void model_shape(std::span<const std::byte> data) {
  if (data.empty()) return;
  GgufHeader header;
  if (!parse_gguf_header(data, data.size(), header).ok()) return;
  const Expected<Config> config = read_config(header);
  if (!config.ok()) {
    require(!config.status().message.empty(), "an error has a sentence");
    return;
  }
  check_config(*config);
  check_plan(*config, header, false, data.size());
  check_plan(*config, header, true, data.size());
}

}  // namespace onehead::fuzz
