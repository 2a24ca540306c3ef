// A session as bytes, written and read in pieces of any size.
//
//   magic [8]   version u32   cache type u32   precision u32   window groups u32
//   model fingerprint u64   numerics fingerprint u64
//   tokens u32   tokens in the cache u32   silenced heads u32 (0, or layers * query heads)
//   of each window group: first block u32, blocks u32
//   tokens [i32]   silenced heads [u8]
//   of each window group: its blocks as they lie in memory
//   fingerprint of all before u64
//
// Numbers are little-endian. The blocks' layout is the same on every instruction set, and belongs
// to the numerics id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/fingerprint.hpp"
#include "base/status.hpp"
#include "runtime/model.hpp"
#include "runtime/session.hpp"

namespace onehead {

// Writes a session. It must not change until all is written.
class SessionWriter {
 public:
  // `pending`: tokens that follow those of the session and have not been read by the model.
  SessionWriter(const Model& model, const Session& session, std::span<const int32_t> pending);
  SessionWriter(const SessionWriter&) = delete;
  SessionWriter& operator=(const SessionWriter&) = delete;

  uint64_t total_bytes() const { return total_bytes_; }
  // Fills `out`, or what of it is left to write; returns how much. 0: all is written.
  size_t pull(std::span<std::byte> out);

 private:
  std::vector<std::byte> head_;
  std::vector<std::span<const std::byte>> parts_;  // head_ and blocks, in their order
  size_t part_ = 0;                                // the part that is being written
  size_t part_offset_ = 0;
  uint64_t total_bytes_ = 0;
  Fingerprint fingerprint_;
  std::vector<std::byte> seal_;  // the fingerprint, once it is known
};

struct RestoredSession {
  std::unique_ptr<Session> session;
  std::vector<int32_t> pending;
};

// Reads a session. Whatever is wrong with the bytes ends in kBadSession; the model is as before.
class SessionReader {
 public:
  // `total_bytes`: how many will be pushed.
  SessionReader(Model& model, uint64_t total_bytes) : model_(model), total_bytes_(total_bytes) {}
  SessionReader(const SessionReader&) = delete;
  SessionReader& operator=(const SessionReader&) = delete;

  // After an error the reader is of no more use. Errors: kBadSession, kOutOfMemory.
  Status push(std::span<const std::byte> bytes);
  Expected<RestoredSession> finish();

 private:
  Status read_head(bool& complete);
  Status check_head() const;
  Status make_session();

  Model& model_;
  uint64_t total_bytes_;
  uint64_t n_read_ = 0;
  std::vector<std::byte> head_;
  RestoredSession restored_;
  std::vector<std::span<std::byte>> parts_;  // the session's blocks, and the seal
  size_t part_ = 0;
  size_t part_offset_ = 0;
  Fingerprint fingerprint_;
  std::byte seal_[sizeof(uint64_t)] = {};
};

}  // namespace onehead
