// The inputs that fuzzing starts from: sound ones, so that damage to them reaches deep.
#include <string>
#include <string_view>

#include "fuzz/targets.hpp"
#include "fuzz/vocab_file.hpp"
#include "synthetic/gguf_writer.hpp"
#include "synthetic/model.hpp"

namespace onehead::fuzz {
namespace {

Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// Records of vocab_and_text.
std::string record(uint32_t flags, std::string_view bytes) {
  std::string out(1, static_cast<char>(flags | bytes.size()));
  return out.append(bytes);
}

std::vector<Bytes> text_seeds() {
  constexpr uint32_t kPiece = 0, kUser = 64, kText = 128;
  std::vector<Bytes> seeds;
  for (char options : {'\0', '\1', '\2'}) {
    std::string seed(1, options);
    for (const char* piece : {"\xE2\x96\x81", "a", "b", "ab",
                              "\xE2\x96\x81"
                              "a",
                              "aba", " a", " ab", "\xC3\xA9", "\xE2\x96", "</s", "<0x"}) {
      seed += record(kPiece, piece);
    }
    seed += record(kUser, "<en>") + record(kUser, "b\xE2\x96\x81") + record(kUser, "<e");
    for (const char* text : {" ab  aba", "\xE2\x96\x81", "<en> ab", "\xC3\xA9\xFF\xE2\x96",
                             "</s><0x41>", "it's 12 b\xE2\x96\x81", "\n\n a"}) {
      seed += record(kText, text);
    }
    seeds.push_back(bytes_of(seed));
  }
  return seeds;
}

std::vector<Bytes> file_seeds() {
  std::vector<Bytes> seeds;
  for (const Bytes& seed : text_seeds()) seeds.push_back(vocab_and_text(seed).file);
  return seeds;
}

std::vector<Bytes> words_seeds() {
  std::vector<Bytes> seeds;
  for (char rule : {'\0', '\1', '\2', '\3'}) {
    for (const char* text : {"It's 1234, don'T  we'Ll \n\n x", "a\u00A0\u0085 \r\n\t .. 12\xC2\xBD",
                             "\xE2\x96 \xC0\x80 \xED\xA0\x80y \xF0\x9F\x98\x80'S '"}) {
      seeds.push_back(bytes_of(std::string(1, rule) + text));
    }
  }
  return seeds;
}

std::vector<Bytes> header_seeds() {
  std::vector<Bytes> seeds = file_seeds();
  synthetic::GgufWriter writer;
  writer.add_string("general.architecture", "llama");
  writer.add_u32("general.alignment", 32);
  writer.add_u32("llama.block_count", 2);
  writer.add_f32("llama.rope.freq_base", 10000);
  writer.add_bool("tokenizer.ggml.add_bos_token", true);
  const std::vector<std::string> strings = {"", "a", "bc"};
  writer.add_string_array("strings", strings);
  const std::vector<int32_t> numbers = {1, -2, 3};
  writer.add_i32_array("numbers", numbers);
  const Bytes data(160);
  const std::vector<uint64_t> matrix = {32, 2};
  const std::vector<uint64_t> vector = {40};
  writer.add_tensor("blk.0.attn_q.weight", matrix, 8, std::span(data).first(68));
  writer.add_tensor("output_norm.weight", vector, 0, data);
  writer.add_tensor("token_embd.weight", matrix, 1, std::span(data).first(128));
  seeds.push_back(writer.finish());
  return seeds;
}

// The smallest model of each architecture, with all that its files may say.
std::vector<Bytes> model_seeds() {
  synthetic::ModelShape shape{"tiny", 1, 2, 1, 4, 32, 32, 7, 9, false, WeightType::kQ8_0, 1e4f, 1};
  shape.rope_scaling = 2.0f;
  shape.has_rope_factors = true;
  std::vector<Bytes> seeds = {synthetic::make_model(shape).to_gguf()};
  shape.has_rope_factors = false;
  shape.architecture = "gemma";
  seeds.push_back(synthetic::make_model(shape).to_gguf());
  shape.architecture = "gemma3";
  shape.window = 5;
  shape.window_period = 2;
  shape.sliding_rope_base = 1e3f;
  seeds.push_back(synthetic::make_model(shape).to_gguf());
  return seeds;
}

}  // namespace

std::span<const Named> targets() {
  static const Named kTargets[] = {{"gguf_header", gguf_header, header_seeds},
                                   {"model_shape", model_shape, model_seeds},
                                   {"tokenizer_file", tokenizer_file, file_seeds},
                                   {"tokenizer_text", tokenizer_text, text_seeds},
                                   {"words", words, words_seeds}};
  return kTargets;
}

}  // namespace onehead::fuzz
