#include "host/settings/flow_axes.hpp"

#include <fmt/format.h>

namespace tauvox {

std::vector<std::string> check_flow_axes(const Settings& settings, const io::VolumeDescription& description) {
  std::vector<std::string> warnings;
  for (const Axis axis : settings.axes) {
    if (description.read_extent.along(axis) != 1) continue;
    if (description.layer_added && axis == Axis::z && !settings.axes_named)
      throw Error(ExitCode::input_invalid, "a 2-D image has no axis z for the transport", settings.input,
                  "--as-2d adds z with a single layer, across which every tortuosity factor is 1",
                  "pass --axis y,x; or --axis z, if that is meant");
    warnings.push_back(fmt::format(
        "the volume is one voxel long along axis {}: across a single layer the tortuosity factor is 1, "
        "whatever the structure",
        axis_name(axis)));
  }
  return warnings;
}

namespace {
bool is_image(const io::VolumeDescription& description) {
  return description.layer_added && description.read_extent.nz == 1;
}
}  // namespace

std::vector<std::string> check_thickness(const Settings& settings, const io::VolumeDescription& description) {
  if (description.read_extent.along(settings.thickness) != 1) return {};
  if (is_image(description) && settings.thickness == Axis::z)
    throw Error(ExitCode::input_invalid, "a 2-D image has no axis z for the thickness", settings.input,
                "--as-2d adds z with a single layer, which joins both of its ends whatever the structure",
                "pass --thickness y or --thickness x");
  return {
      fmt::format("the volume is one voxel long along its thickness, axis {}: shares that join both ends, "
                  "and all that is counted along it, are those of a single layer",
                  axis_name(settings.thickness))};
}

std::vector<std::string> warnings_of_single_layers(const io::VolumeDescription& description) {
  std::vector<std::string> warnings;
  for (const Axis axis : all_axes)
    if (description.read_extent.along(axis) == 1)
      warnings.push_back(fmt::format(
          "the volume is one voxel long along axis {0}: what is found along {0} is that of a single layer",
          axis_name(axis)));
  return warnings;
}

std::vector<std::string> check_evaluated_axes(Settings& settings, const io::VolumeDescription& description) {
  std::vector<std::string> warnings = check_thickness(settings, description);
  if (settings.ionic.empty() && settings.electronic.empty()) return warnings;
  if (is_image(description) && !settings.axes_named && std::erase(settings.axes, Axis::z) > 0)
    warnings.push_back("no transport along axis z, which --as-2d added: name it by --axis, if it is meant");
  for (const std::string& warning : check_flow_axes(settings, description)) warnings.push_back(warning);
  return warnings;
}

}  // namespace tauvox
