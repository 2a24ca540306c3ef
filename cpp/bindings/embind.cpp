// The table that joins the module's one engine to JavaScript (web/src/raw_engine.ts). Only numbers
// cross, so that little of Embind's script is needed: an array is given as the address of its place
// and length, text as bytes. No logic here.
#include <emscripten/bind.h>
#include <malloc.h>

#include <string>
#include <type_traits>

#include "bindings/engine.hpp"
#include "bindings/memory.hpp"
#include "format/gguf.hpp"
#include "simd/isa.hpp"

namespace {

using onehead::Engine;

Engine& engine() {
  static Engine* const only = new Engine;
  return *only;
}

// Results as they cross. Of an array, where it lies: valid until the next one is given.
int32_t cross(int32_t number) { return number; }
double cross(double number) { return number; }
template <class T>
int32_t cross(std::span<T> array) {
  static uint32_t place[2];
  place[0] = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(array.data()));
  place[1] = static_cast<uint32_t>(array.size());
  return static_cast<int32_t>(reinterpret_cast<uintptr_t>(place));
}

// Few signatures: each is code of its own on both sides.
template <class T>
using Wire = std::conditional_t<std::is_same_v<T, bool>, int32_t, T>;

template <class R, class... Parameters>
struct Crossing {
  template <auto kMethod>
  static auto call(Wire<Parameters>... arguments) {
    if constexpr (std::is_void_v<R>) {
      (engine().*kMethod)(arguments...);
      return int32_t{0};
    } else {
      return cross((engine().*kMethod)(arguments...));
    }
  }
};
template <class R, class... Parameters>
Crossing<R, Parameters...> crossing(R (Engine::*)(Parameters...));
template <class R, class... Parameters>
Crossing<R, Parameters...> crossing(R (Engine::*)(Parameters...) const);

template <auto kMethod>
void bind(const char* name) {
  emscripten::function(name, &decltype(crossing(kMethod))::template call<kMethod>);
}

std::span<const uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

int32_t last_error() { return cross(bytes_of(engine().last_error())); }

// In the order of web/src/raw_engine.ts. 32 bits of memory are a double's whole numbers.
int32_t info_numbers() {
  const onehead::Model& model = engine().model();
  const onehead::Config& c = model.config();
  static double numbers[13];
  double* to = numbers;
  for (const int32_t value :
       {c.n_layers, c.model_dim, c.hidden_dim, c.n_query_heads, c.n_kv_heads, c.head_dim,
        c.vocab_size, model.context_length(), model.tokenizer().bos(), model.tokenizer().eos()}) {
    *to++ = value;
  }
  *to++ = static_cast<double>(model.n_parameters());
  *to++ = static_cast<double>(model.weight_bytes());
  *to++ = static_cast<double>(model.kv_bytes_per_token());
  return cross(std::span<const double>(numbers));
}

int32_t info_names() {
  const onehead::Model& model = engine().model();
  static std::string names;
  names = model.config().architecture;
  for (const std::string_view name :
       {int_dot_name(model.int_dot()), onehead::isa_name(), std::string_view(onehead::kNumericsId),
        kv_type_name(model.cache().type())}) {
    names += '\0';
    names += name;
  }
  return cross(bytes_of(names));
}

int32_t estimate() {
  const std::optional<onehead::Estimate>& e = engine().estimate();
  if (!e) return cross(std::span<const double>());
  static double numbers[5];
  numbers[0] = static_cast<double>(e->file_bytes);
  numbers[1] = static_cast<double>(e->weight_bytes);
  numbers[2] = static_cast<double>(e->kv_bytes);
  numbers[3] = static_cast<double>(e->scratch_bytes);
  numbers[4] = e->context_length;
  return cross(std::span<const double>(numbers));
}

int32_t metadata_json() {
  static std::string json;
  json = onehead::metadata_json(engine().model().header());
  return cross(bytes_of(json));
}

int32_t is_control(int32_t id) { return engine().model().tokenizer().is_control(id) ? 1 : 0; }
int32_t is_end(int32_t id) { return engine().model().tokenizer().is_end(id) ? 1 : 0; }
int32_t max_rows() { return engine().model().max_rows(); }
double heap_bytes() { return static_cast<double>(mallinfo().uordblks); }
int32_t allocations() { return onehead::allocations(); }

