// What is read from a header, and what is refused with which words.

#include "model/config.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "synthetic/gguf_writer.hpp"

namespace onehead {
namespace {

using synthetic::GgufWriter;
using Edit = std::function<void(GgufWriter&)>;

// The header of a model of 12 layers, 4 / 1 heads of 16 and a stream of 64, with `edit`'s keys.
Expected<Config> read(const std::string& architecture, const Edit& edit = {}) {
  GgufWriter writer;
  const auto key = [&](const char* name) { return architecture + "." + name; };
  writer.add_string("general.architecture", architecture);
  if (edit) edit(writer);
  writer.add_u32(key("block_count"), 12);
  writer.add_u32(key("context_length"), 1000);
  writer.add_u32(key("embedding_length"), 64);
  writer.add_u32(key("feed_forward_length"), 96);
  writer.add_u32(key("attention.head_count"), 4);
  writer.add_u32(key("attention.head_count_kv"), 1);
  const std::vector<std::byte> data(64 * 5 * 4);
  const uint64_t dims[] = {64, 5};
  writer.add_tensor("token_embd.weight", dims, 0, data);
  const std::vector<std::byte> file = writer.finish();
  GgufHeader header;
  const auto state = parse_gguf_header(file, file.size(), header);
  if (!state.ok()) return state.status();
  return read_config(header);
}

Config config_of(const std::string& architecture, const Edit& edit = {}) {
  Expected<Config> config = read(architecture, edit);
  EXPECT_TRUE(config.ok()) << config.status().message;
  return config.ok() ? std::move(*config) : Config{};
}

void expect_refused(const std::string& architecture, const Edit& edit, ErrorCode code,
                    const std::string& words) {
  const Expected<Config> config = read(architecture, edit);
  ASSERT_FALSE(config.ok()) << words;
  EXPECT_EQ(config.status().code, code) << config.status().message;
  EXPECT_NE(config.status().message.find(words), std::string::npos) << config.status().message;
}

std::vector<int32_t> windows(const Config& c) {
  std::vector<int32_t> out;
  for (int32_t layer = 0; layer < c.n_layers; ++layer) out.push_back(c.window_of(layer));
  return out;
}

TEST(Config, OfLlama) {
  const Config c = config_of("llama");
  EXPECT_EQ(c.head_dim, 16);
  EXPECT_EQ(c.rope_dim, 16);
  EXPECT_EQ(c.queries_per_kv(), 4);
  EXPECT_EQ(c.vocab_size, 5);
  EXPECT_TRUE(c.tied_head);
  EXPECT_EQ(c.rope_style, RopeStyle::kInterleaved);
  EXPECT_EQ(c.activation, Activation::kSilu);
  EXPECT_EQ(c.embedding_scale, 1.0f);
  EXPECT_EQ(c.query_scale, 0.25f);
  EXPECT_FALSE(c.has_qk_norm || c.has_post_norms || c.has_rope_factors);
  EXPECT_EQ(windows(c), std::vector<int32_t>(12, 0));
  EXPECT_EQ(c.rope[0].base, 10000.0);
  EXPECT_EQ(c.rope[0].scale, 1.0);
}

TEST(Config, OfGemma) {
  const Config c = config_of("gemma");
  EXPECT_EQ(c.rope_style, RopeStyle::kHalf);
  EXPECT_EQ(c.activation, Activation::kGelu);
  EXPECT_EQ(c.embedding_scale, 8.0f);
  EXPECT_FALSE(c.has_qk_norm || c.has_post_norms);
  EXPECT_EQ(windows(c), std::vector<int32_t>(12, 0));
}

TEST(Config, OfGemma3) {
  const Config c = config_of("gemma3", [](GgufWriter& w) {
    w.add_u32("gemma3.attention.sliding_window", 512);
    w.add_f32("gemma3.rope.freq_base", 1e6f);
    w.add_string("gemma3.rope.scaling.type", "linear");
    w.add_f32("gemma3.rope.scaling.factor", 8.0f);
  });
  EXPECT_EQ(c.rope_style, RopeStyle::kHalf);
  EXPECT_EQ(c.activation, Activation::kGelu);
  EXPECT_EQ(c.embedding_scale, 8.0f);
  EXPECT_TRUE(c.has_qk_norm && c.has_post_norms);
  const int32_t s = 512;
  EXPECT_EQ(windows(c), (std::vector<int32_t>{s, s, s, s, s, 0, s, s, s, s, s, 0}));
  EXPECT_EQ(c.kind_of(4), LayerKind::kSliding);
  EXPECT_EQ(c.kind_of(5), LayerKind::kGlobal);
  EXPECT_EQ(c.rope[0].base, 1e6);
  EXPECT_EQ(c.rope[0].scale, 0.125);
  EXPECT_EQ(c.rope[1].base, 1e4);
  EXPECT_EQ(c.rope[1].scale, 1.0);
}

TEST(Config, PatternsOfWindows) {
  const auto with = [](const Edit& edit) {
    return windows(config_of("gemma3", [&](GgufWriter& w) {
      w.add_u32("gemma3.attention.sliding_window", 9);
      edit(w);
    }));
  };
  const char* key = "gemma3.attention.sliding_window_pattern";
  EXPECT_EQ(with([&](GgufWriter& w) { w.add_u32(key, 3); }),
            (std::vector<int32_t>{9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0}));
  EXPECT_EQ(with([&](GgufWriter& w) { w.add_u32(key, 1); }), std::vector<int32_t>(12, 0));
  const bool flags[] = {true, false, false, true, true, true, true, true, true, true, true, true};
  const std::vector<int32_t> expected = {9, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9};
  EXPECT_EQ(with([&](GgufWriter& w) { w.add_bool_array(key, flags); }), expected);
  const std::vector<int32_t> numbers(flags, flags + 12);
  EXPECT_EQ(with([&](GgufWriter& w) { w.add_i32_array(key, numbers); }), expected);
  // Without a window there is nothing that slides.
  EXPECT_EQ(windows(config_of("gemma3")), std::vector<int32_t>(12, 0));

  for (const Edit& wrong :
       {Edit([&](GgufWriter& w) { w.add_u32(key, 0); }),
        Edit([&](GgufWriter& w) { w.add_f32(key, 6.0f); }), Edit([&](GgufWriter& w) {
          w.add_i32_array(key, std::vector<int32_t>{1, 0});
        }),
        Edit([&](GgufWriter& w) { w.add_f32_array(key, std::vector<float>(12, 1.0f)); })}) {
    expect_refused(
        "gemma3",
        [&](GgufWriter& w) {
          w.add_u32("gemma3.attention.sliding_window", 9);
          wrong(w);
        },
        ErrorCode::kBadFile, "");
  }
}

TEST(Config, Gemma3Of62LayersScalesScoresByTheStreamsWidth) {
  GgufWriter writer;
  writer.add_string("general.architecture", "gemma3");
  writer.add_u32("gemma3.block_count", 62);
  writer.add_u32("gemma3.context_length", 100);
  writer.add_u32("gemma3.embedding_length", 5376);
  writer.add_u32("gemma3.feed_forward_length", 21504);
  writer.add_u32("gemma3.attention.head_count", 32);
  writer.add_u32("gemma3.attention.key_length", 128);
  writer.add_u32("gemma3.attention.value_length", 128);
  const std::vector<std::byte> data(5376 * 4);
  const uint64_t dims[] = {5376, 1};
  writer.add_tensor("token_embd.weight", dims, 0, data);
  const std::vector<std::byte> file = writer.finish();
  GgufHeader header;
  ASSERT_TRUE(parse_gguf_header(file, file.size(), header).ok());
  const Expected<Config> config = read_config(header);
  ASSERT_TRUE(config.ok()) << config.status().message;
  EXPECT_FLOAT_EQ(config->query_scale, 1.0f / std::sqrt(5376.0f / 32.0f));
}

TEST(Config, UnknownArchitecturesAreNamedWithTheKnownOnes) {
  expect_refused("gemma2", {}, ErrorCode::kUnsupportedModel,
                 "`gemma2` is not supported; `llama`, `gemma` and `gemma3` are.");
  expect_refused("", {}, ErrorCode::kUnsupportedModel, "`` is not supported");
}

TEST(Config, FeaturesThatAreNotImplementedAreRefused) {
  const auto unsupported = [](const char* architecture, const Edit& edit, const char* words) {
    expect_refused(architecture, edit, ErrorCode::kUnsupportedModel, words);
  };
  unsupported(
      "gemma3", [](GgufWriter& w) { w.add_f32("gemma3.final_logit_softcapping", 30.0f); },
      "soft-capped logits");
  unsupported(
      "gemma3", [](GgufWriter& w) { w.add_f32("gemma3.attn_logit_softcapping", 50.0f); },
      "soft-capped attention scores");
  unsupported(
      "llama", [](GgufWriter& w) { w.add_u32("llama.expert_count", 8); }, "mixture of experts");
  unsupported(
      "llama", [](GgufWriter& w) { w.add_string("llama.rope.scaling.type", "yarn"); }, "`yarn`");
  unsupported(
      "llama", [](GgufWriter& w) { w.add_u32("llama.attention.sliding_window", 100); },
      "Sliding windows");
  unsupported(
      "llama", [](GgufWriter& w) { w.add_u32("llama.attention.value_length", 8); },
      "different sizes");
  // Said, but off.
  config_of("llama", [](GgufWriter& w) {
    w.add_u32("llama.expert_count", 0);
    w.add_f32("llama.final_logit_softcapping", 0.0f);
    w.add_string("llama.rope.scaling.type", "none");
    w.add_u32("llama.attention.sliding_window", 1000);
  });
}

TEST(Config, NumbersThatCannotBeAreRefused) {
  const auto bad = [](const Edit& edit, const char* words) {
    expect_refused("llama", edit, ErrorCode::kBadFile, words);
  };
  bad([](GgufWriter& w) { w.add_u32("llama.rope.dimension_count", 18); }, "18 of 16");
  bad([](GgufWriter& w) { w.add_u32("llama.rope.dimension_count", 7); }, "7 of 16");
  bad([](GgufWriter& w) { w.add_u32("llama.attention.key_length", 0); }, "key_length = 0");
  bad([](GgufWriter& w) { w.add_f32("llama.attention.key_length", 16.0f); }, "not a whole number");
  for (const float base : {0.0f, -1.0f, 0.5f, 1e20f, std::numeric_limits<float>::quiet_NaN(),
                           std::numeric_limits<float>::infinity()}) {
    bad([&](GgufWriter& w) { w.add_f32("llama.rope.freq_base", base); }, "rope.freq_base");
    bad([&](GgufWriter& w) { w.add_f32("llama.rope.scaling.factor", base); }, "scaling.factor");
  }
  bad([](GgufWriter& w) { w.add_f32("llama.attention.layer_norm_rms_epsilon", -1e-5f); },
      "epsilon");
}

}  // namespace
}  // namespace onehead
