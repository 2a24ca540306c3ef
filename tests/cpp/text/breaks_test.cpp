// Breaks: offsets that no special piece is matched across, while plain text is cut as if they were
// not there.
#include <gtest/gtest.h>

#include "cpp/text/vocab.hpp"

namespace onehead {
namespace {

Vocab marked() {
  Vocab vocab = llama_vocab();
  for (const char* piece : {"▁", "a", "b", "<", "/", "s", ">"})
    vocab.tokens.push_back({piece, kNormal, -100});
  vocab.tokens.push_back({"ab", kNormal, -1});
  vocab.tokens.push_back({"<ab>", kUserDefined});
  vocab.add_space_prefix = false;
  return vocab;
}

std::string split(std::string_view text, const std::vector<int32_t>& breaks) {
  const Tokenizer tokenizer = tokenizer_of(marked());
  std::vector<int32_t> ids;
  EXPECT_TRUE(
      tokenizer.encode(text, {.add_bos = false, .parse_special = true, .breaks = breaks}, ids)
          .ok());
  return pieces(tokenizer, ids);
}

TEST(Breaks, ForbidASpecialPieceAcrossThem) {
  EXPECT_EQ(split("a</s>b</s>", {}), "a|</s>|b|</s>");
  EXPECT_EQ(split("a</s>b</s>", {2}), "a|<|/|s|>|b|</s>");
  EXPECT_EQ(split("a</s>b</s>", {4, 7, 9}), "a|<|/|s|>|b|<|/|s|>");
  EXPECT_EQ(split("<ab>", {2}), "<|ab|>");
}

TEST(Breaks, AtItsEndsForbidNothing) { EXPECT_EQ(split("a</s>b", {0, 1, 5, 6}), "a|</s>|b"); }

TEST(Breaks, DoNotCutPlainText) { EXPECT_EQ(split("abab", {1, 2, 3}), "ab|ab"); }

TEST(Breaks, OutsideTheTextAreNothing) { EXPECT_EQ(split("a</s>", {-5, 100}), "a|</s>"); }

}  // namespace
}  // namespace onehead
