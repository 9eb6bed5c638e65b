// Steps without a unit.
#include <fmt/format.h>

#include <algorithm>

#include "io/volume_source.hpp"

namespace tauvox::io {

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
                  "depends; --voxel-size, such as {:g},{:g},{:g}um, settles it",
                  source, said, z / unit, y / unit, x / unit, z, y, x));
}

}  // namespace tauvox::io
