#include "io/length_unit.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "io/letters.hpp"

namespace tauvox::io {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 27> units{{{"m", 1},
                                                                     {"metre", 1},
                                                                     {"meter", 1},
                                                                     {"dm", 1e-1},
                                                                     {"cm", 1e-2},
                                                                     {"centimetre", 1e-2},
                                                                     {"centimeter", 1e-2},
                                                                     {"mm", 1e-3},
                                                                     {"millimetre", 1e-3},
                                                                     {"millimeter", 1e-3},
                                                                     {"um", 1e-6},
                                                                     {"micron", 1e-6},
                                                                     {"micrometre", 1e-6},
                                                                     {"micrometer", 1e-6},
                                                                     {"nm", 1e-9},
                                                                     {"nanometre", 1e-9},
                                                                     {"nanometer", 1e-9},
                                                                     {"angstrom", 1e-10},
                                                                     {"A", 1e-10},
                                                                     {"\u00e5", 1e-10},
                                                                     {"\u00e5ngstr\u00f6m", 1e-10},
                                                                     {"pm", 1e-12},
                                                                     {"picometre", 1e-12},
                                                                     {"picometer", 1e-12},
                                                                     {"inch", 0.0254},
                                                                     {"inche", 0.0254},
                                                                     {"in", 0.0254}}};

std::string replaced(const std::string& text, std::string_view from, std::string_view to) {
  std::string out;
  std::size_t begin = 0;
  for (std::size_t at = 0; (at = text.find(from, begin)) != std::string::npos; begin = at + from.size())
    out.append(text, begin, at - begin).append(to);
  return out.append(text, begin);
}

/// One spelling: small letters, u for the micro sign in each of its forms, singular.
std::string normal(std::string_view unit) {
  const std::size_t begin = unit.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return "";
  std::string text(unit.substr(begin, unit.find_last_not_of(" \t\r\n") - begin + 1));
  // Escapes of ImageJ and XML, UTF-8 of the micro sign and of mu, Latin-1
  for (const char* micro : {"\\u00B5", "\\u00b5", "\\u03BC", "\\u03bc", "&#181;", "&#xB5;", "&#xb5;",
                            "&micro;", "\xc2\xb5", "\xce\xbc", "\xb5"})
    text = replaced(text, micro, "u");
  for (const char* ring :
       {"\\u00C5", "\\u00c5", "\\u212B", "\\u212b", "&#197;", "&#xC5;", "\xc3\x85", "\xe2\x84\xab"})
    text = replaced(text, ring, "\u00e5");
  if (text == "\xc5") return "\u00e5";
  if (text.size() < 3) return text;  // Mm and Nm are no mm and nm
  text = in_small_letters(std::move(text));
  if (text.back() == 's') text.pop_back();
  return text;
}

}  // namespace

std::optional<double> metres_of_unit(std::string_view unit) {
  const std::string name = normal(unit);
  const auto found =
      std::find_if(units.begin(), units.end(), [&](const auto& row) { return row.first == name; });
  return found == units.end() ? std::nullopt : std::optional(found->second);
}

bool is_no_unit(std::string_view unit) {
  const std::string name = normal(unit);
  constexpr std::array<std::string_view, 6> none{"", "pixel", "px", "voxel", "none", "null"};
  return std::find(none.begin(), none.end(), name) != none.end();
}

}  // namespace tauvox::io
