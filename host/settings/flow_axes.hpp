// Directions of transport, and the thickness, against the shape of the volume.
#pragma once

#include <string>
#include <vector>

#include "host/settings/settings.hpp"

namespace tauvox {

/// Across a layer of one voxel every tortuosity factor is 1.
/// @return a warning for every direction of transport along which the volume is one voxel long
/// @throws Error(input_invalid) where --as-2d made such an axis and nobody named it
std::vector<std::string> check_flow_axes(const Settings& settings, const io::VolumeDescription& description);

/// Along a thickness of one voxel all numbers are those of a single layer.
/// @return a warning if it is so
/// @throws Error(input_invalid) where --as-2d made that axis
std::vector<std::string> check_thickness(const Settings& settings, const io::VolumeDescription& description);

/// For studies that look along all axes.
std::vector<std::string> warnings_of_single_layers(const io::VolumeDescription& description);

/// Both for an evaluation. An axis that --as-2d made and nobody named is taken from those of transport.
/// @return warnings
/// @throws as check_thickness
std::vector<std::string> check_evaluated_axes(Settings& settings, const io::VolumeDescription& description);

}  // namespace tauvox
