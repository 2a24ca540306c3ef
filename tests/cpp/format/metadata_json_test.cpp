#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "cpp/format/gguf_bytes.hpp"
#include "format/decimal_float.hpp"
#include "format/gguf.hpp"

namespace onehead {
namespace {

std::string json_of(const GgufBytes& file) {
  GgufHeader header;
  const auto state = parse_gguf_header(file.bytes(), file.size(), header);
  EXPECT_TRUE(state.ok()) << state.status().message;
  return metadata_json(header);
}

TEST(MetadataJson, ScalarsArraysAndStrings) {
  GgufBytes file;
  file.begin(0, 9);
  file.key("text", 8).string("a \"quoted\" \\ line\n\x01 \xC3\xB1");
  file.key("broken", 8).string("x\xFFy\xE2\x96");
  file.key("yes", 7).number<uint8_t>(1);
  file.key("int", 5).number<int32_t>(-7);
  file.key("large", 10).number<uint64_t>(UINT64_MAX);
  file.key("float", 6).number(1e-5f);
  file.key("floats", 9).number(6u).number<uint64_t>(3).number(0.1f).number(-2.0f);
  file.number(std::numeric_limits<float>::infinity());
  file.key("strings", 9).number(8u).number<uint64_t>(2).string("a").string("");
  file.key("none", 9).number(4u).number<uint64_t>(0);
  EXPECT_EQ(json_of(file),
            "{\"text\":\"a \\\"quoted\\\" \\\\ line\\u000a\\u0001 \xC3\xB1\","
            "\"broken\":\"x\xEF\xBF\xBDy\xEF\xBF\xBD\",\"yes\":true,\"int\":-7,"
            "\"large\":1.8446744073709552e19,\"float\":0.00001,\"floats\":[0.1,-2,null],"
            "\"strings\":[\"a\",\"\"],\"none\":[]}");
}

TEST(MetadataJson, LeavesLongAndNestedArraysOut) {
  GgufBytes file;
  file.begin(0, 3);
  file.key("short", 9).number(0u).number<uint64_t>(256).zeros(256);
  file.key("long", 9).number(0u).number<uint64_t>(257).zeros(257);
  file.key("nested", 9).number(9u).number<uint64_t>(1).number(0u).number<uint64_t>(1).zeros(1);
  const std::string json = json_of(file);
  EXPECT_NE(json.find("\"short\":[0,0,"), std::string::npos);
  EXPECT_EQ(json.find("long"), std::string::npos);
  EXPECT_EQ(json.find("nested"), std::string::npos);
}

TEST(MetadataJson, EmptyIsAnObject) { EXPECT_EQ(json_of(GgufBytes().begin(0, 0)), "{}"); }

TEST(DecimalFloat, ReadsBackAsTheSameFloat) {
  std::mt19937 random(1);
  for (int i = 0; i < 50000; ++i) {
    const auto value = std::bit_cast<float>(static_cast<uint32_t>(random()));
    if (!std::isfinite(value)) continue;
    std::string text;
    append_f32(value, text);
    ASSERT_EQ(std::strtof(text.c_str(), nullptr), value) << text;
  }
}

TEST(DecimalFloat, IsShort) {
  const auto text_of = [](float value) {
    std::string text;
    append_f32(value, text);
    return text;
  };
  EXPECT_EQ(text_of(0.0f), "0");
  EXPECT_EQ(text_of(10000.0f), "10000");
  EXPECT_EQ(text_of(0.1f), "0.1");
  EXPECT_EQ(text_of(-3.5f), "-3.5");
  EXPECT_EQ(text_of(1e-6f), "1e-6");
  EXPECT_EQ(text_of(3.4028235e38f), "3.4028235e38");
  EXPECT_EQ(text_of(1e-45f), "1e-45");
  EXPECT_EQ(text_of(std::nanf("")), "null");
}

TEST(DecimalFloat, DoublesAreCloseTo15Digits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 5000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isnormal(value)) continue;
    std::string text;
    append_f64(value, text);
    ASSERT_NEAR(std::strtod(text.c_str(), nullptr) / value, 1, 1e-14) << text;
  }
}

}  // namespace
}  // namespace onehead
