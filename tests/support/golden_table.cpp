#include "support/golden_table.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "support/files.hpp"
#include "support/json.hpp"

#ifndef ONEHEAD_SOURCE_DIR
#error "ONEHEAD_SOURCE_DIR must name the repository's root"
#endif

namespace onehead::support {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string shortest(double value) {  // parses back to the same bits
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, result.ptr);
}

template <class T, class Format>
std::string list(const std::vector<T>& values, Format format) {
  std::string out = "[";
  for (const T& value : values) {
    if (out.size() > 1) out += ", ";
    out += format(value);
  }
  return out + "]";
}

std::string number(int32_t value) { return std::to_string(value); }

std::string case_json(const GoldenCase& c) {
  const auto pair = [](const std::pair<int32_t, int32_t>& p) {
    return "[" + number(p.first) + ", " + number(p.second) + "]";
  };
  std::string out = "    {\n";
  const auto field = [&](const char* key, const std::string& value, bool last = false) {
    out += "      \"" + std::string(key) + "\": " + value + (last ? "\n" : ",\n");
  };
  field("model", quoted(c.model));
  field("text", quoted(c.text));
  field("precision", c.precision_f32 ? "\"f32\"" : "\"int8\"");
  if (c.cache_int8) field("cache", "\"int8\"");
  field("ablate", list(c.ablate, pair));
  field("prompt", list(c.prompt, number));
  field("maxTokens", number(c.max_tokens));
  field("tokens", list(c.tokens, number));
  field("logprobs", list(c.logprobs, shortest));
  field("logits", list(c.logits, quoted));
  field("trace",
        "{ \"attention\": " + quoted(c.attention) + ", \"queries\": " + quoted(c.queries) +
            ", \"keys\": " + quoted(c.keys) + ", \"values\": " + quoted(c.values) +
            ", \"hidden\": " + quoted(c.hidden) + " }",
        true);
  return out + "    }";
}

std::vector<int32_t> integers(const Json& json) {
  std::vector<int32_t> out;
  for (const Json& value : json.array()) out.push_back(value.integer());
  return out;
}

GoldenCase read_case(const Json& json) {
  GoldenCase c;
  c.model = json.at("model").string();
  c.text = json.at("text").string();
  c.precision_f32 = json.at("precision").string() == "f32";
  c.cache_int8 = json.has("cache") && json.at("cache").string() == "int8";
  for (const Json& pair : json.at("ablate").array()) {
    c.ablate.emplace_back(pair.array().at(0).integer(), pair.array().at(1).integer());
  }
  c.prompt = integers(json.at("prompt"));
  c.max_tokens = json.at("maxTokens").integer();
  c.tokens = integers(json.at("tokens"));
  for (const Json& value : json.at("logprobs").array()) c.logprobs.push_back(value.number());
  for (const Json& value : json.at("logits").array()) c.logits.push_back(value.string());
  const Json& trace = json.at("trace");
  c.attention = trace.at("attention").string();
  c.queries = trace.at("queries").string();
  c.keys = trace.at("keys").string();
  c.values = trace.at("values").string();
  c.hidden = trace.at("hidden").string();
  return c;
}

}  // namespace

std::vector<int32_t> GoldenCase::sequence() const {
  std::vector<int32_t> all = prompt;
  if (!tokens.empty()) all.insert(all.end(), tokens.begin(), tokens.end() - 1);
  return all;
}

std::string GoldenCase::label() const {
  std::string out = model + (precision_f32 ? " in f32" : "") + (cache_int8 ? " with int8 K/V" : "");
  if (!ablate.empty()) out += " ablated";
  return out + ", prompt of " + std::to_string(prompt.size());
}

std::optional<GoldenTable> GoldenTable::read(const std::filesystem::path& path) {
  const std::optional<std::string> text = read_text(path);
  if (!text) return std::nullopt;
  const std::optional<Json> json = Json::parse(*text);
  if (!json) return std::nullopt;
  GoldenTable table;
  for (const Json& entry : json->at("cases").array()) table.cases.push_back(read_case(entry));
  return table;
}

std::string GoldenTable::to_json() const {
  std::string out = "{\n  \"version\": 1,\n  \"cases\": [\n";
  for (size_t i = 0; i < cases.size(); ++i) {
    out += case_json(cases[i]) + (i + 1 < cases.size() ? ",\n" : "\n");
  }
  return out + "  ]\n}\n";
}

std::filesystem::path source_dir() { return ONEHEAD_SOURCE_DIR; }

std::filesystem::path model_file(const std::string& model) {
  constexpr std::string_view outside = "public-models/";
  if (!model.starts_with(outside)) return source_dir() / model;
  const char* folder = std::getenv("ONEHEAD_PUBLIC_MODELS");
  if (folder == nullptr) return {};
  return std::filesystem::path(folder) / model.substr(outside.size());
}

}  // namespace onehead::support
