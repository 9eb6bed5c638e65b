// Steps without a unit, and those whose unit may be wrong.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "io/volume_source.hpp"

namespace tauvox::io {
namespace {

/// As --voxel-size takes it, in the unit in which these numbers may be meant: micrometres, else metres; where
/// neither gives a voxel, the ratio alone.
std::string as_voxel_size(const std::array<double, 3>& zyx) {
  const auto [least, most] = std::minmax_element(zyx.begin(), zyx.end());
  const char* unit = *least >= 1e-4 && *most <= 1e6 ? "um" : *least >= 1e-12 && *most <= 1 ? "m" : "";
  const double scale = *unit ? 1 : *least;
  return fmt::format("{:g},{:g},{:g}{}", zyx[0] / scale, zyx[1] / scale, zyx[2] / scale, *unit ? unit : "um");
}

}  // namespace

void check_voxel_size(const ReadOptions& options) {
  if (!options.voxel_size) return;
  for (int axis = 0; axis < 3; ++axis)
    if (const double size = (*options.voxel_size)[axis]; !(size > 0.0) || !std::isfinite(size))
      throw Error(ExitCode::usage, "voxel size is not a positive length", "--voxel-size",
                  fmt::format("{} m along {}", size, axis_name(all_axes[axis])), "give z,y,x such as 0.4um");
}

void take_ratio(const std::array<double, 3>& steps_zyx, const std::string& source, const std::string& said,
                VolumeDescription& description) {
  const auto [least, most] = std::minmax_element(steps_zyx.begin(), steps_zyx.end());
  if (*most - *least <= 1e-6 * *most) {
    description.notices.push_back(
        fmt::format("{}: {}: cubes, whose size --voxel-size can give", source, said));
    return;
  }
  const auto& [z, y, x] = steps_zyx;
  const double unit = *least;
  description.voxel_ratio = {z / unit, y / unit, x / unit};
  description.voxel_size_source = fmt::format("{} without a unit", source);
  description.warnings.push_back(
      fmt::format("{}: {}: only the ratio of the edges is used, z,y,x = {:g} : {:g} : {:g}, on which D_eff "
                  "depends; --voxel-size, such as {}, settles it",
                  source, said, z / unit, y / unit, x / unit, as_voxel_size(steps_zyx)));
}

void warn_of_size(VolumeDescription& description) {
  constexpr double least = 1e-10, most = 1e-3;  // m: an atom; what no electrode is thick
  if (!description.voxel_size) return;
  const auto [smallest, largest] =
      std::minmax({(*description.voxel_size)[0], (*description.voxel_size)[1], (*description.voxel_size)[2]});
  if (smallest < least || largest > most)
    description.warnings.push_back(fmt::format(
        "voxels of {:g} m ({}) are no size of a microstructure: is the unit right? --voxel-size settles it",
        largest > most ? largest : smallest, description.voxel_size_source));
}

}  // namespace tauvox::io
