#include "format/utf8.hpp"

#include <gtest/gtest.h>

namespace onehead {
namespace {

// Every code point: what is appended reads back, and no shorter prefix of it does.
TEST(Utf8, EveryCodePoint) {
  for (uint32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    std::string text;
    append_utf8(code, text);
    const Utf8Character c = utf8_at(text, 0);
    ASSERT_TRUE(c.valid && c.code == code && c.n_bytes == text.size()) << code;
    for (size_t n = 1; n < text.size(); ++n) {
      const Utf8Character cut = utf8_at(std::string_view(text).substr(0, n), 0);
      ASSERT_TRUE(!cut.valid && cut.cut && cut.n_bytes == n) << code;
    }
  }
}

// The parts that the Unicode standard's table of maximal subparts (3-8 to 3-11) lists.
TEST(Utf8, MaximalSubparts) {
  const auto lengths = [](std::string_view text) {
    std::string out;
    for (size_t at = 0; at < text.size();) {
      const Utf8Character c = utf8_at(text, at);
      out += c.valid ? '=' : '!';
      out += static_cast<char>('0' + c.n_bytes);
      at += c.n_bytes;
    }
    return out;
  };
  EXPECT_EQ(lengths("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), "!1!1!1!1!1!1!1!1=1");  // overlong
  EXPECT_EQ(lengths("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), "!1!1!1!1!1!1!1!1=1");  // surrogates
  EXPECT_EQ(lengths("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), "!1!1!1!1!1=1!1!1=1");  // too high
  EXPECT_EQ(lengths("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), "!2!1!3!2=1");          // cut
}

}  // namespace
}  // namespace onehead
