// The volume as a cube that turns: its six faces as pictures, moved by the style of the page alone.
#pragma once

#include <string>

#include "host/pages/look.hpp"

namespace tauvox::pages {

std::string cube_of(const Look& look);

/// A slice that shows the thickness, with scale bar, legend and where separator and collector are.
std::string slice_figure(const Look& look);

}  // namespace tauvox::pages
