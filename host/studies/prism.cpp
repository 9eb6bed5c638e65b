#include "host/studies/prism.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "kernels/base/error.hpp"

namespace tauvox {
namespace {

/// Layer i across the axis has what the first has.
template <class Code>
bool has_section_of_first(const LabelArray<Code>& codes, const Extent& e, Axis axis, Code outside) {
  const auto is_outside = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
    return codes[static_cast<std::size_t>(x + e.nx * (y + e.ny * z))] == outside;
  };
  for (std::int64_t z = 0; z < e.nz; ++z)
    for (std::int64_t y = 0; y < e.ny; ++y)
      for (std::int64_t x = 0; x < e.nx; ++x)
        if (is_outside(x, y, z) !=
            is_outside(axis == Axis::x ? 0 : x, axis == Axis::y ? 0 : y, axis == Axis::z ? 0 : z))
          return false;
  return true;
}

}  // namespace

bool is_prism(const Volume& volume, Axis axis) {
  if (!volume.outside) return true;
  return std::visit(
      [&]<class Code>(const LabelArray<Code>& codes) {
        return has_section_of_first(codes, volume.extent, axis, static_cast<Code>(volume.labels.size()));
      },
      volume.codes);
}

void check_prism(const Volume& volume, const std::vector<Axis>& axes, const std::string& otherwise) {
  if (!volume.outside) return;
  std::vector<const char*> defined, undefined;
  for (const Axis axis : all_axes) {
    const bool asked = std::find(axes.begin(), axes.end(), axis) != axes.end();
    if (is_prism(volume, axis))
      defined.push_back(axis_name(axis));
    else if (asked)
      undefined.push_back(axis_name(axis));
  }
  if (undefined.empty()) return;
  throw Error(
      ExitCode::input_invalid,
      fmt::format("effective transport along {} has no meaning for this sample", fmt::join(undefined, ", ")),
      volume.path,
      "the section of the sample changes along the way: the current through it depends on its outline",
      defined.empty()
          ? "cut a box or a straight column out of it, by --crop or by a --mask with one outline in all "
            "layers" +
                otherwise
          : fmt::format("give --axis {}, or cut a box out of it by --crop", fmt::join(defined, ",")));
}

}  // namespace tauvox
