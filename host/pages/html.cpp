#include "host/pages/html.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <sstream>

#include "host/report/escape.hpp"

namespace tauvox::pages {

std::string escaped_lines(const std::string& text) {
  std::istringstream lines(text);
  std::string line, out;
  while (std::getline(lines, line)) out += html_text(line) + "\n";
  return out;
}

std::string base64(const std::string& bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k)
      three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k > bytes.size() ? '=' : digits[three >> (6 * (3 - k)) & 63u];
  }
  return out;
}

std::string image_of(const std::string& bytes, const char* media_type, const std::string& words,
                     const std::string& attributes) {
  return fmt::format("<img{}{} alt=\"{}\" src=\"data:{};base64,{}\">", attributes.empty() ? "" : " ",
                     attributes, html_text(words), media_type, base64(bytes));
}

}  // namespace tauvox::pages
