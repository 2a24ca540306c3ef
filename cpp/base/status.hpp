// Errors as values: a code that JavaScript and tests can rely on, and a sentence for a person.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace onehead {

// The numbers may be appended to, never reordered.
enum class ErrorCode : int32_t {
  kOk = 0,
  kBadFile,           // not a GGUF file, cut short, or contradicting itself
  kUnsupportedModel,  // a sound file that needs something this engine does not have
  kTooLarge,
  kOutOfMemory,
  kBadArgument,
  kContextFull,
  kNonFinite,
  kDisposed,
  kBusy,
  kInternal,
  kBadSession,  // bytes that are no saved session, or one of another model
};

// The stable kebab-case name of a code ("bad-file"); "internal" for a number that is no code.
std::string_view error_name(ErrorCode code);

struct [[nodiscard]] Status {
  ErrorCode code = ErrorCode::kOk;
  std::string message;

  bool ok() const { return code == ErrorCode::kOk; }
};

// A value, or the status that says why there is none. Reading the value of a failed one is a bug.
template <class T>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : value_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Expected(Status status) : status_(std::move(status)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }

  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return *std::move(value_); }

  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return *std::move(value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace onehead
