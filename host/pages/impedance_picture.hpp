// The impedance of an electrode as a Nyquist diagram.
#pragma once

#include <string>

#include "host/studies/report.hpp"

namespace tauvox::pages {

/// Bytes of a picture with this ending (.png, .svg, .pdf) of a curve "impedance", in ohm m2 where it has
/// them; empty where there is no plotter, and `notice` says so.
std::string impedance_picture(const Curve& curve, const std::string& ending, std::string& notice);

}  // namespace tauvox::pages
