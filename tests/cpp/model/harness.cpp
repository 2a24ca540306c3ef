#include "cpp/model/harness.hpp"

#include <algorithm>
#include <numeric>

#include "gtest/gtest.h"
#include "support/files.hpp"
#include "support/fnv.hpp"

namespace onehead::testing {
namespace {

constexpr size_t kKept = kLogitsGroup;  // rows whose logits one step can keep

// The rows of one step; logits are kept of rows [keep_begin, keep_begin + kKept).
std::vector<StepRow> rows_of(Session& session, std::span<const int32_t> tokens, size_t keep_begin) {
  std::vector<StepRow> rows(tokens.size());
  for (size_t i = 0; i < tokens.size(); ++i) {
    rows[i].session = &session;
    rows[i].token = tokens[i];
    rows[i].wants_logits = i >= keep_begin && i < keep_begin + kKept;
    rows[i].keep_logits = rows[i].wants_logits;
  }
  return rows;
}

void append_hashes(const Model& model, std::vector<std::string>& out) {
  const StepOutput& output = model.output();
  const auto width = static_cast<size_t>(model.config().vocab_size);
  for (const int32_t index : output.kept_index) {
    const std::span<const float> all(output.kept_logits);
    out.push_back(support::hash_floats(all.subspan(static_cast<size_t>(index) * width, width)));
  }
}

void expect_ok(const Status& status) { EXPECT_TRUE(status.ok()) << status.message; }

template <class Use>
void for_chunks(std::span<const int32_t> tokens, int32_t chunk, Use use) {
  const auto step = static_cast<size_t>(chunk);
  for (size_t begin = 0; begin < tokens.size(); begin += step) {
    use(tokens.subspan(begin, std::min(step, tokens.size() - begin)));
  }
}

}  // namespace

std::vector<std::byte> read_file(const std::string& path_from_root) {
  auto bytes = support::read_bytes(support::model_file(path_from_root));
  EXPECT_TRUE(bytes) << "cannot read " << path_from_root;
  return bytes.value_or(std::vector<std::byte>{});
}

std::string test_name(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

std::unique_ptr<Model> load(std::span<const std::byte> file, bool precision_f32,
                            int32_t context_length, KvType cache) {
  LoadOptions options;
  options.cache = cache;
  options.precision_f32 = precision_f32;
  options.context_length = context_length;
  Expected<std::unique_ptr<Model>> model = Model::from_bytes(file, options);
  EXPECT_TRUE(model.ok()) << model.status().message;
  return model.ok() ? std::move(*model) : nullptr;
}

std::unique_ptr<Model> load_for(const support::GoldenCase& question, int32_t context_length) {
  return load(read_file(question.model), question.precision_f32, context_length,
              question.cache_int8 ? KvType::kInt8 : KvType::kF32);
}

std::unique_ptr<Session> new_session(Model& model) {
  Expected<std::unique_ptr<Session>> session = model.create_session();
  EXPECT_TRUE(session.ok()) << session.status().message;
  return std::move(*session);
}

std::vector<std::string> feed(Model& model, Session& session, std::span<const int32_t> tokens,
                              int32_t chunk) {
  std::vector<std::string> hashes;
  for_chunks(tokens, chunk, [&](std::span<const int32_t> part) {
    const int32_t start = session.position();
    for (size_t keep = 0; keep < part.size(); keep += kKept) {
      expect_ok(session.rewind(start));
      expect_ok(model.step(rows_of(session, part, keep), 0, {}));
      append_hashes(model, hashes);
    }
  });
  return hashes;
}

void feed_quietly(Model& model, Session& session, std::span<const int32_t> tokens, int32_t chunk) {
  for_chunks(tokens, chunk, [&](std::span<const int32_t> part) {
    expect_ok(model.step(rows_of(session, part, part.size()), 0, {}));
  });
}

Sampled step_once(Model& model, Session& session, int32_t token) {
  expect_ok(model.step(rows_of(session, {&token, 1}, 0), 0, {}));
  std::vector<std::string> hash;
  append_hashes(model, hash);
  if (hash.empty()) return {};
  const StepResult& result = model.output().results.front();
  return {result.token, result.logprob, hash.front()};
}

DenseTrace trace_prompt(Model& model, Session& session, std::span<const int32_t> prompt,
                        int32_t chunk) {
  const Config& c = model.config();
  TraceRequest request;
  request.attention = request.queries = request.hidden = true;
  request.layers.resize(static_cast<size_t>(c.n_layers));
  request.heads.resize(static_cast<size_t>(c.n_query_heads));
  std::iota(request.layers.begin(), request.layers.end(), 0);
  std::iota(request.heads.begin(), request.heads.end(), 0);

  const size_t n = prompt.size();
  const auto n_layers = static_cast<size_t>(c.n_layers);
  const auto n_heads = static_cast<size_t>(c.n_query_heads);
  const auto head_dim = static_cast<size_t>(c.head_dim);
  const auto model_dim = static_cast<size_t>(c.model_dim);
  DenseTrace out;
  out.attention.assign(n_layers * n_heads * n * n, 0.0f);
  out.queries.assign(n_layers * n_heads * n * head_dim, 0.0f);
  out.hidden.assign((n_layers + 1) * n * model_dim, 0.0f);

  for_chunks(prompt, chunk, [&](std::span<const int32_t> part) {
    std::vector<StepRow> rows = rows_of(session, part, part.size());
    for (StepRow& row : rows) row.trace = true;
    expect_ok(model.step(rows, 0, request));
    EXPECT_EQ(model.output().n_traced, rows.size());
    for (size_t i = 0; i < model.output().n_traced; ++i) {
      const TracedRow& traced = model.output().traced[i];
      const auto p = static_cast<size_t>(traced.position);
      const size_t seen = p + 1;
      for (size_t lh = 0; lh < n_layers * n_heads; ++lh) {
        std::copy_n(traced.attention.data() + lh * seen, seen, &out.attention[(lh * n + p) * n]);
        std::copy_n(traced.queries.data() + lh * head_dim, head_dim,
                    &out.queries[(lh * n + p) * head_dim]);
      }
      for (size_t layer = 0; layer <= n_layers; ++layer) {
        std::copy_n(traced.hidden.data() + layer * model_dim, model_dim,
                    &out.hidden[(layer * n + p) * model_dim]);
      }
    }
  });

  std::vector<float> part;
  for (int32_t layer = 0; layer < c.n_layers; ++layer) {
    for (int32_t head = 0; head < c.n_kv_heads; ++head) {
      expect_ok(model.read_kv(session, layer, head, 0, 0, session.position(), part));
      out.keys.insert(out.keys.end(), part.begin(), part.end());
      expect_ok(model.read_kv(session, layer, head, 1, 0, session.position(), part));
      out.values.insert(out.values.end(), part.begin(), part.end());
    }
  }
  return out;
}

support::GoldenCase answer(Model& model, const support::GoldenCase& question, int32_t chunk) {
  support::GoldenCase c = question;
  c.tokens.clear();
  c.logprobs.clear();
  std::vector<AblatedHead> ablated;
  for (const auto& [layer, head] : c.ablate) ablated.push_back({layer, head});

  const std::unique_ptr<Session> session = new_session(model);
  expect_ok(session->ablate(ablated));
  const DenseTrace trace = trace_prompt(model, *session, c.prompt, chunk);
  c.attention = support::hash_floats(trace.attention);
  c.queries = support::hash_floats(trace.queries);
  c.keys = support::hash_floats(trace.keys);
  c.values = support::hash_floats(trace.values);
  c.hidden = support::hash_floats(trace.hidden);

  expect_ok(session->rewind(0));
  c.logits = feed(model, *session, c.prompt, chunk);
  // The prompt's last step sampled the first token.
  if (model.output().results.empty()) return c;
  c.tokens.push_back(model.output().results.back().token);
  c.logprobs.push_back(model.output().results.back().logprob);
  while (static_cast<int32_t>(c.tokens.size()) < c.max_tokens &&
         !model.tokenizer().is_end(c.tokens.back())) {
    const Sampled next = step_once(model, *session, c.tokens.back());
    c.tokens.push_back(next.token);
    c.logprobs.push_back(next.logprob);
    c.logits.push_back(next.logits);
  }
  return c;
}

void expect_same_text(const support::GoldenCase& actual, const support::GoldenCase& expected) {
  EXPECT_EQ(actual.tokens, expected.tokens);
  EXPECT_EQ(actual.logprobs, expected.logprobs);
  EXPECT_EQ(actual.logits, expected.logits);
}

void expect_same(const support::GoldenCase& actual, const support::GoldenCase& expected) {
  expect_same_text(actual, expected);
  EXPECT_EQ(actual.attention, expected.attention);
  EXPECT_EQ(actual.queries, expected.queries);
  EXPECT_EQ(actual.keys, expected.keys);
  EXPECT_EQ(actual.values, expected.values);
  EXPECT_EQ(actual.hidden, expected.hidden);
}

}  // namespace onehead::testing
