// Uptake and fluxes over time, of diffusion into a volume.
#pragma once

#include <string>

#include "host/studies/report.hpp"

namespace tauvox::pages {

/// Bytes of a picture with this ending (.png, .svg, .pdf) of a curve "transient", over seconds where it has
/// them; empty where there is no plotter, and `notice` says so.
std::string transient_picture(const Curve& curve, const std::string& ending, std::string& notice);

}  // namespace tauvox::pages
