#include "io/hdf5_steps.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "io/hdf5_attributes.hpp"
#include "io/hdf5_hints.hpp"
#include "io/hdf5_layouts.hpp"
#include "io/length_unit.hpp"
#include "io/orientation.hpp"

namespace tauvox::io::hdf5 {
namespace {

using Json = nlohmann::json;
using Zyx = std::array<double, 3>;

constexpr const char* element_size_name = "element_size_um";

class Reader {
 public:
  Reader(const DatasetPlace& at, const std::vector<StatedAxes>& stated, const std::vector<double>& resolution,
         const ReadOptions& options, Claims& claims)
      : at_(at), stated_(stated), resolution_(resolution), options_(options), claims_(claims) {}

  void read() {
    read_element_size();
    read_ratio();
    read_resolution();
    std::vector<std::vector<std::string>> read;  // two places may name the same arrays
    for (const StatedAxes& stated : stated_) {
      if (stated.coordinates.size() != at_.shape.size() ||
          std::find(read.begin(), read.end(), stated.coordinates) != read.end())
        continue;
      read.push_back(stated.coordinates);
      read_coordinates(stated);
    }
    read_spacings();
    read_itk();
    read_vtk();
    if (const auto voxel = imaris_voxel(at_.file, at_.path, at_.shape)) take_imaris(*voxel);
    const bool is_known = claims_.voxel_size.has_value();
    for (const std::string& hint : hints_of_size(at_, is_known ? claims_.voxel_size_source : ""))
      (is_known ? claims_.notices : claims_.warnings).push_back(hint);
  }

 private:
  int axis_at(std::size_t zyx) const {
    if (claims_.axes) return (*claims_.axes)[zyx];
    const auto axes = axes_left(at_.shape, options_.as_2d);
    return axes ? axes->of[zyx] : -1;
  }

  static bool are_lengths(const Zyx& size) {
    return std::all_of(size.begin(), size.end(), [](double step) { return std::isfinite(step) && step > 0; });
  }

  void take(const Zyx& metres, const std::string& source) {
    if (!claims_.voxel_size) {
      claims_.voxel_size = metres;
      claims_.voxel_size_source = source;
      claims_.voxel_ratio.reset();
      return;
    }
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (std::abs(metres[axis] - (*claims_.voxel_size)[axis]) > 1e-3 * metres[axis]) {
        claims_.warnings.push_back(fmt::format(
            "{} says another voxel size (z,y,x = {:g}, {:g}, {:g} um) than {}, which is used: settle it with "
            "--voxel-size",
            source, metres[0] * 1e6, metres[1] * 1e6, metres[2] * 1e6, claims_.voxel_size_source));
        return;
      }
  }

  /// Steps whose unit is not known: their ratio counts, if all have the same.
  void note_without_unit(const Zyx& steps, const std::string& source, const std::set<std::string>& units) {
    if (claims_.voxel_size || claims_.voxel_ratio) return;
    const std::string unit = units.empty() ? "" : *units.begin();
    const std::string said =
        fmt::format("steps of z,y,x = {:g}, {:g}, {:g} with {}", steps[0], steps[1], steps[2],
                    units.size() > 1   ? "several units"
                    : is_no_unit(unit) ? "no unit"
                                       : fmt::format("the unit \"{}\", which is not understood", unit));
    if (!are_lengths(steps) || units.size() > 1) {
      claims_.warnings.push_back(fmt::format("{}: {}: ignored, give --voxel-size", source, said));
      return;
    }
    VolumeDescription ratio;
    take_ratio(steps, source, said, ratio);
    claims_.voxel_ratio = ratio.voxel_ratio;
    claims_.voxel_size_source = ratio.voxel_size_source;
    claims_.notices.insert(claims_.notices.end(), ratio.notices.begin(), ratio.notices.end());
    claims_.warnings.insert(claims_.warnings.end(), ratio.warnings.begin(), ratio.warnings.end());
  }

