// A session saved and restored goes on with the same bits, and nothing but a whole session of the
// same model is one.

#include "runtime/saved_session.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "cpp/model/harness.hpp"
#include "gtest/gtest.h"
#include "synthetic/model.hpp"
#include "synthetic/random.hpp"

namespace onehead {
namespace {

using testing::feed;
using testing::feed_quietly;
using testing::new_session;

const synthetic::ModelShape kShape = {"saved",           2,        6, 2, 16, 64, 96, 53, 400, true,
                                      WeightType::kQ8_0, 10000.0f, 31};

std::unique_ptr<Model> load(KvType cache, uint64_t seed = 31, int32_t context_length = 0) {
  synthetic::ModelShape shape = kShape;
  shape.seed = seed;
  LoadOptions options;
  options.cache = cache;
  options.context_length = context_length;
  Expected<std::unique_ptr<Model>> model =
      Model::from_bytes(synthetic::make_model(shape).to_gguf(), options);
  EXPECT_TRUE(model.ok()) << model.status().message;
  return std::move(*model);
}

std::vector<std::byte> save(const Model& model, const Session& session,
                            std::span<const int32_t> pending = {}, size_t piece = 1000) {
  SessionWriter writer(model, session, pending);
  std::vector<std::byte> bytes(static_cast<size_t>(writer.total_bytes()) + 64);
  size_t at = 0;
  for (size_t n = 1; n > 0; at += n)
    n = writer.pull(std::span(bytes).subspan(at).first(std::min(piece, bytes.size() - at)));
  EXPECT_EQ(at, writer.total_bytes());
  bytes.resize(at);
  return bytes;
}

Expected<RestoredSession> restore(Model& model, std::span<const std::byte> bytes,
                                  size_t piece = 777) {
  SessionReader reader(model, bytes.size());
  for (size_t at = 0; at < bytes.size(); at += piece) {
    const Status status = reader.push(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    if (!status.ok()) return status;
  }
  return reader.finish();
}

class SavedSession : public ::testing::TestWithParam<KvType> {
 protected:
  std::unique_ptr<Model> model_ = load(GetParam());
  std::vector<int32_t> tokens_ = synthetic::random_prompt(kShape.vocab_size, 200, 3);

  void expect_bad(std::span<const std::byte> bytes, const std::string& what) {
    const int32_t before = model_->blocks_in_use();
    const Expected<RestoredSession> restored = restore(*model_, bytes);
    ASSERT_FALSE(restored.ok()) << what;
    EXPECT_EQ(restored.status().code, ErrorCode::kBadSession) << what;
    EXPECT_EQ(error_name(restored.status().code), "bad-session");
    EXPECT_EQ(model_->blocks_in_use(), before) << what;
  }
};

INSTANTIATE_TEST_SUITE_P(Caches, SavedSession, ::testing::Values(KvType::kF32, KvType::kInt8),
                         [](const auto& type) { return std::string(kv_type_name(type.param)); });

TEST_P(SavedSession, GoesOnWithTheSameBits) {
  const std::unique_ptr<Session> whole = new_session(*model_);
  const std::vector<std::string> expected = feed(*model_, *whole, tokens_, 64);
  const std::unique_ptr<Model> elsewhere = load(GetParam());
  for (const int32_t at : {0, 1, 63, 64, 65, 130}) {
    for (const size_t piece : {size_t{1} << 20, size_t{61}}) {
      SCOPED_TRACE(at);
      const std::unique_ptr<Session> session = new_session(*model_);
      feed_quietly(*model_, *session, std::span(tokens_).first(static_cast<size_t>(at)), 30);
      const std::vector<std::byte> bytes = save(*model_, *session, {}, piece);
      Expected<RestoredSession> restored = restore(*elsewhere, bytes, piece);
      ASSERT_TRUE(restored.ok()) << restored.status().message;
      EXPECT_EQ(restored->session->position(), at);
      EXPECT_EQ(restored->session->tokens(), session->tokens());
      EXPECT_EQ(save(*elsewhere, *restored->session), bytes);
      const std::vector<std::string> rest = feed(
          *elsewhere, *restored->session, std::span(tokens_).subspan(static_cast<size_t>(at)), 30);
      EXPECT_EQ(rest, std::vector<std::string>(expected.begin() + at, expected.end()));
    }
  }
}

TEST_P(SavedSession, KeepsPendingTokensAndSilencedHeads) {
  const std::unique_ptr<Session> session = new_session(*model_);
  const AblatedHead heads[] = {{1, 3}};
  ASSERT_TRUE(session->ablate(heads).ok());
  feed_quietly(*model_, *session, std::span(tokens_).first(70), 64);
  const std::vector<int32_t> pending = {5, 7, 9};
  Expected<RestoredSession> restored = restore(*model_, save(*model_, *session, pending));
  ASSERT_TRUE(restored.ok());
  EXPECT_EQ(restored->pending, pending);
  EXPECT_EQ(restored->session->ablated(), session->ablated());
  EXPECT_EQ(feed(*model_, *restored->session, pending, 1), feed(*model_, *session, pending, 1));
}

TEST_P(SavedSession, OfAnotherModelOrSettingIsRefused) {
  const std::unique_ptr<Session> session = new_session(*model_);
  feed_quietly(*model_, *session, std::span(tokens_).first(90), 64);
  const std::vector<std::byte> bytes = save(*model_, *session);
  const auto refused = [&](Model& model, const std::string& why) {
    const Expected<RestoredSession> restored = restore(model, bytes);
    ASSERT_FALSE(restored.ok());
    EXPECT_EQ(restored.status().code, ErrorCode::kBadSession);
    EXPECT_NE(restored.status().message.find(why), std::string::npos) << restored.status().message;
    EXPECT_EQ(model.blocks_in_use(), 0);
  };
  refused(*load(GetParam(), 32), "another model");
  refused(*load(GetParam() == KvType::kF32 ? KvType::kInt8 : KvType::kF32), "`cache`");
  refused(*load(GetParam(), 31, 80), "context");
}

TEST_P(SavedSession, CutOrLengthenedIsRefused) {
  const std::unique_ptr<Session> session = new_session(*model_);
  feed_quietly(*model_, *session, std::span(tokens_).first(70), 64);
  std::vector<std::byte> bytes = save(*model_, *session);
  for (size_t n = 0; n < bytes.size(); n += n < 400 ? 1 : 997) {
    expect_bad(std::span(bytes).first(n), "cut to " + std::to_string(n));
  }
  bytes.push_back(std::byte{0});
  expect_bad(bytes, "one byte more");
}

TEST_P(SavedSession, AnyChangedByteIsRefused) {
  const std::unique_ptr<Session> session = new_session(*model_);
  feed_quietly(*model_, *session, std::span(tokens_).first(70), 64);
  std::vector<std::byte> bytes = save(*model_, *session);
  for (size_t at = 0; at < bytes.size(); at += at < 400 ? 1 : 811) {
    for (const int bit : {0, 7}) {
      const std::byte before = bytes[at];
      bytes[at] ^= static_cast<std::byte>(1 << bit);
      expect_bad(bytes, "byte " + std::to_string(at));
      bytes[at] = before;
    }
  }
}

// Random numbers in the beginning, sealed correctly: as a hostile sender would.
TEST_P(SavedSession, AbsurdNumbersUnderAGoodSealAreRefused) {
  const std::unique_ptr<Session> session = new_session(*model_);
  feed_quietly(*model_, *session, std::span(tokens_).first(70), 64);
  const std::vector<std::byte> good = save(*model_, *session);
  synthetic::Random random(9);
  constexpr uint32_t kValues[] = {0,  1,   2,   63,         64,         65,
                                  71, 400, 401, 0x7fffffff, 0x80000000, 0xffffffff};
  for (int round = 0; round < 4000; ++round) {
    std::vector<std::byte> bytes = good;
    const size_t at = 4 * random.below(19);
    const uint32_t value = kValues[random.below(std::size(kValues))];
    std::memcpy(bytes.data() + at, &value, sizeof value);
    if (round % 3 == 0) bytes.resize(random.below(static_cast<uint32_t>(bytes.size())) + 8);
    Fingerprint seal;
    seal.add(std::span(bytes).first(bytes.size() - 8));
    const uint64_t sum = seal.value();
    std::memcpy(bytes.data() + bytes.size() - 8, &sum, sizeof sum);
    const Expected<RestoredSession> restored = restore(*model_, bytes);
    if (restored.ok()) {
      // What passes is a session like any other.
      feed_quietly(*model_, *restored->session, std::span(tokens_).first(3), 3);
    } else {
      EXPECT_EQ(restored.status().code, ErrorCode::kBadSession) << restored.status().message;
    }
  }
  EXPECT_EQ(model_->blocks_in_use(), 2);
  EXPECT_TRUE(restore(*model_, good).ok());
}

TEST(Fingerprint, DependsOnEveryByteAndNotOnThePieces) {
  std::vector<std::byte> bytes(200);
  synthetic::Random random(4);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random.below(256));
  const auto of = [](std::span<const std::byte> data, size_t piece) {
    Fingerprint f;
    for (size_t at = 0; at < data.size(); at += piece) {
      f.add(data.subspan(at, std::min(piece, data.size() - at)));
    }
    return f.value();
  };
  const uint64_t whole = of(bytes, 200);
  for (const size_t piece : {1, 5, 31, 32, 33, 64, 199}) EXPECT_EQ(of(bytes, piece), whole);
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= std::byte{4};
    EXPECT_NE(of(bytes, 200), whole) << i;
    bytes[i] ^= std::byte{4};
  }
  EXPECT_NE(of(std::span(bytes).first(199), 200), whole);
  bytes.push_back(std::byte{0});
  EXPECT_NE(of(bytes, 300), whole);
}

}  // namespace
}  // namespace onehead
