#include "format/message.hpp"

namespace onehead {

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view part : parts) text += part;
  return text;
}

std::string quoted(std::string_view text) {
  constexpr size_t kMaxShown = 64;
  std::string out = "'";
  for (char c : text.substr(0, kMaxShown)) out += (c >= ' ' && c <= '~') ? c : '?';
  out += text.size() > kMaxShown ? "…'" : "'";
  return out;
}

Status bad_file(std::initializer_list<std::string_view> sentence) {
  return {ErrorCode::kBadFile, concat(sentence)};
}

Status unsupported_model(std::initializer_list<std::string_view> sentence) {
  return {ErrorCode::kUnsupportedModel, concat(sentence)};
}

}  // namespace onehead
