// stories260K, a trained model, against what the reference program of its authors printed for it.

#include <string>

#include "cpp/model/harness.hpp"
#include "gtest/gtest.h"
#include "reference/model.hpp"
#include "reference/sequence.hpp"
#include "support/files.hpp"

namespace onehead {
namespace {

struct Story {
  const char* prompt;
  size_t n_steps;  // forward passes: tokens that are read, BOS and the prompt included
  const char* expected_file;
};

constexpr Story kStories[] = {
    {"", 257, "greedy.expected.txt"},
    {"Once upon a time", 128, "greedy.prompt1.expected.txt"},
    {"The cat", 128, "greedy.prompt2.expected.txt"},
    {"Tom and Lily", 128, "greedy.prompt3.expected.txt"},
};

std::string expected_text(const Story& story) {
  auto text =
      support::read_text(support::source_dir() / "tests/data/stories260K" / story.expected_file);
  EXPECT_TRUE(text) << story.expected_file;
  if (text && text->ends_with('\n')) text->pop_back();  // printed after the story
  return text.value_or("");
}

std::vector<int32_t> encoded(const Tokenizer& tokenizer, const char* text) {
  std::vector<int32_t> tokens;
  const EncodeOptions options{true, false};
  EXPECT_TRUE(tokenizer.encode(text, options, tokens).ok());
  return tokens;
}

TEST(Stories, GreedyTextsEqualTheExpectedOnes) {
  const std::unique_ptr<Model> model =
      testing::load(testing::read_file("tests/data/stories260K.gguf"));
  ASSERT_NE(model, nullptr);
  for (const Story& story : kStories) {
    std::vector<int32_t> tokens = encoded(model->tokenizer(), story.prompt);
    const std::unique_ptr<Session> session = testing::new_session(*model);
    testing::feed_quietly(*model, *session, std::span(tokens).first(tokens.size() - 1), 7);
    std::string text(story.prompt);
    while (tokens.size() < story.n_steps + 1) {
      const int32_t next = testing::step_once(*model, *session, tokens.back()).token;
      session->decode_next(next, text);
      tokens.push_back(next);
    }
    session->decode_end(text);
    EXPECT_EQ(text, expected_text(story)) << story.prompt;
    EXPECT_EQ(model->tokenizer().decode(tokens), expected_text(story)) << story.prompt;
  }
}

TEST(Stories, TheReferenceWritesThemToo) {
  const std::vector<std::byte> file = testing::read_file("tests/data/stories260K.gguf");
  const auto model = reference::read_model(file);
  ASSERT_TRUE(model.ok()) << model.status().message;
  GgufHeader header;
  ASSERT_TRUE(parse_gguf_header(file, file.size(), header).ok());
  const auto tokenizer = Tokenizer::create(header);
  ASSERT_TRUE(tokenizer.ok());
  for (const Story& story : kStories) {
    std::vector<int32_t> tokens = encoded(*tokenizer, story.prompt);
    reference::Sequence sequence(*model);
    sequence.push_all(std::span(tokens).first(tokens.size() - 1));
    while (tokens.size() < story.n_steps + 1) {
      tokens.push_back(reference::greedy(sequence.push(tokens.back())));
    }
    EXPECT_EQ(tokenizer->decode(tokens), expected_text(story)) << story.prompt;
  }
}

}  // namespace
}  // namespace onehead
