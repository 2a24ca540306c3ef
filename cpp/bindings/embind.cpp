// The table that joins the engine to JavaScript. No logic here.
#include <emscripten/bind.h>
#include <emscripten/val.h>
#include <malloc.h>

#include <cstdlib>
#include <new>
#include <string>

#include "bindings/engine.hpp"
#include "format/gguf.hpp"
#include "simd/isa.hpp"

namespace {

using emscripten::typed_memory_view;
using emscripten::val;
using onehead::Engine;

int32_t n_allocations = 0;  // operator new since the start: none may happen per token

template <class T>
val view(std::span<T> data) {
  return val(typed_memory_view(data.size(), data.data()));
}

struct Info {
  std::string architecture;
  int32_t n_layers, model_dim, hidden_dim, n_query_heads, n_kv_heads, head_dim, vocab_size,
      context_length;
  double parameter_count, weight_bytes, kv_bytes_per_token;
  std::string int_dot, isa, numerics_id, cache;
  int32_t bos_id, eos_id;
};

Info info(const Engine& engine) {
  const onehead::Model& model = engine.model();
  const onehead::Config& c = model.config();
  return {c.architecture,
          c.n_layers,
          c.model_dim,
          c.hidden_dim,
          c.n_query_heads,
          c.n_kv_heads,
          c.head_dim,
          c.vocab_size,
          model.context_length(),
          static_cast<double>(model.n_parameters()),
          static_cast<double>(model.weight_bytes()),
          static_cast<double>(model.kv_bytes_per_token()),
          std::string(int_dot_name(model.int_dot())),
          std::string(onehead::isa_name()),
          onehead::kNumericsId,
          std::string(kv_type_name(model.cache().type())),
          model.tokenizer().bos(),
          model.tokenizer().eos()};
}

// 32 bits of memory are a double's whole numbers.
val estimate(const Engine& engine) {
  const std::optional<onehead::Estimate>& e = engine.estimate();
  if (!e) return val::undefined();
  val result = val::object();
  result.set("fileBytes", static_cast<double>(e->file_bytes));
  result.set("weightBytes", static_cast<double>(e->weight_bytes));
  result.set("kvBytes", static_cast<double>(e->kv_bytes));
  result.set("scratchBytes", static_cast<double>(e->scratch_bytes));
  result.set("contextLength", e->context_length);
  return result;
}

std::string metadata_json(const Engine& engine) {
  return onehead::metadata_json(engine.model().header());
}
bool is_control(const Engine& engine, int32_t id) {
  return engine.model().tokenizer().is_control(id);
}
bool is_end(const Engine& engine, int32_t id) { return engine.model().tokenizer().is_end(id); }
int32_t max_rows(const Engine& engine) { return engine.model().max_rows(); }
double heap_bytes(const Engine&) { return static_cast<double>(mallinfo().uordblks); }
int32_t allocations(const Engine&) { return n_allocations; }

int32_t configure_session(Engine& engine, int32_t handle, float temperature, int32_t top_k,
                          float top_p, float min_p, float repetition_penalty, uint32_t seed_low,
                          uint32_t seed_high) {
  return engine.configure_session(handle, {temperature, top_k, top_p, min_p, repetition_penalty,
                                           uint64_t{seed_high} << 32 | seed_low});
}

val thread_places(const Engine& e) { return view(e.thread_places()); }
val staging(Engine& e, int32_t n) { return view(e.staging(n)); }
val tokens(const Engine& e) { return view(e.tokens()); }
val ids_buffer(Engine& e, int32_t n) { return view(e.ids_buffer(n)); }
val bytes(const Engine& e) { return view(e.bytes()); }
val token_piece(Engine& e, int32_t id) { return view(e.token_piece(id)); }
val rows(Engine& e) { return view(e.rows()); }
val sampled(const Engine& e) { return view(e.sampled()); }
val sampled_logprobs(const Engine& e) { return view(e.sampled_logprobs()); }
val candidate_ids(const Engine& e) { return view(e.candidate_ids()); }
val candidate_logprobs(const Engine& e) { return view(e.candidate_logprobs()); }
val logits(const Engine& e, int32_t i) { return view(e.logits(i)); }
val text(Engine& e, int32_t i) { return view(e.text(i)); }
val flush_text(Engine& e, int32_t handle) { return view(e.flush_text(handle)); }
val trace_attention(const Engine& e, int32_t i) { return view(e.trace_attention(i)); }
val trace_queries(const Engine& e, int32_t i) { return view(e.trace_queries(i)); }
val trace_hidden(const Engine& e, int32_t i) { return view(e.trace_hidden(i)); }
val read_kv(Engine& e, int32_t handle, int32_t layer, int32_t kv_head, int32_t which, int32_t begin,
            int32_t end) {
  return view(e.read_kv(handle, layer, kv_head, which, begin, end));
}

}  // namespace

