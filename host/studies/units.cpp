#include "host/studies/units.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace tauvox {
namespace {

/// A product of powers of the units that transport properties are made of.
struct Dimension {
  int siemens = 0, metre = 0, second = 0, kelvin = 0, watt = 0;
  bool operator==(const Dimension&) const = default;
};
struct Parsed {
  Dimension dimension;
  double factor = 1;
};

struct Base {
  std::string_view name;
  int Dimension::*member;
  int power;
};
constexpr std::array<Base, 9> bases{{{"ohm", &Dimension::siemens, -1},
                                     {"Ohm", &Dimension::siemens, -1},
                                     {"Ω", &Dimension::siemens, -1},
                                     {"\u2126", &Dimension::siemens, -1},  // the sign, not the letter
                                     {"S", &Dimension::siemens, 1},
                                     {"m", &Dimension::metre, 1},
                                     {"s", &Dimension::second, 1},
                                     {"K", &Dimension::kelvin, 1},
                                     {"W", &Dimension::watt, 1}}};
constexpr std::array<std::pair<char, double>, 8> prefixes{
    {{'G', 1e9}, {'M', 1e6}, {'k', 1e3}, {'c', 1e-2}, {'m', 1e-3}, {'u', 1e-6}, {'n', 1e-9}, {'p', 1e-12}}};

/// Signs outside of ASCII as the ASCII that means the same; ** and ^ before an exponent go.
std::string plain(std::string text) {
  constexpr std::array<std::pair<const char*, const char*>, 12> signs{{{"µ", "u"},
                                                                       {"μ", "u"},
                                                                       {"·", " "},
                                                                       {"⋅", " "},
                                                                       {"×", " "},
                                                                       {"⁻", "-"},
                                                                       {"−", "-"},
                                                                       {"¹", "1"},
                                                                       {"²", "2"},
                                                                       {"³", "3"},
                                                                       {"**", ""},
                                                                       {"^", ""}}};
  for (const auto& [sign, ascii] : signs)
    for (std::size_t at = 0; (at = text.find(sign, at)) != std::string::npos;)
      text.replace(at, std::string(sign).size(), ascii);
  for (char& c : text)
    if (c == '*' || c == '.') c = ' ';
  return text;
}

/// One factor, such as "cm2" or "K-1", taken to the power of `sign`.
bool multiply(Parsed& parsed, const std::string& word, int sign) {
  std::size_t letters = word.find_first_of("-+0123456789");
  if (letters == std::string::npos) letters = word.size();
  const std::string unit = word.substr(0, letters), power = word.substr(letters);
  char* end = nullptr;
  const long exponent = sign * (power.empty() ? 1 : std::strtol(power.c_str(), &end, 10));
  if ((end && *end != '\0') || std::abs(exponent) > 3) return false;
  if (unit == "mK")  // metre kelvin, as in W/mK; nobody divides by millikelvin here
    return power.empty() && multiply(parsed, "m", sign) && multiply(parsed, "K", sign);
  for (const auto& [name, member, of_base] : bases) {
    if (!unit.ends_with(name) || unit.size() > name.size() + 1) continue;
    double scale = 1;
    if (unit.size() > name.size()) {
      scale = 0;
      for (const auto& [prefix, value] : prefixes)
        if (unit.front() == prefix) scale = value;
      if (scale == 0) return false;
    }
    parsed.dimension.*member += of_base * static_cast<int>(exponent);
    parsed.factor *= std::pow(scale, static_cast<double>(exponent));
    return true;
  }
  return false;
}

/// Factors separated by blanks; after a slash the next one divides, or all in the brackets that follow.
std::optional<Parsed> parse_unit(const std::string& given) {
  Parsed parsed;
  std::string word;
  int sign = 1, bracket = 0;  // of the next factor; of those within brackets
  bool good = true;
  const auto end_of_word = [&] {
    if (word.empty()) return;
    good = good && (word == "1" || multiply(parsed, word, bracket != 0 ? bracket * sign : sign));
    word.clear();
    sign = 1;
  };
  for (const char c : plain(given) + " ") {
    if (c == '(') {
      good = good && word.empty() && bracket == 0;
      bracket = std::exchange(sign, 1);
    } else if (c == '/' || c == ')' || c == ' ') {
      end_of_word();
      if (c != ' ') good = good && sign == 1;  // nothing between two slashes
      if (c == '/') sign = -1;
      if (c == ')') good = good && std::exchange(bracket, 0) != 0;
    } else {
      word += c;
    }
  }
  return good && sign == 1 && bracket == 0 ? std::optional(parsed) : std::nullopt;
}

}  // namespace

std::optional<double> factor_between(const std::string& given, const std::string& wanted) {
  if (given == wanted) return 1;
  if (given == "%") return wanted == "1" ? std::optional(0.01) : std::nullopt;
  if (wanted.starts_with("voxel")) return given == "voxels" ? std::optional(1.0) : std::nullopt;
  const std::optional<Parsed> from = parse_unit(given), to = parse_unit(wanted);
  if (given.empty() || !from || !to || !(from->dimension == to->dimension)) return std::nullopt;
  return from->factor / to->factor;
}

Property property_of(const std::string& unit) {
  if (unit.empty() || unit == "relative") return {"diffusivity", "D", "1", "", {}};
  const std::optional<Parsed> parsed = parse_unit(unit);
  if (parsed && parsed->dimension == Dimension{.metre = 2, .second = -1})
    return {"diffusivity", "D", unit, "m2/s", parsed->factor};
  if (parsed && parsed->dimension == Dimension{.siemens = 1, .metre = -1})
    return {"electrical conductivity", "sigma", unit, "S/m", parsed->factor};
  if (parsed && parsed->dimension == Dimension{.metre = -1, .kelvin = -1, .watt = 1})
    return {"thermal conductivity", "k", unit, "W/(m K)", parsed->factor};
  return {"diffusivity", "D", unit, "", {}};
}

std::string in_words_of(const Property& property, const std::string& text) {
  std::string out = text;
  const auto replace = [&](const std::string& word, const std::string& by) {
    for (std::size_t at = 0; (at = out.find(word, at)) != std::string::npos; at += by.size())
      out.replace(at, word.size(), by);
  };
  replace("{D}", property.symbol);
  replace("{property}", property.name);
  return out;
}

}  // namespace tauvox
