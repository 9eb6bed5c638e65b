#include "host/studies/cubes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace tauvox {
namespace {

constexpr double same = 1e-6;  // relative: what rounding in a file may do to an edge

/// Of each new place along an axis the old one that its centre lies in.
std::vector<std::int64_t> nearest(std::int64_t from, std::int64_t to, double edge, double old_edge) {
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < to; ++i) {
    const double at = (static_cast<double>(i) + 0.5) * edge / old_edge;
    places.push_back(std::min(static_cast<std::int64_t>(at), from - 1));
  }
  return places;
}

template <class Code>
LabelArray<Code> sampled(const LabelArray<Code>& codes, const Extent& from,
                         const std::array<std::vector<std::int64_t>, 3>& places, std::int64_t voxels) {
  std::vector<Code> out;
  out.reserve(static_cast<std::size_t>(voxels));
  for (const std::int64_t z : places[0])
    for (const std::int64_t y : places[1]) {
      const Code* row = codes.data() + from.nx * (y + from.ny * z);
      for (const std::int64_t x : places[2]) out.push_back(row[x]);
    }
  return out;
}

/// Labels that no voxel has any more are none.
void count_again(Volume& volume) {
  std::vector<std::int64_t> voxels(volume.codes_there_are());
  std::visit(
      [&](const auto& codes) {
        for (const auto code : codes) ++voxels[code];
      },
      volume.codes);
  std::vector<Label> labels;
  std::vector<std::size_t> code_now(voxels.size());
  for (std::size_t code = 0; code < volume.labels.size(); ++code) {
    code_now[code] = labels.size();
    if (voxels[code] > 0) labels.push_back({volume.labels[code].value, voxels[code]});
  }
  if (volume.outside) {
    volume.outside->voxels = voxels.back();
    code_now.back() = labels.size();
    if (voxels.back() == 0) volume.outside.reset();
  }
  if (labels.size() < volume.labels.size())
    std::visit(
        [&]<class Code>(LabelArray<Code>& codes) {
          for (Code& code : codes) code = static_cast<Code>(code_now[code]);
        },
        volume.codes);
  volume.labels = labels;
}

/// "0.4, 0.4, 0.5 um"
std::string edges_text(const std::array<double, 3>& edges, bool is_length) {
  return is_length ? fmt::format("{:g}, {:g}, {:g} um", edges[0] * 1e6, edges[1] * 1e6, edges[2] * 1e6)
                   : fmt::format("{:g} : {:g} : {:g}", edges[0], edges[1], edges[2]);
}

}  // namespace

std::optional<Cubes> cubes_of(const Extent& extent, const std::optional<std::array<double, 3>>& size,
                              const std::optional<std::array<double, 3>>& ratio, const Resample& asked,
                              const std::string& where) {
  if (!size && (!ratio || !asked.shortest))
    throw Error(
        ExitCode::usage, "no voxel size to resample from", where,
        ratio ? "the file states a ratio of edges alone" : "nothing says what the edges of a voxel are",
        ratio ? "give --resample shortest, or --voxel-size" : "give --voxel-size z,y,x");
  const std::array<double, 3> old = size ? *size : *ratio;
  Cubes cubes{extent, asked.shortest ? *std::min_element(old.begin(), old.end()) : asked.edge};
  if (std::all_of(old.begin(), old.end(),
                  [&](double edge) { return std::abs(edge / cubes.edge - 1) <= same; }))
    return std::nullopt;
  std::array<std::int64_t, 3> lengths{};
  double voxels = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double exact = static_cast<double>(extent.zyx()[axis]) * old[axis] / cubes.edge;
    voxels *= std::max(exact, 1.0);
    if (!(voxels < 1e13))
      throw Error(ExitCode::input_invalid, "so small cubes make too many voxels", where,
                  fmt::format("edges of {:g} um", cubes.edge * 1e6), "give larger ones to --resample");
    lengths[axis] = std::max<std::int64_t>(1, std::llround(exact));
  }
  cubes.extent = make_extent(lengths, where);
  return cubes;
}

Volume of_cubes(Volume volume, const std::optional<Resample>& asked) {
  if (!asked) return volume;
  const std::optional<Cubes> cubes =
      cubes_of(volume.extent, volume.voxel_size, volume.voxel_ratio, *asked, volume.path);
  if (!cubes) {
    volume.notices.emplace_back("nothing to resample: the voxels are such cubes already");
    return volume;
  }
  const std::array<double, 3> old = volume.spacing();
  std::array<std::vector<std::int64_t>, 3> places;
  std::vector<std::string> changes, finer;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t from = volume.extent.zyx()[axis], to = cubes->extent.zyx()[axis];
    places[axis] = nearest(from, to, cubes->edge, old[axis]);
    const double change = static_cast<double>(to) * cubes->edge / (static_cast<double>(from) * old[axis]) - 1;
    if (std::abs(change) > same)
      changes.push_back(fmt::format("{:+.2g} % along {}", 100 * change, axis_name(all_axes[axis])));
    if (cubes->edge < old[axis] * (1 - same)) finer.emplace_back(axis_name(all_axes[axis]));
  }
  volume.codes = std::visit(
      [&](const auto& codes) -> LabelCodes {
        return sampled(codes, volume.extent, places, cubes->extent.voxels());
      },
      volume.codes);
  const bool is_length = volume.voxel_size.has_value();
  volume.notices.push_back(fmt::format(
      "resampled: {} voxels of {} are now {} cubes of {}, each with the label of the nearest voxel; {}",
      to_string(volume.extent), edges_text(old, is_length), to_string(cubes->extent),
      is_length ? fmt::format("{:g} um", cubes->edge * 1e6) : fmt::format("edge {:g}", cubes->edge),
      changes.empty() ? "lengths are as they were"
                      : fmt::format("lengths change by {}", fmt::join(changes, ", "))));
  if (!finer.empty())
    volume.warnings.push_back(fmt::format(
        "resampled to finer voxels along {}: that adds no detail, and uncertainties of resolution "
        "are those of the cubes, too small there",
        fmt::join(finer, ", ")));
  volume.extent = cubes->extent;
  if (is_length)
    volume.voxel_size = std::array{cubes->edge, cubes->edge, cubes->edge};
  else
    volume.voxel_ratio = std::array{1.0, 1.0, 1.0};
  volume.voxel_size_source += ", resampled";
  count_again(volume);
  return volume;
}

}  // namespace tauvox
