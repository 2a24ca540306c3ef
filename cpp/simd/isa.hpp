// Which instruction set this build runs on.
#pragma once

#include <string_view>

#include "simd/f32.hpp"

namespace onehead {

constexpr std::string_view isa_name() {
#if defined(__wasm_relaxed_simd__)
  return "wasm relaxed SIMD";
#elif defined(__wasm_simd128__)
  return "wasm SIMD128";
#else
  return Arch::name();
#endif
}

}  // namespace onehead
