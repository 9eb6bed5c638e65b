// A control chart as a picture in a page.
#pragma once

#include <string>
#include <vector>

#include "host/batch/comparison.hpp"

namespace tauvox {

/// Volume by volume, with intervals of 95 % where they are known, the mean and the limits of control; what
/// lies outside is larger and in another colour. Written here, so that no other program ever interprets what
/// stands in a file.
std::string control_chart(const LotSeries& series, const std::vector<const LotVolume*>& volumes);

}  // namespace tauvox