// seed: a whole number below 2^53.
int32_t configure_session(int32_t handle, double temperature, int32_t top_k, double top_p,
                          double min_p, double repetition_penalty, double seed) {
  return engine().configure_session(
      handle,
      {static_cast<float>(temperature), top_k, static_cast<float>(top_p), static_cast<float>(min_p),
       static_cast<float>(repetition_penalty), seed > 0 ? static_cast<uint64_t>(seed) : 0});
}

// Before anything is called. (EMSCRIPTEN_BINDINGS would do the same, and tell JavaScript of every
// type that Embind knows.)
[[gnu::constructor]] void bind_all() {
  bind<&Engine::load_begin>("loadBegin");
  bind<&Engine::staging>("staging");
  bind<&Engine::load_push>("loadPush");
  bind<&Engine::load_end>("loadEnd");
  bind<&Engine::estimate_begin>("estimateBegin");
  bind<&Engine::estimate_push>("estimatePush");
  emscripten::function("estimate", &estimate);
  bind<&Engine::weight_bytes>("weightBytes");
  emscripten::function("lastError", &last_error);
  emscripten::function("infoNumbers", &info_numbers);
  emscripten::function("infoNames", &info_names);
  emscripten::function("metadataJson", &metadata_json);
  bind<&Engine::prepare_threads>("prepareThreads");
  bind<&Engine::thread_places>("threadPlaces");
  bind<&Engine::use_threads>("useThreads");
  bind<&Engine::use_least_grain>("useLeastGrain");
  bind<&Engine::text_buffer>("textBuffer");
  bind<&Engine::encode>("encode");
  bind<&Engine::tokens>("tokens");
  bind<&Engine::ids_buffer>("idsBuffer");
  bind<&Engine::decode>("decode");
  bind<&Engine::bytes>("bytes");
  bind<&Engine::token_piece>("tokenPiece");
  bind<&Engine::list_control_pieces>("listControlPieces");
  emscripten::function("isControl", &is_control);
  emscripten::function("isEnd", &is_end);
  bind<&Engine::create_session>("createSession");
  bind<&Engine::fork_session>("forkSession");
  bind<&Engine::free_session>("freeSession");
  bind<&Engine::rewind_session>("rewindSession");
  bind<&Engine::reserve_session>("reserveSession");
  bind<&Engine::save_begin>("saveBegin");
  bind<&Engine::save_bytes>("saveBytes");
  bind<&Engine::save_pull>("savePull");
  bind<&Engine::restore_begin>("restoreBegin");
  bind<&Engine::restore_push>("restorePush");
  bind<&Engine::restore_end>("restoreEnd");
  bind<&Engine::session_position>("sessionPosition");
  bind<&Engine::session_kv_bytes>("sessionKvBytes");
  emscripten::function("configureSession", &configure_session);
  bind<&Engine::set_ablation>("setAblation");
  emscripten::function("maxRows", &max_rows);
  bind<&Engine::rows>("rows");
  bind<&Engine::forward>("forward");
  bind<&Engine::sampled>("sampled");
  bind<&Engine::sampled_logprobs>("sampledLogprobs");
  bind<&Engine::candidate_ids>("candidateIds");
  bind<&Engine::candidate_logprobs>("candidateLogprobs");
  bind<&Engine::logits>("logits");
  bind<&Engine::text>("text");
  bind<&Engine::flush_text>("flushText");
  bind<&Engine::set_trace>("setTrace");
  bind<&Engine::trace_rows>("traceRows");
  bind<&Engine::trace_attention>("traceAttention");
  bind<&Engine::trace_queries>("traceQueries");
  bind<&Engine::trace_hidden>("traceHidden");
  bind<&Engine::layer_window>("layerWindow");
  bind<&Engine::read_kv>("readKv");
  emscripten::function("heapBytes", &heap_bytes);
  emscripten::function("allocations", &allocations);
}

}  // namespace

// Emscripten asks for it wherever there is Embind; its own would bring all that Embind knows along.
extern "C" const char* __getTypeName(const void*) { return ""; }
