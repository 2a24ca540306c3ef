#include "base/status.hpp"

namespace onehead {

std::string_view error_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kOk:
      return "ok";
    case ErrorCode::kBadFile:
      return "bad-file";
    case ErrorCode::kUnsupportedModel:
      return "unsupported-model";
    case ErrorCode::kTooLarge:
      return "too-large";
    case ErrorCode::kOutOfMemory:
      return "out-of-memory";
    case ErrorCode::kBadArgument:
      return "bad-argument";
    case ErrorCode::kContextFull:
      return "context-full";
    case ErrorCode::kNonFinite:
      return "non-finite";
    case ErrorCode::kDisposed:
      return "disposed";
    case ErrorCode::kBusy:
      return "busy";
    case ErrorCode::kBadSession:
      return "bad-session";
    case ErrorCode::kInternal:
      break;
  }
  return "internal";
}

}  // namespace onehead
