// make_corpus <folder>: writes each target's seeds to <folder>/<target>/seed-<n>.
#include <cstdio>
#include <filesystem>
#include <string>

#include "fuzz/targets.hpp"
#include "support/files.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  for (const onehead::fuzz::Named& target : onehead::fuzz::targets()) {
    const std::filesystem::path folder = std::filesystem::path(argv[1]) / target.name;
    std::filesystem::create_directories(folder);
    int n = 0;
    for (const onehead::fuzz::Bytes& seed : target.seeds()) {
      const auto path = folder / ("seed-" + std::to_string(n++));
      if (!onehead::support::write_bytes(path, seed)) {
        std::fprintf(stderr, "cannot write %s\n", path.c_str());
        return 1;
      }
    }
    std::printf("%s: %d seeds\n", target.name, n);
  }
  return 0;
}
