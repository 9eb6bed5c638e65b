#include "host/pages/field_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/pages/look.hpp"
#include "host/pages/slice_map.hpp"
#include "host/studies/units.hpp"

namespace tauvox::pages {
namespace {

constexpr std::int64_t smallest_side = 512;  // pixels of a slice alone
constexpr std::size_t most_in_legend = 8;

/// A plane that shows the direction of transport.
Axis picture_normal(Axis flow) { return flow == Axis::y ? Axis::z : Axis::y; }

/// Each label as a phase of its own: what conducts and what does not is a matter of labels.
std::vector<PhaseSet> labels_as_phases(const SolvePictures& in) {
  std::vector<PhaseSet> sets;
  for (std::size_t code = 0; code < in.volume.labels.size(); ++code) {
    const Label& label = in.volume.labels[code];
    const std::string name = in.phases.name_of(label.value);
    PhaseSet set;
    set.name = name.empty() ? fmt::format("label {}", label.value) : name;
    set.label = label.value;
    set.codes.assign(in.volume.codes_there_are(), 0);
    set.codes[code] = 1;
    set.voxels = label.voxels;
    sets.push_back(set);
  }
  return sets;
}

SliceMap map_of(const SolvePictures& in, Axis flow) {
  SliceMap map;
  map.name = "slice";
  map.extent = in.volume.extent;
  map.edges = in.volume.spacing();
  map.unit = in.volume.voxel_size ? "µm" : "voxels";
  if (in.volume.voxel_size)
    for (double& edge : map.edges) edge *= 1e6;
  for (const auto& [axis, place] : in.cuts)
    map.slices.push_back({axis, std::min(place, in.volume.extent.along(axis) - 1)});
  if (const Axis normal = picture_normal(flow); map.slices.empty())
    map.slices = {{normal, in.volume.extent.along(normal) / 2}};
  map.along = flow;
  map.from = in.ends.from;
  map.to = in.ends.to;
  map.forwards = in.ends.forwards;
  return map;
}

void shorten(std::vector<LegendEntry>& legend) {
  if (legend.size() <= most_in_legend) return;
  const std::size_t left_out = legend.size() - most_in_legend + 1;
  legend.resize(most_in_legend - 1);
  legend.push_back({{255, 255, 255}, fmt::format("and {} others", left_out)});
}

std::string drawn(const SliceMap& map, const std::string& ending, std::string& notice) {
  std::optional<Drawing> drawing = drawing_of(map);
  std::string problem;
  if (!drawing) {
    problem = "the slice is a line of voxels";
  } else if (!have_plotter()) {
    problem = "no program gnuplot is on the PATH (Debian: gnuplot-nox)";
  } else {
    drawing->png_alone = ending == ".png";
    if (const std::optional<Figure> figure = draw(*drawing, problem)) return in_form(*figure, ending);
  }
  if (ending != ".png") {
    notice = fmt::format("no pictures as {}: {}", ending, problem);
    return "";
  }
  notice = fmt::format("pictures are slices without axes: {}", problem);
  constexpr std::int64_t most_pixels = 65500;
  return map.picture(map.slices.front(), most_pixels).png();
}

}  // namespace

/// What each grey value conducts, dark for little: a colour for each of thousands says nothing.
std::string SolvePictures::conductivities(Axis flow, std::string& notice) const {
  SliceMap map = map_of(*this, flow);
  const Property property = property_of(materials.unit);
  map.field = property.name + (property.unit == "1" ? ", relative" : fmt::format(" ({})", property.unit));
  map.top = materials.largest > 0 ? materials.largest : 1;
  map.colour = grey_colour;
  map.picture = [&](const Slice& slice, std::int64_t most) {
    return picture_of(volume.extent, slice, most, smallest_side, [&](std::int64_t i) {
      const auto code = static_cast<std::size_t>(volume.code(i));
      if (code >= materials.phases.size()) return outside_colour;
      return grey_colour(materials.phases[code].conductivity / map.top);
    });
  };
  return drawn(map, ending, notice);
}

std::string SolvePictures::structure(Axis flow, std::string& notice) const {
  if (by_grey_value) return conductivities(flow, notice);
  const std::vector<PhaseSet> sets = labels_as_phases(*this);
  // Without names the lowest label is pale: pore in most files.
  const std::vector<std::int64_t> pore =
      phases.named.empty() ? std::vector{volume.labels.front().value} : std::vector<std::int64_t>{};
  const std::vector<PhaseColours> colours = colours_of(sets, volume, pore);
  SliceMap map = map_of(*this, flow);
  map.picture = [&](const Slice& slice, std::int64_t most) {
    return picture_of(volume.extent, slice, most, smallest_side, [&](std::int64_t i) {
      const auto code = static_cast<std::size_t>(volume.code(i));
      return code < colours.size() ? colours[code].area : outside_colour;
    });
  };
  for (std::size_t p = 0; p < sets.size(); ++p)
    map.legend.push_back({colours[p].area, legend_of(volume, sets[p])});
  shorten(map.legend);
  return drawn(map, ending, notice);
}

std::string SolvePictures::concentration(Axis flow, std::span<const float> values,
                                         std::string& notice) const {
  SliceMap map = map_of(*this, flow);
  map.field = "concentration";
  const auto value = [&](std::int64_t i) { return double{values[static_cast<std::size_t>(i)]}; };
  return field(std::move(map), value, notice);
}

std::string SolvePictures::flux(Axis flow, const VoxelFlux& flux, std::span<const float> concentration,
                                std::string& notice) const {
  SliceMap map = map_of(*this, flow);
  map.field = "flux in units of D₀ Δc / L";
  const Extent& e = volume.extent;
  const auto value = [&](std::int64_t i) {
    if (std::isnan(concentration[static_cast<std::size_t>(i)])) return std::nan("");
    const std::array<float, 3> j = flux.at(i % e.nx, i / e.nx % e.ny, i / (e.nx * e.ny));
    return std::sqrt(double{j[0]} * j[0] + double{j[1]} * j[1] + double{j[2]} * j[2]);
  };
  std::vector<double> found;
  const Slice slice = map.slices.front();
  const auto step = [&](Axis axis) { return axis == Axis::z ? e.nx * e.ny : axis == Axis::y ? e.nx : 1; };
  for (std::int64_t row = 0; row < e.along(slice.down()); ++row)
    for (std::int64_t column = 0; column < e.along(slice.right()); ++column)
      if (const double there =
              value(slice.at * step(slice.normal) + row * step(slice.down()) + column * step(slice.right()));
          there > 0)
        found.push_back(there);
  if (!found.empty()) {
    const auto most = found.begin() + static_cast<std::ptrdiff_t>((found.size() - 1) * 99 / 100);
    std::nth_element(found.begin(), most, found.end());
    map.top = *most;
  }
  return field(std::move(map), value, notice);
}

std::string SolvePictures::field(SliceMap map, const std::function<double(std::int64_t)>& value_of,
                                 std::string& notice) const {
  const std::vector<PhaseSet> sets = labels_as_phases(*this);
  std::vector<Colour> insulators(sets.size());
  std::vector<std::size_t> insulating;
  for (std::size_t code = 0; code < sets.size(); ++code)
    if (code >= materials.phases.size() || materials.phases[code].conductivity <= 0)
      insulating.push_back(code);
  for (std::size_t i = 0; i < insulating.size(); ++i) {
    insulators[insulating[i]] =
        by_grey_value ? insulator_colour(0, 1) : insulator_colour(i, insulating.size());
    if (!by_grey_value)
      map.legend.push_back({insulators[insulating[i]], legend_of(volume, sets[insulating[i]])});
    else if (i == 0)
      map.legend.push_back({insulators[insulating[i]], "does not conduct"});
  }
  // What conducts and is not joined to a plate has no value either.
  constexpr Colour cut_off{255, 255, 255};
  for (std::size_t code = 0; code < sets.size(); ++code)
    if (std::find(insulating.begin(), insulating.end(), code) == insulating.end()) insulators[code] = cut_off;
  bool some_cut_off = false;
  map.picture = [&](const Slice& slice, std::int64_t most) {
    return picture_of(volume.extent, slice, most, smallest_side, [&](std::int64_t i) {
      const double value = value_of(i);
      if (!std::isnan(value)) return field_colour(std::min(value / map.top, 1.0));
      const auto code = static_cast<std::size_t>(volume.code(i));
      if (code >= insulators.size()) return outside_colour;
      const Colour colour = insulators[code];
      some_cut_off = some_cut_off || colour == cut_off;
      return colour;
    });
  };
  map.picture(map.slices.front(), smallest_side);
  if (some_cut_off) map.legend.push_back({cut_off, "conducts, cut off"});
  shorten(map.legend);
  return drawn(map, ending, notice);
}

}  // namespace tauvox::pages
