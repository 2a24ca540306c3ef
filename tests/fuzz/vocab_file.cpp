#include "fuzz/vocab_file.hpp"

#include <algorithm>
#include <cstdint>

#include "format/utf8.hpp"
#include "synthetic/gguf_writer.hpp"
#include "text/byte_alphabet.hpp"
#include "text/words.hpp"

namespace onehead::fuzz {
namespace {

constexpr int32_t kNormal = 1, kControl = 3, kUserDefined = 4, kByte = 6;

std::string byte_piece(uint32_t byte, bool byte_level) {
  std::string piece;
  if (byte_level) {
    append_utf8(character_of_byte(static_cast<uint8_t>(byte)), piece);
    return piece;
  }
  constexpr char kHex[] = "0123456789ABCDEF";
  return std::string("<0x") + kHex[byte / 16] + kHex[byte % 16] + ">";
}

std::string in_alphabet(std::string_view bytes) {
  std::string out;
  for (char c : bytes) append_utf8(character_of_byte(static_cast<uint8_t>(c)), out);
  return out;
}

}  // namespace

VocabAndText vocab_and_text(std::span<const std::byte> data) {
  const uint32_t options = data.empty() ? 0 : static_cast<uint32_t>(data[0]);
  const bool byte_level = (options & 1) != 0;
  std::vector<std::string> pieces = {"<unk>", "<s>", "</s>"};
  std::vector<int32_t> types = {kNormal, kControl, kControl};
  std::vector<float> scores(3);
  std::vector<std::string> merges;
  for (uint32_t byte = 0; byte < 256; ++byte) {
    pieces.push_back(byte_piece(byte, byte_level));
    types.push_back(byte_level ? kNormal : kByte);
    scores.push_back(0);
  }

  VocabAndText out;
  out.byte_level = byte_level;
  for (size_t at = 1; at < data.size();) {
    const auto head = static_cast<uint32_t>(data[at++]);
    const size_t n = std::min<size_t>(head & 63, data.size() - at);
    const std::string bytes(reinterpret_cast<const char*>(data.data()) + at, n);
    at += n;
    if ((head & 128) != 0) {
      out.text += bytes;
      continue;
    }
    const bool user_defined = (head & 64) != 0;
    const std::string piece = byte_level && !user_defined ? in_alphabet(bytes) : bytes;
    if (std::find(pieces.begin(), pieces.end(), piece) != pieces.end()) continue;
    if (user_defined && readable_utf8(bytes)) continue;
    types.push_back(user_defined ? kUserDefined : kNormal);
    scores.push_back(-static_cast<float>(n * 7 % 5));
    pieces.push_back(piece);
    // A byte-level piece comes from a merge: of all but its last byte, and that byte.
    if (!byte_level || user_defined || n < 2) continue;
    const std::string left = in_alphabet(std::string_view(bytes).substr(0, n - 1));
    if (std::find(pieces.begin(), pieces.end(), left) == pieces.end()) continue;
    merges.push_back(left + " " + in_alphabet(std::string_view(bytes).substr(n - 1)));
  }

  synthetic::GgufWriter writer;
  writer.add_string("tokenizer.ggml.model", byte_level ? "gpt2" : "llama");
  writer.add_string_array("tokenizer.ggml.tokens", pieces);
  writer.add_i32_array("tokenizer.ggml.token_type", types);
  writer.add_f32_array("tokenizer.ggml.scores", scores);
  writer.add_string_array("tokenizer.ggml.merges", merges);
  writer.add_bool("tokenizer.ggml.add_space_prefix", (options & 2) == 0);
  out.file = writer.finish();
  return out;
}

}  // namespace onehead::fuzz
