// Sleeping until a word of memory changes. Without threads in the build nobody ever sleeps.
#pragma once

#include <atomic>
#include <cstdint>

namespace onehead {

#if defined(__wasm__)

// Sleeps while word is `expected`; may also return for no reason.
inline void futex_wait(std::atomic<uint32_t>& word, uint32_t expected) {
#if defined(__wasm_atomics__)
  const int64_t no_timeout = -1;
  __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int32_t*>(&word),
                                      static_cast<int32_t>(expected), no_timeout);
#else
  static_cast<void>(word);
  static_cast<void>(expected);
#endif
}

inline void futex_wake_all(std::atomic<uint32_t>& word) {
#if defined(__wasm_atomics__)
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int32_t*>(&word), UINT32_MAX);
#else
  static_cast<void>(word);
#endif
}

// WebAssembly has no such hint; an atomic load takes about a nanosecond.
inline void spin_pause() {}
inline constexpr int32_t kSpins = 30000;  // some 30 microseconds

#else

inline void futex_wait(std::atomic<uint32_t>& word, uint32_t expected) { word.wait(expected); }
inline void futex_wake_all(std::atomic<uint32_t>& word) { word.notify_all(); }

inline void spin_pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}
inline constexpr int32_t kSpins = 1500;  // some 30 microseconds

#endif

}  // namespace onehead
