#include "host/studies/turned_axes.hpp"

#include <fmt/format.h>

#include "host/settings/parse.hpp"

namespace tauvox {
namespace {

template <class Code>
LabelArray<Code> turned_codes(const LabelArray<Code>& codes, const Extent& from, const Extent& to,
                              const Orientation& orientation) {
  const std::array<std::int64_t, 3> steps{from.nx * from.ny, from.nx, 1}, lengths = from.zyx();
  std::array<std::int64_t, 3> step{};
  std::int64_t first = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto old = static_cast<std::size_t>(orientation.from[axis]);
    step[axis] = orientation.reversed[axis] ? -steps[old] : steps[old];
    if (orientation.reversed[axis]) first += (lengths[old] - 1) * steps[old];
  }
  std::vector<Code> out;
  out.reserve(codes.size());
  for (std::int64_t z = 0; z < to.nz; ++z)
    for (std::int64_t y = 0; y < to.ny; ++y)
      for (std::int64_t x = 0; x < to.nx; ++x)
        out.push_back(codes[static_cast<std::size_t>(first + z * step[0] + y * step[1] + x * step[2])]);
  return out;
}

}  // namespace

bool Orientation::is_mirror() const {
  const bool is_even = (static_cast<int>(from[0]) + 1) % 3 == static_cast<int>(from[1]);
  return is_even == ((reversed[0] + reversed[1] + reversed[2]) % 2 == 1);
}

Orientation orientation_of(const std::string& text) {
  Orientation found;
  std::size_t axis = 0;
  for (const std::string& item : parse::list(text)) {
    found.reversed[axis] = item.front() == '-';
    found.from[axis++] = parse::axes(item.substr(item.size() - 1), "--orient").front();
  }
  return found;
}

Volume turned(Volume volume, const std::string& text) {
  if (text.empty()) return volume;
  const Orientation orientation = orientation_of(text);
  const Extent to = make_extent(turned(volume.extent.zyx(), orientation));
  volume.codes = std::visit(
      [&](const auto& codes) -> LabelCodes { return turned_codes(codes, volume.extent, to, orientation); },
      volume.codes);
  volume.extent = to;
  if (volume.voxel_size) volume.voxel_size = turned(*volume.voxel_size, orientation);
  if (volume.voxel_ratio) volume.voxel_ratio = turned(*volume.voxel_ratio, orientation);
  volume.notices.push_back(fmt::format("turned: z, y, x are {} of what was read, now {}{}", text,
                                       to_string(to),
                                       orientation.is_mirror() ? "; this is a mirror image" : ""));
  return volume;
}

}  // namespace tauvox
