// Reads the JSON that our own programs write: no comments, no duplicate keys, \u escapes kept out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace onehead::support {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;

  Json() = default;
  template <class T>
  explicit Json(T value) : value_(std::move(value)) {}

  // nullopt where the text is not JSON.
  static std::optional<Json> parse(std::string_view text);

  // Each throws std::bad_variant_access (std::out_of_range for a missing key) on a wrong guess.
  const std::string& string() const { return std::get<std::string>(value_); }
  double number() const { return std::get<double>(value_); }
  int integer() const { return static_cast<int>(number()); }
  bool boolean() const { return std::get<bool>(value_); }
  const Array& array() const { return std::get<Array>(value_); }
  const Object& object() const { return std::get<Object>(value_); }
  const Json& at(std::string_view key) const;
  bool has(std::string_view key) const { return object().find(key) != object().end(); }

 private:
  std::variant<std::nullptr_t, bool, double, std::string, Array, Object> value_;
};

}  // namespace onehead::support
