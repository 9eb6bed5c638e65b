#include "io/nrrd_steps.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "io/length_unit.hpp"
#include "io/orientation.hpp"
#include "io/printable.hpp"

namespace tauvox::io {
namespace {

/// Of "(0.5,0,0) (0,0.5,0) none (0,0,1)"; an empty one for none.
std::vector<std::vector<double>> directions_of(const TextHeader& header) {
  std::vector<std::vector<double>> directions;
  const std::string text = header.value("space directions");
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t", at)) != std::string::npos) {
    if (text.compare(at, 4, "none") == 0) {
      directions.emplace_back();
      at += 4;
      continue;
    }
    const std::size_t end = text.find(')', at);
    if (text[at] != '(' || end == std::string::npos) header.refuse("space directions are no vectors");
    std::string vector = text.substr(at + 1, end - at - 1);
    std::replace(vector.begin(), vector.end(), ',', ' ');
    const auto numbers = reals_of(vector);
    if (!numbers || numbers->empty()) header.refuse("space directions are no vectors");
    directions.push_back(*numbers);
    at = end + 1;
  }
  return directions;
}

/// NaN for an axis that has no direction.
std::vector<double> lengths_of(const std::vector<std::vector<double>>& directions) {
  std::vector<double> lengths;
  for (const auto& vector : directions)
    lengths.push_back(vector.empty()
                          ? std::nan("")
                          : std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0)));
  return lengths;
}

std::vector<AxisDirection> of_space(const std::vector<std::vector<double>>& directions,
                                    const std::vector<std::string>& names) {
  std::vector<AxisDirection> found;
  for (std::size_t axis = 0; axis < std::min(names.size(), directions.size()); ++axis)
    for (std::size_t i = 0; i < 3; ++i)
      if (names[axis] == std::string(1, "xyz"[i]) && !directions[axis].empty())
        found.push_back({i, directions[axis]});
  return found;
}

/// Those that the axes of space have, each length once.
std::vector<std::string> units_of(const TextHeader& header, const std::vector<std::string>& names) {
  std::vector<std::string> units;
  const auto take = [&](const std::string& unit) {
    const auto is_same = [&](const std::string& other) {
      return other == unit || (metres_of_unit(unit) && metres_of_unit(unit) == metres_of_unit(other));
    };
    if (unit.empty() || unit == "???" || unit == "none") return;
    if (std::none_of(units.begin(), units.end(), is_same)) units.push_back(unit);
  };
  const std::vector<std::string> of_space = words_of(header.value("space units")),
                                 of_axes = words_of(header.value("units"));
  for (std::size_t i = 0; i < std::min<std::size_t>(of_space.size(), 3); ++i)  // a fourth is of time
    take(of_space[i]);
  for (std::size_t axis = 0; axis < of_axes.size(); ++axis)
    if (axis >= names.size() || names[axis] == "x" || names[axis] == "y" || names[axis] == "z")
      take(of_axes[axis]);
  return units;
}

void take_unit(const TextHeader& header, ArrayLayout& layout) {
  StatedSteps& steps = layout.steps;
  const std::vector<std::string> units = units_of(header, layout.names);
  const bool is_ones =
      std::all_of(steps.of_axis.begin(), steps.of_axis.end(), [](double h) { return h == 1; });
  if (units.size() > 1) {
    layout.warnings.push_back(
        fmt::format("{}: ignored, as the axes have several units ({}); give --voxel-size", steps.source,
                    fmt::join(units, ", ")));
    steps = {};
  } else if (!units.empty()) {
    steps.unit = metres_of_unit(units[0]);
    steps.unit_text = steps.unit ? units[0] : fmt::format("unit '{}' is not known", printable(units[0]));
  } else if (is_ones) {  // what programs write that know no size
    steps = {};
  } else if (!header.value("space").empty()) {  // left-posterior-superior, scanner-xyz: of scanners, in mm
    steps.unit = 1e-3;
    steps.unit_text = fmt::format("mm, the unit of the space {}", printable(header.value("space")));
  } else {
    steps.unit_text = "no unit";
  }
}

bool is_of_space(const std::string& name) { return name == "x" || name == "y" || name == "z"; }

/// Where an axis begins and ends, by which the format defines its steps: from face to face of its voxels, or
/// from centre to centre.
struct Limits {
  std::vector<double> length;  // NaN where nothing is stated
  std::vector<std::string> centring;
};

Limits limits_of(const TextHeader& header, std::size_t axes) {
  const std::vector<double> mins = header.reals({"axis mins", "axismins"}),
                            maxs = header.reals({"axis maxs", "axismaxs"});
  if ((!mins.empty() && mins.size() != axes) || (!maxs.empty() && maxs.size() != axes))
    header.refuse("axis mins or axis maxs are not as many as the axes");
  Limits limits{{},
                words_of(in_small_letters(header.value(std::vector<std::string>{"centers", "centerings"})))};
  if (!limits.centring.empty() && limits.centring.size() != axes)
    header.refuse("centerings are not as many as the axes");
  limits.centring.resize(axes);
  if (mins.empty() || maxs.empty()) return limits;
  for (std::size_t axis = 0; axis < axes; ++axis) limits.length.push_back(std::abs(maxs[axis] - mins[axis]));
  return limits;
}