  /// HDF5 Vibez and our own files: z, y, x in micrometres, of the dataset. Of a group it is of all in it, and
  /// what is nearer counts.
  void read_element_size() {
    take_element_size(at_.dataset, "");
    for (const std::string& group : at_.groups)
      if (const Object object = open_inside(at_.file, group)) take_element_size(object, " of " + group);
    std::vector<std::string> folders{at_.groups.front()};
    if (folders.front() != "/") folders.emplace_back("/");
    for (const std::string& group : folders) {
      const std::string place = (group == "/" ? "" : group) + "/" + element_size_name;
      const auto um = place == at_.path ? std::nullopt : small_array(at_.file, place);
      if (um) take_micrometres(*um, fmt::format("{:g}", fmt::join(*um, ", ")), "dataset " + place);
    }
  }

  void take_element_size(hid_t object, const std::string& where) {
    if (H5Aexists(object, element_size_name) <= 0) return;
    const auto um = attribute_numbers(object, element_size_name);
    take_micrometres(um.value_or(std::vector<double>{}), attribute_text(object, element_size_name),
                     fmt::format("attribute {}{}", element_size_name, where));
  }

  void take_micrometres(const std::vector<double>& um, const std::string& text, const std::string& source) {
    if (um.size() != 3 || !are_lengths({um[0], um[1], um[2]})) {
      claims_.warnings.push_back(
          fmt::format("{} ignored: {} is not three positive numbers; give --voxel-size", source, text));
      return;
    }
    take({um[0] * 1e-6, um[1] * 1e-6, um[2] * 1e-6}, source);
    // Its order is z, y, x by agreement; who stores x, y, z may have written it in that of the array.
    const bool turned = axis_at(0) > axis_at(1) || axis_at(1) > axis_at(2);
    if (!stated_.empty() && turned && (um[0] != um[1] || um[1] != um[2]))
      claims_.warnings.push_back(fmt::format(
          "{} is taken as steps of z, y, x, though the axes are stored in another order; --voxel-size z,y,x "
          "settles it",
          source));
  }

  /// Our own files, of a volume whose steps had no unit.
  void read_ratio() {
    const auto ratio = attribute_numbers(at_.dataset, "voxel_ratio");
    if (ratio && ratio->size() == 3)
      note_without_unit({(*ratio)[0], (*ratio)[1], (*ratio)[2]}, "attribute voxel_ratio", {});
  }

  /// ilastik: steps in axistags, units in axis_units, a map from axis to unit. 0 says that it is not known.
  void read_resolution() {
    if (stated_.empty() || resolution_.size() != at_.shape.size()) return;
    const auto text = attribute_texts(at_.dataset, "axis_units");
    const Json units = text ? Json::parse(text->front(), nullptr, false) : Json();
    Zyx steps{}, metres{};
    std::set<std::string> unknown;
    bool has_units = units.is_object(), is_stated = false;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (axis_at(axis) < 0) {
        steps[axis] = metres[axis] = 0;
        continue;
      }
      const auto stored = static_cast<std::size_t>(axis_at(axis));
      steps[axis] = resolution_[stored];
      is_stated = is_stated || steps[axis] != 0;
      const std::string& name = stated_.front().names[stored];
      const bool named = units.is_object() && units.contains(name) && units[name].is_string();
      const std::string unit = named ? units[name].get<std::string>() : "";
      const auto metre = metres_of_unit(unit);
      has_units = has_units && metre;
      unknown.insert(unit);
      metres[axis] = steps[axis] * metre.value_or(0.0);
    }
    if (!is_stated) return;
    if (axis_at(0) < 0) {  // one layer is as thick as its voxels are wide
      metres[0] = metres[1];
      steps[0] = steps[1];
    }
    if (has_units && are_lengths(metres))
      take(metres, "attributes axistags and axis_units");
    else
      note_without_unit(steps, "attribute axistags", unknown);
  }

