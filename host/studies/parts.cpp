#include "host/studies/parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/studies/coarsen.hpp"
#include "host/studies/derived_volume.hpp"

namespace tauvox {
namespace {

template <class Code>
std::vector<Code> codes_in(const LabelArray<Code>& codes, const Extent& extent, const Box& box) {
  const auto& [z, y, x] = box.begin;
  const Extent part = make_extent({box.end[0] - z, box.end[1] - y, box.end[2] - x});
  std::vector<Code> out;
  out.reserve(static_cast<std::size_t>(part.voxels()));
  for (std::int64_t k = z; k < box.end[0]; ++k)
    for (std::int64_t j = y; j < box.end[1]; ++j) {
      const auto row = codes.begin() + (extent.nx * (j + extent.ny * k));
      out.insert(out.end(), row + x, row + box.end[2]);
    }
  return out;
}

}  // namespace

std::vector<Box> octants(const Extent& extent) {
  const std::array<std::int64_t, 3> n = extent.zyx();
  std::vector<Box> boxes;
  for (unsigned half = 0; half < 8; ++half) {
    Box box;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const bool upper = (half >> axis & 1) != 0;
      box.begin[axis] = upper ? n[axis] / 2 : 0;
      box.end[axis] = upper ? n[axis] : n[axis] / 2;
    }
    boxes.push_back(box);
  }
  return boxes;
}

Volume cut(const Volume& volume, const Box& box) {
  const Extent extent =
      make_extent({box.end[0] - box.begin[0], box.end[1] - box.begin[1], box.end[2] - box.begin[2]});
  return derived_volume(volume, extent,
                        [&](const auto& codes) { return codes_in(codes, volume.extent, box); });
}

std::vector<std::vector<Result>> results_on(const std::vector<Box>& parts, const Study& study,
                                            const StudyInput& in, const Progress& progress) {
  std::vector<std::vector<Result>> results;
  for (const Box& box : parts) {
    const Volume part = cut(in.volume, box);
    const Materials materials = materials_of(part, in.materials);
    const auto number = static_cast<double>(results.size());
    const Progress whole = [&](const std::string& doing, double fraction, const std::string&) {
      const auto count = static_cast<double>(parts.size());
      if (progress)
        progress(fmt::format("part {} of {}, {}", results.size() + 1, parts.size(), doing),
                 (number + std::max(fraction, 0.0)) / count, "");
    };
    results.push_back(in.part(fmt::format("part {} of {}", results.size() + 1, parts.size()), [&] {
      return study.run({part, materials, in.settings, in.device, {}, in.deadline, in.phases}, {}, whole)
          .results;
    }));
  }
  return results;
}

}  // namespace tauvox
