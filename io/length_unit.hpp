// Units of length as programs write them into files.
#pragma once

#include <optional>
#include <string_view>

namespace tauvox::io {

/// Metres of "um", "micron", "\u00B5m" (ImageJ's escape), "nanometer", "inch", ...; none for what is no
/// length, such as "pixel", and for what is not known. Blanks around it do not matter.
std::optional<double> metres_of_unit(std::string_view unit);

/// True for the words that say that there is no unit: "", "pixel", "voxel", ...
bool is_no_unit(std::string_view unit);

}  // namespace tauvox::io
