#include "text/stream_decoder.hpp"

#include <gtest/gtest.h>

namespace onehead {
namespace {

std::string whole(std::string_view bytes) {
  Utf8Stream utf8;
  std::string out;
  utf8.push(bytes, out);
  utf8.flush(out);
  return out;
}

// What TextDecoder gives (WHATWG Encoding, "UTF-8 decoder").
TEST(Utf8Stream, EqualsTextDecoder) {
  EXPECT_EQ(whole("plain niño 日本 😀"), "plain niño 日本 😀");
  EXPECT_EQ(whole("a\xFF"), "a\uFFFD");
  EXPECT_EQ(whole("\xE2\x96z"), "\uFFFDz");
  EXPECT_EQ(whole("\xE2\x96"), "\uFFFD");
  EXPECT_EQ(whole("\xE2\x28\xA1"), "\uFFFD(\uFFFD");
  EXPECT_EQ(whole("\xF0\x9F\x98\xF0\x9F\x98\x80"), "\uFFFD😀");
  EXPECT_EQ(whole("\xC0\x80"), "\uFFFD\uFFFD");
  EXPECT_EQ(whole("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(whole("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(whole("\xEF\xBB\xBF"
                  "a"),
            "\uFEFFa")
      << "a byte order mark is text here";
}

// In every cutting of a text into pieces, the text is the same, and no push ends within a
// character.
TEST(Utf8Stream, EveryCut) {
  for (const std::string& text :
       {std::string("é日😀"), std::string("a\xF0\x9F\x98z\x80"),
        std::string("\xE2\xE2\x96\xE2\x96\x81"), std::string("\xF0\x9F\xF0\x9F\x98\x80\xC3"),
        std::string("\xED\xA0\x80\xC3\xA9\xFF")}) {
    const std::string expected = whole(text);
    const size_t n = text.size();
    for (uint32_t cuts = 0; cuts < 1u << (n - 1); ++cuts) {
      Utf8Stream utf8;
      std::string out;
      size_t begin = 0;
      for (size_t end = 1; end <= n; ++end) {
        if (end < n && (cuts >> (end - 1) & 1) == 0) continue;
        utf8.push(std::string_view(text).substr(begin, end - begin), out);
        ASSERT_EQ(out, whole(out)) << "only whole characters come out";
        ASSERT_TRUE(expected.starts_with(out));
        begin = end;
      }
      utf8.flush(out);
      ASSERT_EQ(out, expected) << cuts;
    }
  }
}

// Nothing that can be given is held back.
TEST(Utf8Stream, GivesAtOnce) {
  Utf8Stream utf8;
  std::string out;
  utf8.push("a\xC3", out);
  EXPECT_EQ(out, "a");
  utf8.push("\xA9", out);
  EXPECT_EQ(out, "aé");
  utf8.push("\xE2\x96", out);
  utf8.push("b", out);
  EXPECT_EQ(out, "aé\uFFFDb");
  utf8.push("\xE2", out);
  utf8.reset();
  utf8.flush(out);
  EXPECT_EQ(out, "aé\uFFFDb");
}

}  // namespace
}  // namespace onehead
