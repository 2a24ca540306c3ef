#include "support/json.hpp"

#include <charconv>
#include <stdexcept>

namespace onehead::support {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<Json> document() {
    Json value;
    if (!parse_value(value)) return std::nullopt;
    skip_space();
    if (at_ != text_.size()) return std::nullopt;
    return value;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string::npos) {
      ++at_;
    }
  }

  bool take(std::string_view expected) {
    skip_space();
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  bool parse_value(Json& out) {
    if (take("null")) return out = Json(nullptr), true;
    if (take("true")) return out = Json(true), true;
    if (take("false")) return out = Json(false), true;
    skip_space();
    if (at_ == text_.size()) return false;
    if (text_[at_] == '"') {
      std::string text;
      if (!parse_string(text)) return false;
      out = Json(std::move(text));
      return true;
    }
    if (take("[")) return parse_array(out);
    if (take("{")) return parse_object(out);
    return parse_number(out);
  }

  bool parse_number(Json& out) {
    double value = 0.0;
    const char* end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data() + at_, end, value);
    if (error != std::errc()) return false;
    at_ = static_cast<size_t>(stop - text_.data());
    out = Json(value);
    return true;
  }

  bool parse_string(std::string& out) {
    if (!take("\"")) return false;
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\') {
        if (at_ == text_.size()) return false;
        const size_t which = std::string_view("\"\\/nt").find(text_[at_++]);
        if (which == std::string::npos) return false;
        c = "\"\\/\n\t"[which];
      }
      out += c;
    }
    return at_++ < text_.size();
  }

  bool parse_array(Json& out) {
    Json::Array array;
    if (!take("]")) {
      do {
        if (!parse_value(array.emplace_back())) return false;
      } while (take(","));
      if (!take("]")) return false;
    }
    out = Json(std::move(array));
    return true;
  }

  bool parse_object(Json& out) {
    Json::Object object;
    if (!take("}")) {
      do {
        std::string key;
        if (!parse_string(key) || !take(":") || !parse_value(object[key])) return false;
      } while (take(","));
      if (!take("}")) return false;
    }
    out = Json(std::move(object));
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

std::optional<Json> Json::parse(std::string_view text) { return Parser(text).document(); }

const Json& Json::at(std::string_view key) const {
  const auto found = object().find(key);
  if (found == object().end()) throw std::out_of_range("no key " + std::string(key));
  return found->second;
}

}  // namespace onehead::support
