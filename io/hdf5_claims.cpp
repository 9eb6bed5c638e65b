// Every claim that is met is used, or warned about with the option that settles it.
#include "io/hdf5_claims.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "io/hdf5_attributes.hpp"
#include "io/hdf5_layouts.hpp"
#include "io/length_unit.hpp"
#include "io/letters.hpp"

namespace tauvox::io::hdf5 {
namespace {

using Json = nlohmann::json;
using Zyx = std::array<double, 3>;

/// "x:y:z", "[z, y, x]", "zyx" or one name each.
std::vector<std::string> split(const std::vector<std::string>& texts, std::size_t rank) {
  if (texts.size() != 1) return texts;
  std::vector<std::string> names;
  std::string name;
  for (const char c : texts.front() + ":") {
    if (std::string_view(":,; []()'\"").find(c) == std::string_view::npos) {
      name += c;
    } else if (!name.empty()) {
      names.push_back(name);
      name.clear();
    }
  }
  if (names.size() == 1 && rank > 1 && names.front().size() == rank) {
    const std::string letters = names.front();
    names.clear();
    for (const char c : letters) names.push_back(std::string(1, c));
  }
  return names;
}

std::string letter(const std::string& name) {
  const std::string small = in_small_letters(name);
  return small.starts_with("voxel_") ? small.substr(6) : small;
}

std::vector<std::string> letters(const std::vector<std::string>& names) {
  std::vector<std::string> found;
  for (const std::string& name : names) found.push_back(letter(name));
  return found;
}

/// Where z, y and x are among the names; the other axes have length 1, or --slice chooses along them.
std::optional<std::array<int, 3>> axes_named(const std::vector<std::string>& names,
                                             const std::vector<std::uint64_t>& shape, bool as_2d) {
  if (names.size() != shape.size()) return std::nullopt;
  const auto places = places_of_zyx(letters(names), as_2d && shape.size() == 2);
  const auto others = [&](std::size_t i) {
    return !places || std::find(places->begin(), places->end(), static_cast<int>(i)) == places->end();
  };
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape.size() <= 3 && others(i) && shape[i] != 1) return std::nullopt;
  return places;
}

class Reader {
 public:
  Reader(hid_t file, hid_t dataset, std::string path, const std::vector<std::uint64_t>& shape,
         const ReadOptions& options)
      : file_(file), dataset_(dataset), path_(std::move(path)), shape_(shape), options_(options) {
    for (std::size_t slash = path_.rfind('/'); slash != std::string::npos && slash > 0;
         slash = path_.rfind('/', slash - 1))
      groups_.push_back(path_.substr(0, slash));
    groups_.push_back("/");
  }

  Claims read() {
    read_axistags();
    read_names(dataset_, "DIMENSION_LABELS", "dimension labels");
    read_names(dataset_, "axes", "attribute axes");
    const Object group = open_inside(file_, groups_.front());
    if (group) read_names(group, "axes", "attribute axes of " + groups_.front());
    refuse_projections();
    settle_axes();
    for (const std::string& warning : warnings_of_scaling(dataset_)) claims_.warnings.push_back(warning);
    if (options_.voxel_size) return claims_;
    read_element_size();
    read_ratio();
    read_resolution();
    read_coordinates();
    read_spacings();
    if (const auto voxel = imaris_voxel(file_, path_, shape_)) take_imaris(*voxel);
    for (const hid_t object : {dataset_, static_cast<hid_t>(group)})
      if (object >= 0) warn_of_unknown(object);
    return claims_;
  }

 private:
  struct Stated {
    std::vector<std::string> names;
    std::string source;
  };

  /// vigra's description, as ilastik writes it: {"axes": [{"key": "z", "resolution": 0}, ...]}
  void read_axistags() {
    if (H5Aexists(dataset_, "axistags") <= 0) return;
    const auto text = attribute_texts(dataset_, "axistags");
    const Json tags = text ? Json::parse(text->front(), nullptr, false) : Json();
    Stated stated{{}, "attribute axistags"};
    if (tags.is_object() && tags.contains("axes") && tags["axes"].is_array())
      for (const Json& axis : tags["axes"]) {
        if (!axis.is_object()) continue;
        const auto key = axis.find("key"), step = axis.find("resolution");
        stated.names.push_back(key != axis.end() && key->is_string() ? key->get<std::string>() : "?");
        resolution_.push_back(step != axis.end() && step->is_number() ? step->get<double>() : 0.0);
      }
    if (stated.names.empty()) stated.names = {attribute_text(dataset_, "axistags")};
    stated_.push_back(stated);
  }

