#include "io/hdf5_hints.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "io/hdf5_attributes.hpp"
#include "io/hdf5_own.hpp"
#include "io/length_unit.hpp"
#include "io/letters.hpp"

namespace tauvox::io::hdf5 {
namespace {

/// Names that layouts have which are read elsewhere.
bool is_known(const std::string& name) {
  for (const char* known : {"element_size_um", "voxel_ratio", "_SPACING", "SPACING", "Spacing"})
    if (name == known) return true;
  return name.ends_with("_indices");  // of an axis of NeXus
}

bool speaks_of_size(const std::string& name) {
  const std::string small = in_small_letters(name);
  for (const char* word : {"voxel", "pixel", "spacing", "resolution", "element_size", "elementsize",
                           "physicalsize", "physical_size", "cell_size", "cellsize", "calibration"})
    if (small.find(word) != std::string::npos) return true;
  for (const char* whole : {"scale", "sampling", "dx", "dy", "dz"})
    if (small == whole) return true;
  return false;
}

void add(std::vector<std::string>& warnings, const std::string& what, const std::string& value) {
  warnings.push_back(fmt::format("{} = {} is not understood: ignored, give --voxel-size", what, value));
}

void of_attributes(hid_t object, const std::string& where, std::vector<std::string>& warnings) {
  for (const std::string& name : attribute_names(object)) {
    const auto texts = attribute_texts(object, name);
    const bool is_length = in_small_letters(name) == "units" && texts && metres_of_unit(texts->front());
    if ((speaks_of_size(name) || is_length) && !is_known(name))
      add(warnings, fmt::format("attribute {}{}", name, where), attribute_text(object, name));
  }
}

void of_arrays(hid_t file, const std::string& group, std::vector<std::string>& warnings) {
  const Object object = open_inside(file, group);
  if (!object || H5Iget_type(object) != H5I_GROUP) return;
  constexpr std::size_t most_numbers = 9;
  for (const std::string& name : link_names(object)) {
    if (!speaks_of_size(name) || is_known(name)) continue;
    const std::string path = (group == "/" ? "" : group) + "/" + name;
    const auto numbers = small_array(file, path);
    if (numbers && numbers->size() <= most_numbers)
      add(warnings, "dataset " + path, fmt::format("{:g}", fmt::join(*numbers, ", ")));
  }
}

}  // namespace

std::vector<std::string> hints_of_size(const DatasetPlace& at) {
  std::vector<std::string> warnings;
  if (is_own_field_file(at.file)) return warnings;
  of_attributes(at.dataset, "", warnings);
  for (const std::string& group : at.groups)
    if (const Object object = open_inside(at.file, group)) of_attributes(object, " of " + group, warnings);
  of_arrays(at.file, at.groups.front(), warnings);
  if (at.groups.front() != "/") of_arrays(at.file, "/", warnings);
  if (at.path.starts_with("/exchange/")) of_arrays(at.file, "/measurement/instrument/detector", warnings);
  return warnings;
}

}  // namespace tauvox::io::hdf5