/// Steps by the limits, where each axis is taken as its centring says, or `otherwise`.
std::vector<double> steps_within(const Limits& limits, const ArrayLayout& layout, bool otherwise_node) {
  std::vector<double> steps;
  for (std::size_t axis = 0; axis < layout.shape.size(); ++axis) {
    const std::string& centring = limits.centring[axis];
    const bool is_node = centring == "node" || (centring != "cell" && otherwise_node);
    const auto count = static_cast<double>(layout.shape[axis]);
    steps.push_back(limits.length[axis] / (is_node ? count - 1 : count));
  }
  return steps;
}

/// "z,y,x = 2, 1, 0.5" of the axes that the names call so; else of all, slowest first.
std::string text_of_steps(const std::vector<double>& steps, const std::vector<std::string>& names) {
  std::vector<std::string> letters, numbers;
  for (std::size_t axis = steps.size(); axis-- > 0;) {
    if (axis < names.size() && !is_of_space(names[axis])) continue;
    if (axis < names.size()) letters.push_back(names[axis]);
    numbers.push_back(fmt::format("{:g}", steps[axis]));
  }
  return fmt::format("{}{}{}", fmt::join(letters, ","), letters.empty() ? "" : " = ",
                     fmt::join(numbers, ", "));
}

/// Axis mins and axis maxs.
void take_limits(const TextHeader& header, ArrayLayout& layout) {
  const Limits limits = limits_of(header, layout.shape.size());
  if (limits.length.empty()) return;
  const char* source = "axis mins and axis maxs of the NRRD header";
  bool is_told = true;
  for (std::size_t axis = 0; axis < layout.shape.size(); ++axis) {
    const bool counts = axis >= layout.names.size() || is_of_space(layout.names[axis]);
    const std::string& centring = limits.centring[axis];
    is_told = is_told && (!counts || centring == "cell" || centring == "node");
  }
  if (is_told) {
    layout.steps.source = source;
    layout.steps.of_axis = steps_within(limits, layout, false);
    return;
  }
  layout.warnings.push_back(fmt::format(
      "{}: not used, as no centering says whether they are of faces of voxels ({}) or of their centres ({}); "
      "--voxel-size z,y,x settles it",
      source, text_of_steps(steps_within(limits, layout, false), layout.names),
      text_of_steps(steps_within(limits, layout, true), layout.names)));
}

/// Limits beside steps from elsewhere: more than 1 % apart, as faces and as centres, is a contradiction.
void compare_limits(const TextHeader& header, ArrayLayout& layout) {
  const std::vector<double>& used = layout.steps.of_axis;
  const Limits limits = limits_of(header, layout.shape.size());
  if (limits.length.empty() || used.size() != layout.shape.size()) return;
  const auto agrees = [&](const std::vector<double>& steps) {
    for (std::size_t axis = 0; axis < steps.size(); ++axis) {
      const bool counts = axis >= layout.names.size() || is_of_space(layout.names[axis]);
      if (counts && std::isfinite(steps[axis]) && std::abs(steps[axis] / used[axis] - 1) > 0.01) return false;
    }
    return true;
  };
  const std::vector<double> of_cells = steps_within(limits, layout, false);
  if (agrees(of_cells) || agrees(steps_within(limits, layout, true))) return;
  layout.warnings.push_back(fmt::format(
      "axis mins and axis maxs of the NRRD header say other steps ({}) than {}, which are used; --voxel-size "
      "z,y,x settles it",
      text_of_steps(of_cells, layout.names), layout.steps.source));
}

/// How thick the voxels are along an axis, which is not how far apart.
void say_thicknesses(const TextHeader& header, ArrayLayout& layout) {
  const std::vector<double> thicknesses = header.reals({"thicknesses"});
  const std::vector<double>& steps = layout.steps.of_axis;
  if (thicknesses.empty() ||
      (!steps.empty() && std::none_of(steps.begin(), steps.end(), [](double h) { return std::isnan(h); })))
    return;
  layout.warnings.push_back(fmt::format(
      "thicknesses of the NRRD header ({}): not used, as they are no steps from voxel to voxel, and "
      "none are stated; --voxel-size z,y,x settles it",
      text_of_steps(thicknesses, layout.names)));
}

/// Of space directions, spacings or limits, in this order.
void take_stated(const TextHeader& header, ArrayLayout& layout) {
  StatedSteps& steps = layout.steps;
  const auto directions = directions_of(header);
  if (!directions.empty()) {
    steps.source = "space directions of the NRRD header";
    steps.of_axis = lengths_of(directions);
    for (const std::string& notice : notices_of(steps.source, of_space(directions, layout.names)))
      layout.notices.push_back(notice);
    for (const std::string& warning : warnings_of_shear(steps.source, of_space(directions, layout.names)))
      layout.warnings_of_axes.push_back(warning);
  } else if (!header.value("spacings").empty()) {
    steps.source = "spacings of the NRRD header";
    steps.of_axis = header.reals({"spacings"});
  } else {
    take_limits(header, layout);
  }
  // An axis of something else has no steps; one of space without them stays none, and is warned of.
  for (std::size_t axis = 0; axis < std::min(layout.names.size(), steps.of_axis.size()); ++axis)
    if (std::isnan(steps.of_axis[axis]) && !is_of_space(layout.names[axis])) steps.of_axis[axis] = 1;
  if (steps.of_axis.empty()) return;
  if (steps.of_axis.size() != layout.shape.size()) header.refuse("the steps are not as many as the axes");
  take_unit(header, layout);
  const bool are_limits = header.value("spacings").empty() && directions.empty();
  if (!are_limits) compare_limits(header, layout);
}

}  // namespace

void take_nrrd_steps(const TextHeader& header, ArrayLayout& layout) {
  take_stated(header, layout);
  say_thicknesses(header, layout);
}

}  // namespace tauvox::io
