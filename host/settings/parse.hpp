// Text -> numbers, lengths, ranges. Independent of the locale; every failure is an Error(usage) that names
// the option, what it was given and what it takes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "io/read.hpp"

namespace tauvox::parse {

/// @param option named in messages, e.g. "--tolerance"
double number(const std::string& text, const std::string& option);
std::int64_t integer(const std::string& text, const std::string& option);
bool boolean(const std::string& text, const std::string& option);
std::string choice(const std::string& text, const std::string& option, const std::vector<std::string>& valid);

/// "a,b,c" -> {"a", "b", "c"}; empty text -> {}.
std::vector<std::string> list(const std::string& text);
std::vector<double> numbers(const std::string& text, const std::string& option);
std::vector<std::int64_t> integers(const std::string& text, const std::string& option);

/// "251,301,301" or one number for all three.
std::array<std::int64_t, 3> shape(const std::string& text, const std::string& option);
/// "0.4um" or "0.4,0.4,0.5um" or "400nm,400nm,500nm" in z, y, x -> m. Units: nm, um, µm, mm, cm, m. > 0.
std::array<double, 3> lengths(const std::string& text, const std::string& option);
/// "0=0,1=0.01,2=1": label and conductivity; finite, >= 0, no label twice.
std::vector<std::pair<std::int64_t, double>> conductivities(const std::string& text,
                                                            const std::string& option);
/// "0:100,:,20:" in z, y, x; half-open.
io::Crop crop(const std::string& text, const std::string& option);

/// The valid name nearest to `name`, at most two edits away; empty if none.
std::string nearest(const std::string& name, const std::vector<std::string>& valid);

}  // namespace tauvox::parse
