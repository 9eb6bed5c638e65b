// The micro sign has two code points, and one byte in Latin-1; the ångström sign has two and one too.
#include "io/length_unit.hpp"

#include <utility>

namespace tauvox::io {

std::optional<double> metres_in(const std::string& unit) {
  const auto first = unit.find_first_not_of(" \t\r\n"), last = unit.find_last_not_of(" \t\r\n");
  if (first == std::string::npos) return std::nullopt;
  const std::string name = unit.substr(first, last - first + 1);
  static const std::pair<const char*, double> units[] = {{"m", 1.0},
                                                         {"metre", 1.0},
                                                         {"meter", 1.0},
                                                         {"metres", 1.0},
                                                         {"meters", 1.0},
                                                         {"cm", 1e-2},
                                                         {"centimetre", 1e-2},
                                                         {"centimeter", 1e-2},
                                                         {"mm", 1e-3},
                                                         {"millimetre", 1e-3},
                                                         {"millimeter", 1e-3},
                                                         {"millimeters", 1e-3},
                                                         {"um", 1e-6},
                                                         {"micron", 1e-6},
                                                         {"microns", 1e-6},
                                                         {"micrometre", 1e-6},
                                                         {"micrometer", 1e-6},
                                                         {"micrometers", 1e-6},
                                                         {"micrometres", 1e-6},
                                                         {"\xc2\xb5m", 1e-6},
                                                         {"\xce\xbcm", 1e-6},
                                                         {"\xb5m", 1e-6},
                                                         {"nm", 1e-9},
                                                         {"nanometre", 1e-9},
                                                         {"nanometer", 1e-9},
                                                         {"nanometers", 1e-9},
                                                         {"angstrom", 1e-10},
                                                         {"Angstrom", 1e-10},
                                                         {"A", 1e-10},
                                                         {"\xc3\x85", 1e-10},
                                                         {"\xe2\x84\xab", 1e-10},
                                                         {"\xc5", 1e-10}};
  for (const auto& [known, metres] : units)
    if (name == known) return metres;
  return std::nullopt;
}

}  // namespace tauvox::io