void* operator new(size_t bytes) {
  ++n_allocations;
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

EMSCRIPTEN_BINDINGS(onehead) {
  emscripten::value_object<Info>("Info")
      .field("architecture", &Info::architecture)
      .field("nLayers", &Info::n_layers)
      .field("modelDim", &Info::model_dim)
      .field("hiddenDim", &Info::hidden_dim)
      .field("nQueryHeads", &Info::n_query_heads)
      .field("nKvHeads", &Info::n_kv_heads)
      .field("headDim", &Info::head_dim)
      .field("vocabSize", &Info::vocab_size)
      .field("contextLength", &Info::context_length)
      .field("parameterCount", &Info::parameter_count)
      .field("weightBytes", &Info::weight_bytes)
      .field("kvBytesPerToken", &Info::kv_bytes_per_token)
      .field("intDot", &Info::int_dot)
      .field("isa", &Info::isa)
      .field("numericsId", &Info::numerics_id)
      .field("cache", &Info::cache)
      .field("bosId", &Info::bos_id)
      .field("eosId", &Info::eos_id);

  emscripten::class_<Engine>("Engine")
      .constructor<>()
      .function("loadBegin", &Engine::load_begin)
      .function("staging", &staging)
      .function("loadPush", &Engine::load_push)
      .function("loadEnd", &Engine::load_end)
      .function("estimateBegin", &Engine::estimate_begin)
      .function("estimatePush", &Engine::estimate_push)
      .function("estimate", &estimate)
      .function("weightBytes", &Engine::weight_bytes)
      .function("lastError", &Engine::last_error)
      .function("info", &info)
      .function("metadataJson", &metadata_json)
      .function("prepareThreads", &Engine::prepare_threads)
      .function("threadPlaces", &thread_places)
      .function("useThreads", &Engine::use_threads)
      .function("useLeastGrain", &Engine::use_least_grain)
      .function("encode", &Engine::encode)
      .function("tokens", &tokens)
      .function("idsBuffer", &ids_buffer)
      .function("decode", &Engine::decode)
      .function("bytes", &bytes)
      .function("tokenPiece", &token_piece)
      .function("listControlPieces", &Engine::list_control_pieces)
      .function("isControl", &is_control)
      .function("isEnd", &is_end)
      .function("createSession", &Engine::create_session)
      .function("forkSession", &Engine::fork_session)
      .function("freeSession", &Engine::free_session)
      .function("rewindSession", &Engine::rewind_session)
      .function("reserveSession", &Engine::reserve_session)
      .function("saveBegin", &Engine::save_begin)
      .function("saveBytes", &Engine::save_bytes)
      .function("savePull", &Engine::save_pull)
      .function("restoreBegin", &Engine::restore_begin)
      .function("restorePush", &Engine::restore_push)
      .function("restoreEnd", &Engine::restore_end)
      .function("sessionPosition", &Engine::session_position)
      .function("sessionKvBytes", &Engine::session_kv_bytes)
      .function("configureSession", &configure_session)
      .function("setAblation", &Engine::set_ablation)
      .function("maxRows", &max_rows)
      .function("rows", &rows)
      .function("forward", &Engine::forward)
      .function("sampled", &sampled)
      .function("sampledLogprobs", &sampled_logprobs)
      .function("candidateIds", &candidate_ids)
      .function("candidateLogprobs", &candidate_logprobs)
      .function("logits", &logits)
      .function("text", &text)
      .function("flushText", &flush_text)
      .function("setTrace", &Engine::set_trace)
      .function("traceRows", &Engine::trace_rows)
      .function("traceAttention", &trace_attention)
      .function("traceQueries", &trace_queries)
      .function("traceHidden", &trace_hidden)
      .function("layerWindow", &Engine::layer_window)
      .function("readKv", &read_kv)
      .function("heapBytes", &heap_bytes)
      .function("allocations", &allocations);
}
