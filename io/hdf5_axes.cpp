#include "io/hdf5_axes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "io/hdf5_attributes.hpp"
#include "io/letters.hpp"

namespace tauvox::io::hdf5 {
namespace {

using Json = nlohmann::json;

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

/// Names that libraries give to axes of which nobody has said anything.
bool says_nothing(const std::string& name) {
  return name.empty() || name == "." || name.starts_with("phony_dim_") || name.starts_with("dim_");
}

class Reader {
 public:
  Reader(const DatasetPlace& at, std::vector<double>& resolution) : at_(at), resolution_(resolution) {}

  std::vector<StatedAxes> all() {
    axistags();
    names(at_.dataset, "DIMENSION_LABELS", "dimension labels");
    scales();
    names(at_.dataset, "axes", "attribute axes");
    const Object group = open_inside(at_.file, at_.groups.front());
    if (group) names(group, "axes", "attribute axes of " + at_.groups.front());
    for (StatedAxes& stated : stated_)
      if (stated.source.starts_with("attribute axes")) coordinates_beside(stated);
    const bool has_axes = std::any_of(stated_.begin(), stated_.end(), [](const StatedAxes& stated) {
      return stated.source.starts_with("attribute axes");
    });
    if (group && !has_axes) older_nexus(group);
    return stated_;
  }

 private:
  /// vigra's description, as ilastik writes it: {"axes": [{"key": "z", "resolution": 0}, ...]}
  void axistags() {
    if (H5Aexists(at_.dataset, "axistags") <= 0) return;
    const auto text = attribute_texts(at_.dataset, "axistags");
    const Json tags = text ? Json::parse(text->front(), nullptr, false) : Json();
    StatedAxes stated{{}, "attribute axistags"};
    if (tags.is_object() && tags.contains("axes") && tags["axes"].is_array())
      for (const Json& axis : tags["axes"]) {
        if (!axis.is_object()) continue;
        const auto key = axis.find("key"), step = axis.find("resolution");
        stated.names.push_back(key != axis.end() && key->is_string() ? key->get<std::string>() : "?");
        resolution_.push_back(step != axis.end() && step->is_number() ? step->get<double>() : 0.0);
      }
    if (stated.names.empty()) stated.names = {attribute_text(at_.dataset, "axistags")};
    stated_.push_back(stated);
  }

  void names(hid_t object, const std::string& attribute, const std::string& source) {
    if (H5Aexists(object, attribute.c_str()) <= 0) return;
    const auto texts = attribute_texts(object, attribute);
    add({texts ? split(*texts, at_.shape.size()) : std::vector{attribute_text(object, attribute)}, source});
  }

  void add(const StatedAxes& stated) {
    if (!std::all_of(stated.names.begin(), stated.names.end(), says_nothing)) stated_.push_back(stated);
  }

  /// Arrays that h5py, netCDF and xarray attach to the axes: their names, and positions along them.
  void scales() {
    StatedAxes stated{{}, "dimension scales", scales_of(at_.dataset, at_.shape.size())};
    if (std::all_of(stated.coordinates.begin(), stated.coordinates.end(),
                    [](const std::string& path) { return path.empty(); }))
      return;
    for (std::string& path : stated.coordinates) {
      stated.names.push_back(path.empty() ? "?" : path.substr(path.rfind('/') + 1));
      const Object scale = open_inside(at_.file, path);
      const auto name = scale ? attribute_texts(scale, "NAME") : std::nullopt;
      if (name && name->front().starts_with("This is a netCDF dimension")) path.clear();  // and no variable
    }
    if (std::all_of(stated.names.begin(), stated.names.end(), says_nothing)) return;
    stated_.push_back(stated);
  }

  void coordinates_beside(StatedAxes& stated) const {
    for (const std::string& name : stated.names) stated.coordinates.push_back(at_.beside(name));
  }

  /// Without `axes` NeXus has NAME_indices at the group, or numbers from 1 at the coordinates themselves.
  void older_nexus(hid_t group) {
    StatedAxes indices{std::vector<std::string>(at_.shape.size(), "?"),
                       "attributes _indices of " + at_.groups.front()},
        numbers{indices.names, "attributes axis of the coordinates in " + at_.groups.front()};
    bool has_indices = false, has_numbers = false;
    for (const std::string& attribute : attribute_names(group)) {
      if (!attribute.ends_with("_indices")) continue;
      const auto index = attribute_numbers(group, attribute);
      if (!index || index->size() != 1 || !is_axis(index->front())) continue;
      indices.names[static_cast<std::size_t>(index->front())] = attribute.substr(0, attribute.size() - 8);
      has_indices = true;
    }
    for (const std::string& name : link_names(group)) {
      const Object object = open_inside(at_.file, at_.beside(name));
      if (!object || H5Iget_type(object) != H5I_DATASET) continue;
      const auto number = attribute_numbers(object, "axis");
      if (!number || number->size() != 1 || !is_axis(number->front() - 1)) continue;
      std::string& axis = numbers.names[static_cast<std::size_t>(number->front() - 1)];
      if (axis == "?") axis = name;
      has_numbers = true;
    }
    for (auto& [is_there, stated] : {std::pair(has_indices, &indices), std::pair(has_numbers, &numbers)}) {
      if (!is_there) continue;
      coordinates_beside(*stated);
      stated_.push_back(*stated);
    }
  }
  bool is_axis(double index) const {
    return index >= 0 && index < static_cast<double>(at_.shape.size()) && index == static_cast<int>(index);
  }

  const DatasetPlace& at_;
  std::vector<double>& resolution_;
  std::vector<StatedAxes> stated_;
};

}  // namespace

std::vector<StatedAxes> stated_axes(const DatasetPlace& at, std::vector<double>& resolution) {
  return Reader(at, resolution).all();
}

}  // namespace tauvox::io::hdf5