  void read_names(hid_t object, const std::string& attribute, const std::string& source) {
    if (H5Aexists(object, attribute.c_str()) <= 0) return;
    const auto texts = attribute_texts(object, attribute);
    Stated stated{texts ? split(*texts, shape_.size()) : std::vector{attribute_text(object, attribute)},
                  source};
    const auto says_nothing = [](const std::string& name) { return name.empty() || name == "."; };
    if (!std::all_of(stated.names.begin(), stated.names.end(), says_nothing)) stated_.push_back(stated);
  }

  void refuse_projections() const {
    if (const std::string sign = signs_of_projections(file_, path_, shape_);
        !sign.empty() && options_.axes.empty())
      throw Error(
          ExitCode::input_invalid, "dataset holds projections", path_, sign,
          "reconstruct and segment them first; if it is a volume all the same, say so with --axes zyx");
    for (const Stated& stated : stated_)
      for (std::size_t i = 0; i < stated.names.size() && i < shape_.size(); ++i)
        for (const char* angle : {"theta", "angle", "rotation_angle"})
          if (stated.names.size() == shape_.size() && shape_[i] > 1 &&
              in_small_letters(stated.names[i]) == angle)
            throw Error(ExitCode::input_invalid, "dataset holds projections", path_,
                        fmt::format("its axes are {} ({})", fmt::join(stated.names, ","), stated.source),
                        "reconstruct and segment them first");
  }

  /// What the user says; else the first that is understood, and others must agree with it.
  void settle_axes() {
    if (!options_.axes.empty()) {
      if (options_.axes.size() == shape_.size())
        for (const char axis : options_.axes) claims_.axis_names.emplace_back(1, axis);
      claims_.axes = places_of_zyx(claims_.axis_names, options_.as_2d);
      return;
    }
    const Stated* taken = nullptr;
    for (const Stated& stated : stated_) {
      const auto axes = axes_named(stated.names, shape_, options_.as_2d);
      if (axes && !claims_.axes) {
        claims_.axes = axes;
        claims_.axis_names = letters(stated.names);
        taken = &stated;
        const bool in_order = (*axes)[0] < (*axes)[1] && (*axes)[1] < (*axes)[2];
        claims_.notices.push_back(
            fmt::format("axes {} ({}){}", fmt::join(stated.names, ","), stated.source,
                        in_order ? "" : fmt::format(": {} is turned to z,y,x", shape_text(shape_))));
      } else if (axes && axes != claims_.axes) {
        claims_.warnings.push_back(fmt::format("{} say other axes ({}) than {}, which are used",
                                               stated.source, fmt::join(stated.names, ","), taken->source));
      }
    }
    if (claims_.axes) return;
    for (const Stated& stated : stated_)
      claims_.warnings.push_back(fmt::format(
          "{}: {} not understood as axes of a {} array: they are taken as stored, z,y,x. --axes, such as "
          "xyz, says which they are",
          stated.source, fmt::join(stated.names, ","), shape_text(shape_)));
  }

