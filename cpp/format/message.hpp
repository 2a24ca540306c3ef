// Sentences of errors, put together from parts. What comes from a file is shown cut and in ASCII.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/status.hpp"

namespace onehead {

std::string concat(std::initializer_list<std::string_view> parts);

// 'text' in quotes, at most 64 bytes of it, anything that is not printable ASCII as "?".
std::string quoted(std::string_view text);

Status bad_file(std::initializer_list<std::string_view> sentence);
Status unsupported_model(std::initializer_list<std::string_view> sentence);

}  // namespace onehead
