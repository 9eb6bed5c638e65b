#include "host/report/escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "io/printable.hpp"

namespace tauvox {
namespace {

/// Bytes of the character that begins at `at`; 0 where that is no UTF-8.
std::size_t length_at(const std::string& text, std::size_t at, std::uint32_t& point) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length == 0 || at + length > text.size()) return 0;
  point = length == 1 ? first : first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if (byte >> 6 != 2) return 0;
    point = point << 6 | (byte & 0x3fu);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  return point < least[length] || point > 0x10ffff ? 0 : length;
}

/// Characters that act on what shows them, or that XML does not allow.
bool is_harmful(std::uint32_t point) {
  struct Range {
    std::uint32_t first, last;
  };
  static constexpr Range ranges[] = {{0x0, 0x1f},      {0x7f, 0x9f},     {0xad, 0xad},
                                     {0x61c, 0x61c},   {0x200b, 0x200f}, {0x2028, 0x202e},
                                     {0x2060, 0x206f}, {0xd800, 0xdfff}, {0xfeff, 0xfeff},
                                     {0xfff9, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe0fff}};
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& r) { return point >= r.first && point <= r.last; });
}

}  // namespace

std::string harmless(const std::string& text, std::size_t most) {
  std::string line;
  std::size_t room = 0;  // where "..." can follow
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t point = 0;
    const std::size_t length = length_at(text, at, point);
    const bool blank = text[at] == '\n' || text[at] == '\t' || text[at] == '\r';
    line += blank ? " " : length == 0 || is_harmful(point) ? "?" : text.substr(at, length);
    if (line.size() > most) return line.substr(0, room) + "...";
    if (line.size() + 3 <= most) room = line.size();
    at += std::max<std::size_t>(length, 1);
  }
  return line;
}

std::string markdown_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    const bool begins_block = escaped.empty() && std::string("#+-=").find(c) != std::string::npos;
    if (c == '<' || c == '>' || c == '&')
      escaped += c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;";
    else if (begins_block || std::string("\\`*_[]|~$@!").find(c) != std::string::npos)
      escaped += std::string{'\\', c};
    else
      escaped += c;
  }
  return escaped;
}

std::string xml_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  return escaped;
}

std::string html_text(const std::string& text) { return xml_text(harmless(text, std::string::npos)); }

std::string csv_quoted(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string cell = text;
  for (std::size_t at = 0; (at = cell.find('"', at)) != std::string::npos; at += 2) cell.insert(at, 1, '"');
  return "\"" + cell + "\"";
}

namespace {

constexpr const char* in_bytes = "bytes:";

}  // namespace

std::string reversible(const std::string& text) {
  if (io::is_utf8(text) && !text.starts_with(in_bytes)) return text;
  std::string digits = in_bytes;
  for (const char c : text) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return digits;
}

std::string reversed(const std::string& reversible) {
  if (!reversible.starts_with(in_bytes)) return reversible;
  std::string text;
  for (std::size_t at = std::string(in_bytes).size(); at + 1 < reversible.size(); at += 2) {
    unsigned byte = 0;
    (void)std::from_chars(reversible.data() + at, reversible.data() + at + 2, byte, 16);
    text += static_cast<char>(byte);
  }
  return text;
}

std::string csv_cell(const std::string& text) {
  const bool formula = !text.empty() && std::string("=+-@").find(text[0]) != std::string::npos;
  return csv_quoted(formula ? "'" + text : text);
}

}  // namespace tauvox