  int axis_at(std::size_t zyx) const {
    if (claims_.axes) return (*claims_.axes)[zyx];
    const auto axes = axes_left(shape_, options_.as_2d);
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

  /// HDF5 Vibez and our own files: z, y, x in micrometres.
  void read_element_size() {
    if (H5Aexists(dataset_, "element_size_um") <= 0) return;
    const auto um = attribute_numbers(dataset_, "element_size_um");
    if (!um || um->size() != 3 || !are_lengths({(*um)[0], (*um)[1], (*um)[2]}))
      claims_.warnings.push_back(
          "attribute element_size_um ignored: " + attribute_text(dataset_, "element_size_um") +
          " is not three positive numbers; give --voxel-size");
    else
      take({(*um)[0] * 1e-6, (*um)[1] * 1e-6, (*um)[2] * 1e-6}, "attribute element_size_um");
    // Its order is z, y, x by agreement; who stores x, y, z may have written it in that of the array.
    const bool turned = axis_at(0) > axis_at(1) || axis_at(1) > axis_at(2);
    if (um && um->size() == 3 && !stated_.empty() && turned && ((*um)[0] != (*um)[1] || (*um)[1] != (*um)[2]))
      claims_.warnings.push_back(
          "attribute element_size_um is taken as steps of z, y, x, though the axes are stored in another "
          "order; --voxel-size z,y,x settles it");
  }

  /// Our own files, of a volume whose steps had no unit.
  void read_ratio() {
    const auto ratio = attribute_numbers(dataset_, "voxel_ratio");
    if (ratio && ratio->size() == 3)
      note_without_unit({(*ratio)[0], (*ratio)[1], (*ratio)[2]}, "attribute voxel_ratio", {});
  }

  /// ilastik: steps in axistags, units in axis_units, a map from axis to unit. 0 says that it is not known.
  void read_resolution() {
    if (stated_.empty() || resolution_.size() != shape_.size()) return;
    const auto text = attribute_texts(dataset_, "axis_units");
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

  /// NeXus: beside the dataset a coordinate array for each axis, with units.
  void read_coordinates() {
    Zyx metres{}, steps{};
    std::set<std::string> units;
    bool has_units = true;
    const Stated* names = nullptr;
    for (const Stated& stated : stated_)
      if (stated.source.starts_with("attribute axes") && stated.names.size() == shape_.size())
        names = &stated;
    if (names == nullptr) return;
    const std::string folder = groups_.front() == "/" ? "" : groups_.front();
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (axis_at(axis) < 0) return;
      const auto stored = static_cast<std::size_t>(axis_at(axis));
      const std::string place = folder + "/" + names->names[stored];
      const auto positions = small_array(file_, place);
      if (!positions || positions->size() != shape_[stored] || positions->size() < 2) return;
      const double step =
          (positions->back() - positions->front()) / static_cast<double>(positions->size() - 1);
      for (std::size_t i = 1; i < positions->size(); ++i)
        if (!(std::abs((*positions)[i] - (*positions)[i - 1] - step) <= 1e-2 * std::abs(step))) {
          claims_.warnings.push_back(place + " is no even sequence of positions: ignored, give --voxel-size");
          return;
        }
      const Object object = open_inside(file_, place);
      const auto texts = attribute_texts(object, "units");
      const std::string unit = texts ? texts->front() : "";
      units.insert(unit);
      const auto metre = metres_of_unit(unit);
      has_units = has_units && metre;
      steps[axis] = std::abs(step);
      metres[axis] = steps[axis] * metre.value_or(0.0);
    }
    if (has_units && are_lengths(metres))
      take(metres, "coordinates in " + (folder.empty() ? "/" : folder));
    else
      note_without_unit(steps, "coordinates in " + (folder.empty() ? "/" : folder), units);
  }

  /// DREAM.3D 6: a dataset SPACING in the geometry; simplnx: an attribute _SPACING. Both x, y, z.
  void read_spacings() {
    for (const std::string& group : groups_) {
      const std::string folder = group == "/" ? "" : group;
      const Object object = open_inside(file_, group);
      if (!object) continue;
      for (const char* name : {"_SPACING", "SPACING"})
        if (const auto xyz = attribute_numbers(object, name))
          take_spacing(*xyz, object, fmt::format("attribute {} of {}", name, group));
      const std::string place = folder + "/_SIMPL_GEOMETRY/SPACING";
      if (const auto xyz = small_array(file_, place)) take_spacing(*xyz, open_inside(file_, place), place);
    }
  }

  void take_spacing(const std::vector<double>& xyz, hid_t object, const std::string& source) {
    if (xyz.size() != 3) return;
    std::string unit;
    for (const char* name : {"units", "Units", "_UNITS", "LengthUnit"})
      if (const auto texts = attribute_texts(object, name)) unit = texts->front();
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

  /// Names that speak of a size, and none of the layouts above.
  void warn_of_unknown(hid_t object) {
    if (claims_.voxel_size || claims_.voxel_ratio) return;
    for (const std::string& name : attribute_names(object)) {
      const std::string small = in_small_letters(name);
      const auto has = [&](const char* word) { return small.find(word) != std::string::npos; };
      const bool speaks = has("voxel") || has("pixel") || has("spacing") || has("resolution") ||
                          has("element_size") || has("physicalsize") || small == "scale";
      const auto texts = attribute_texts(object, name);
      const bool length = small == "units" && texts && metres_of_unit(texts->front());
      const bool is_known =
          small == "element_size_um" || small == "voxel_ratio" || name == "_SPACING" || name == "SPACING";
      if ((speaks || length) && !is_known)
        claims_.warnings.push_back(
            fmt::format("attribute {} = {} is not understood: ignored, give --voxel-size", name,
                        attribute_text(object, name)));
    }
  }

  hid_t file_, dataset_;
  std::string path_;
  std::vector<std::uint64_t> shape_;
  const ReadOptions& options_;
  std::vector<std::string> groups_;  // above the dataset, the nearest first
  std::vector<Stated> stated_;
  std::vector<double> resolution_;  // of axistags, by stored axis
  Claims claims_;
};

}  // namespace

Claims read_claims(hid_t file, hid_t dataset, const std::string& path,
                   const std::vector<std::uint64_t>& shape, const ReadOptions& options) {
  return Reader(file, dataset, path, shape, options).read();
}

}  // namespace tauvox::io::hdf5
