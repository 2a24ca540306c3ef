// libFuzzer's entry: compiled once for each target, with -DONEHEAD_FUZZ_TARGET=<name>. See
// ../run.mjs.
#include "fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  onehead::fuzz::ONEHEAD_FUZZ_TARGET({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
