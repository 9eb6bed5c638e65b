#include "io/printable.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace tauvox::io {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// The first character of `text`, as RFC 3629 allows it: shortest form, no surrogates, at most U+10FFFF.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  char32_t code = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < least[bytes] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, bytes, true};
}

/// Beyond ASCII: C1 controls, separators of lines, bidirectional marks, overrides and isolates, byte order
/// marks.
bool is_hidden_control(char32_t code) {
  return (code >= 0x80 && code <= 0x9f) || code == 0x61c || code == 0x200e || code == 0x200f ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

std::string escaped(char32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\t') return "\\t";
  if (code < 0x20) return fmt::format("\\x{:02x}", static_cast<std::uint32_t>(code));
  return fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
}

}  // namespace

std::string printable(std::string_view text, std::string_view kept) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = first_character(text.substr(at));
    const bool control = c.code < 0x20 ? kept.find(text[at]) == std::string_view::npos
                                       : c.code == 0x7f || is_hidden_control(c.code);
    if (!c.valid)
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
    else if (control)
      shown += escaped(c.code);
    else
      shown += text.substr(at, c.bytes);
    at += c.bytes;
  }
  return shown;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Character c = first_character(text.substr(at));
    if (!c.valid) return false;
    at += c.bytes;
  }
  return true;
}

}  // namespace tauvox::io