  /// What an array of positions along an axis says.
  struct Positions {
    double step = 0;
    std::string unit;
    bool are_even = true;
  };
  /// Of n voxels n positions, or the n + 1 edges of a histogram.   @return nothing where there is none
  /// @param is_there set where there is an array, whether it fits or not
  std::optional<Positions> positions_along(std::size_t stored, const std::string& place,
                                           bool& is_there) const {
    if (place.empty()) return std::nullopt;
    const auto values = small_array(at_.file, place);
    is_there = is_there || values;
    const std::uint64_t n = at_.shape[stored];
    if (!values || values->size() < 2 || (values->size() != n && values->size() != n + 1))
      return std::nullopt;
    Positions found;
    const double step = (values->back() - values->front()) / static_cast<double>(values->size() - 1);
    for (std::size_t i = 1; i < values->size(); ++i)
      found.are_even =
          found.are_even && std::abs((*values)[i] - (*values)[i - 1] - step) <= 1e-2 * std::abs(step);
    const auto texts = attribute_texts(open_inside(at_.file, place), "units");
    found.unit = texts ? texts->front() : "";
    found.step = std::abs(step);
    return found;
  }

  /// NeXus, and dimension scales: an array of positions along each axis, with units.
  void read_coordinates(const StatedAxes& stated) {
    Zyx metres{}, steps{};
    std::set<std::string> units;
    bool has_units = true, is_there = false;
    std::string with, without;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (axis_at(axis) < 0) continue;  // a layer that was added
      const auto stored = static_cast<std::size_t>(axis_at(axis));
      const std::string& place = stated.coordinates[stored];
      const auto positions = positions_along(stored, place, is_there);
      std::string& list = positions ? with : without;
      list += (list.empty() ? "" : ", ") + std::string(1, "zyx"[axis]);
      if (!positions) continue;
      if (!positions->are_even) {
        claims_.warnings.push_back(place + " is no even sequence of positions: ignored, give --voxel-size");
        return;
      }
      units.insert(positions->unit);
      const auto metre = metres_of_unit(positions->unit);
      has_units = has_units && metre;
      steps[axis] = positions->step;
      metres[axis] = steps[axis] * metre.value_or(0.0);
    }
    if (!is_there) return;
    const std::string source =
        stated.source == "dimension scales" ? stated.source : "coordinates in " + at_.groups.front();
    if (!without.empty()) {
      claims_.warnings.push_back(fmt::format("{}: {}none that fits of {}: ignored, give --voxel-size", source,
                                             with.empty() ? "" : fmt::format("of {}, but ", with), without));
      return;
    }
    if (axis_at(0) < 0) steps[0] = steps[1], metres[0] = metres[1];
    const bool are_numbers = steps == Zyx{1, 1, 1} && units == std::set<std::string>{""};  // 0, 1, 2, ...
    if (has_units && are_lengths(metres))
      take(metres, source);
    else if (!are_numbers)
      note_without_unit(steps, source, units);
  }

  /// DREAM.3D 6: a dataset SPACING in the geometry; simplnx: an attribute _SPACING. Both x, y, z.
  void read_spacings() {
    for (const std::string& group : at_.groups) {
      const std::string folder = group == "/" ? "" : group;
      const Object object = open_inside(at_.file, group);
      if (!object) continue;
      for (const char* name : {"_SPACING", "SPACING"})
        if (const auto xyz = attribute_numbers(object, name))
          take_spacing(*xyz, {object}, fmt::format("attribute {} of {}", name, group));
      const std::string geometry = folder + "/_SIMPL_GEOMETRY", place = geometry + "/SPACING";
      if (const auto xyz = small_array(at_.file, place)) {
        const Object array = open_inside(at_.file, place), around = open_inside(at_.file, geometry);
        take_spacing(*xyz, {around, array}, place);
      }
    }
  }

