// A short, seeded run of the fuzz targets without libFuzzer: sound inputs, then damage to them.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <random>

#include "fuzz/targets.hpp"

namespace onehead::fuzz {
namespace {

class Damage {
 public:
  explicit Damage(uint32_t seed) : random_(seed) {}

  void apply(Bytes& bytes) {
    for (size_t n = 1 + below(4); n > 0; --n) once(bytes);
  }

 private:
  size_t below(size_t n) { return n == 0 ? 0 : random_() % n; }

  void once(Bytes& bytes) {
    const size_t at = below(bytes.size());
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const size_t n = std::min<size_t>(1 + below(8), bytes.size() - at);
    const auto end = place + static_cast<std::ptrdiff_t>(n);
    constexpr uint8_t kExtremes[] = {0, 1, 0x7F, 0x80, 0xFF};
    switch (below(6)) {
      case 0:
        if (n > 0) *place = static_cast<std::byte>(random_());
        break;
      case 1:
        if (n > 0) *place ^= std::byte{1} << below(8);
        break;
      case 2:
        std::fill(place, end, std::byte{kExtremes[below(5)]});
        break;
      case 3:
        bytes.erase(place, end);
        break;
      case 4: {  // a piece of the file once more
        const Bytes piece(place, end);
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size() + 1)),
                     piece.begin(), piece.end());
        break;
      }
      default:
        if (below(8) == 0) bytes.resize(at);
    }
  }

  std::mt19937 random_;
};

// A broken promise aborts; the input that broke it is shown first, to be run again.
const Named* current_target = nullptr;
Bytes current_input;

void show_input(int) {
  std::fprintf(stderr, "%s broke on ", current_target->name);
  for (std::byte byte : current_input) std::fprintf(stderr, "%02x", static_cast<unsigned>(byte));
  std::fputc('\n', stderr);
}

void run(const Named& target, Bytes input) {
  current_target = &target;
  current_input = std::move(input);
  target.run(current_input);
}

TEST(Fuzz, SeededDamage) {
  const auto previous = std::signal(SIGABRT, show_input);
  for (const Named& target : targets()) {
    SCOPED_TRACE(target.name);
    const std::vector<Bytes> seeds = target.seeds();
    ASSERT_FALSE(seeds.empty());
    for (const Bytes& seed : seeds) run(target, seed);
    run(target, {});
    Damage damage(1);
    for (int round = 0; round < 1500; ++round) {
      Bytes bytes = seeds[static_cast<size_t>(round) % seeds.size()];
      damage.apply(bytes);
      run(target, std::move(bytes));
    }
  }
  std::signal(SIGABRT, previous);
}

}  // namespace
}  // namespace onehead::fuzz
