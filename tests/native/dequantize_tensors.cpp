// Every tensor of a model as the engine holds it after loading, taken back out of its tiles as f32,
// to stdout: for each the length of its name (u32), the name, the number of values (u64), the
// values in the file's order.
//
//   dequantize_tensors <model.gguf> [int8|f32]     the load option "precision"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/pack.hpp"
#include "runtime/loader.hpp"
#include "support/files.hpp"

namespace {

using onehead::Placement;

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "dequantize_tensors: %s\n", message.c_str());
  std::exit(1);
}

template <class T>
void write(const T* values, size_t n) {
  if (std::fwrite(values, sizeof(T), n, stdout) != n) fail("cannot write");
}

void write_tensor(const Placement& placement, const onehead::AlignedBuffer& arena) {
  const auto name_length = static_cast<uint32_t>(placement.name.size());
  write(&name_length, 1);
  write(placement.name.data(), placement.name.size());
  const auto n_cols = static_cast<size_t>(placement.matrix.n_cols);
  const uint64_t n = static_cast<uint64_t>(placement.matrix.n_rows) * n_cols;
  write(&n, 1);
  if (placement.is_vector) {
    write(arena.at<float>(placement.arena_offset), n_cols);
    return;
  }
  std::vector<float> row(n_cols);
  for (int32_t r = 0; r < placement.matrix.n_rows; ++r) {
    onehead::unpack_row(placement.matrix, r, row.data());
    write(row.data(), n_cols);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) fail("usage: dequantize_tensors <model.gguf> [int8|f32]");
  const auto bytes = onehead::support::read_bytes(argv[1]);
  if (!bytes) fail(std::string("cannot read ") + argv[1]);
  onehead::LoadOptions options;
  options.precision_f32 = argc > 2 && std::string_view(argv[2]) == "f32";
  onehead::Loader loader(options);
  onehead::Status status = loader.push(*bytes);
  if (status.ok()) status = loader.finish();
  if (!status.ok()) fail(status.message);
  const onehead::Weights weights = loader.take_weights();
  for (const Placement& placement : loader.plan().placements)
    write_tensor(placement, weights.arena);
  return 0;
}
