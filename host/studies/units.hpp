// What a unit says of the property that is asked for: m2/s is a diffusivity, S/m a conductivity, W/(m K) a
// thermal conductivity. Any spelling of SI units with prefixes is understood; another text stays a label.
#pragma once

#include <optional>
#include <string>

namespace tauvox {

/// A transport property and how the given unit relates to its SI unit.
struct Property {
  std::string name;             // "diffusivity", "electrical conductivity", ...
  std::string symbol;           // "D", "sigma", "k"
  std::string unit;             // as given; "1" for relative values
  std::string si;               // "m2/s", "S/m", "W/(m K)"; empty: not known
  std::optional<double> to_si;  // value in `unit` x this = value in `si`
};

/// @param unit "relative", or what --unit was given; empty as relative
Property property_of(const std::string& unit);

/// What a number in the unit given is multiplied by to be one in the unit wanted; empty: it cannot be, or is
/// no unit that is known. Of products and quotients of powers of S, ohm, m, s, K, W with prefixes, and "%".
std::optional<double> factor_between(const std::string& given, const std::string& wanted);

/// `text` with {D} and {property} replaced.
std::string in_words_of(const Property& property, const std::string& text);

}  // namespace tauvox