  /// @param objects one of which may have an attribute with the unit, the last that has it counts
  void take_spacing(const std::vector<double>& xyz, std::initializer_list<hid_t> objects,
                    const std::string& source) {
    if (xyz.size() != 3) return;
    std::string unit;
    for (const hid_t object : objects)
      for (const char* name : {"units", "Units", "_UNITS", "LengthUnit"})
        if (object >= 0 && H5Aexists(object, name) > 0) {
          const auto texts = attribute_texts(object, name);
          unit = texts ? texts->front() : fmt::format("{} {}", name, attribute_text(object, name));
        }
    const auto metre = metres_of_unit(unit);
    const Zyx steps{xyz[2], xyz[1], xyz[0]};
    if (metre && are_lengths(steps))
      take({steps[0] * *metre, steps[1] * *metre, steps[2] * *metre}, source);
    else
      note_without_unit(steps, source, {unit});
  }

  void take_imaris(const ImarisVoxel& voxel) {
    const std::string source = "ExtMin and ExtMax of /DataSetInfo/Image";
    const auto metre = metres_of_unit(voxel.unit);
    if (metre && are_lengths(voxel.zyx))
      take({voxel.zyx[0] * *metre, voxel.zyx[1] * *metre, voxel.zyx[2] * *metre}, source);
    else
      note_without_unit(voxel.zyx, source, {voxel.unit});
  }

  /// What ITK writes: x, y, z in mm, the unit of its formats, where 1 1 1 says nothing.
  void read_itk() {
    if (!at_.path.starts_with("/ITKImage/") || at_.shape.size() > 3) return;
    const std::string place = at_.beside("Spacing");
    auto xyz = small_array(at_.file, place);
    if (xyz && xyz->size() == 2) xyz->push_back(xyz->back());
    if (xyz && xyz->size() == 3 && *xyz != std::vector<double>{1, 1, 1}) {
      const Zyx metres{(*xyz)[2] * 1e-3, (*xyz)[1] * 1e-3, (*xyz)[0] * 1e-3};
      if (are_lengths(metres))
        take(metres, place + " in mm, the unit of the format");
      else
        claims_.warnings.push_back(place + " holds no positive lengths: ignored, give --voxel-size");
    }
    const std::string directions = at_.beside("Directions");
    if (const auto rows = small_array(at_.file, directions)) note_directions(*rows, directions, false);
  }

  /// An image of VTKHDF: x, y, z without a unit.
  void read_vtk() {
    const Object group = at_.path.starts_with("/VTKHDF/") ? open_inside(at_.file, "/VTKHDF") : Object();
    if (!group) return;
    const auto xyz = attribute_numbers(group, "Spacing");
    if (xyz && *xyz != std::vector<double>{1, 1, 1})
      take_spacing(*xyz, {group}, "attribute Spacing of /VTKHDF");
    if (const auto matrix = attribute_numbers(group, "Direction"))
      note_directions(*matrix, "attribute Direction of /VTKHDF", true);
  }

  /// @param in_columns the directions are columns of the matrix, else rows
  void note_directions(const std::vector<double>& matrix, const std::string& source, bool in_columns) {
    if (matrix.size() != 9) return;
    std::vector<AxisDirection> directions;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      AxisDirection direction{axis, {}};
      for (std::size_t k = 0; k < 3; ++k)
        direction.vector.push_back(matrix[in_columns ? 3 * k + axis : 3 * axis + k]);
      directions.push_back(direction);
    }
    for (const std::string& notice : notices_of(source, directions)) claims_.notices.push_back(notice);
    for (const std::string& warning : warnings_of_shear(source, directions))
      claims_.warnings.push_back(warning);
  }

  const DatasetPlace& at_;
  const std::vector<StatedAxes>& stated_;
  const std::vector<double>& resolution_;
  const ReadOptions& options_;
  Claims& claims_;
};

}  // namespace

void read_steps(const DatasetPlace& at, const std::vector<StatedAxes>& axes,
                const std::vector<double>& resolution, const ReadOptions& options, Claims& claims) {
  Reader(at, axes, resolution, options, claims).read();
}

}  // namespace tauvox::io::hdf5
