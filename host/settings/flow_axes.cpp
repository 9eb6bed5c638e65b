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

}  // namespace tauvox
