// A control chart as a picture in a page.
#pragma once

#include <string>
#include <vector>

#include "host/batch/comparison.hpp"

namespace tauvox {

/// For the contents and attributes of a page.
std::string html_text(const std::string& text);
/// Digits by the deviation: two of it, as many of the value.
std::string rounded(double value, std::optional<double> deviation);

/// Volume by volume, with intervals of 95 % where they are known, the mean and the limits of control; what
/// lies outside is larger and in another colour. Written here, so that no other program ever interprets what
/// stands in a file.
std::string control_chart(const LotSeries& series, const std::vector<const LotVolume*>& volumes);

}  // namespace tauvox
