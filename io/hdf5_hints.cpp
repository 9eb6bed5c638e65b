#include "io/hdf5_hints.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "io/hdf5_attributes.hpp"
#include "io/hdf5_own.hpp"
#include "io/length_unit.hpp"
#include "io/letters.hpp"

namespace tauvox::io::hdf5 {
namespace {

bool are_three_numbers(hid_t object, const std::string& name) {
  const auto numbers = attribute_numbers(object, name);
  return numbers && numbers->size() == 3;
}

/// Attributes that are read elsewhere.
bool is_read(hid_t object, const std::string& group, const std::string& name) {
  if (name == "element_size_um" || name.ends_with("_indices")) return true;  // the latter of an axis of NeXus
  if (group.empty()) return name == "voxel_ratio" && are_three_numbers(object, name);
  if (name == "_SPACING" || name == "SPACING") return are_three_numbers(object, name);
  return name == "Spacing" && group == "/VTKHDF";
}

/// The name in small letters without what it says of axes and units: "Scale_x_nm" is "scale".
std::string essence_of(const std::string& name) {
  std::string left, word;
  const auto keep = [&] {
    constexpr std::array<const char*, 16> asides{"x",      "y",       "z",          "xy",       "xyz", "zyx",
                                                 "m",      "mm",      "um",         "nm",       "in",  "of",
                                                 "micron", "microns", "micrometer", "nanometer"};
    if (!word.empty() && std::find(asides.begin(), asides.end(), word) == asides.end())
      left += (left.empty() ? "" : "_") + word;
    word.clear();
  };
  for (const char letter : in_small_letters(name))
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0)
      word += letter;
    else
      keep();
  keep();
  return left;
}

bool speaks_of_size(const std::string& name) {
  const std::string small = in_small_letters(name), essence = essence_of(name);
  for (const char* word :
       {"voxel",        "pixel",         "spacing",   "resolution",      "element_size",   "elementsize",
        "physicalsize", "physical_size", "cell_size", "cellsize",        "px_size",        "pxsize",
        "pix_size",     "pixsize",       "vox_size",  "voxsize",         "step_size",      "stepsize",
        "gridsize",     "grid_size",     "grid_step", "slice_thickness", "slicethickness", "per_px",
        "per_pix",      "perpix",        "pitch",     "calibration"})
    if (small.find(word) != std::string::npos) return true;
  for (const char* whole : {"scale", "scales", "sampling", "step", "steps", "delta", "deltas", "dx", "dy",
                            "dz", "dxdydz", "dx_dy_dz", "mpp"})
    if (essence == whole) return true;
  return false;
}

class Hints {
 public:
  explicit Hints(const std::string& used) : used_(used) {}

  /// @param group that it is of; empty: the dataset
  void of_attributes(hid_t object, const std::string& group) {
    for (const std::string& name : attribute_names(object)) {
      const auto texts = attribute_texts(object, name);
      const bool is_length =
          used_.empty() && in_small_letters(name) == "units" && texts && metres_of_unit(texts->front());
      if ((speaks_of_size(name) || is_length) && !is_read(object, group, name))
        add(fmt::format("attribute {}{}{}", name, group.empty() ? "" : " of ", group),
            attribute_text(object, name));
    }
  }

  /// @param dataset that is read, which is no size itself
  void of_arrays(hid_t file, const std::string& group, const std::string& dataset) {
    const Object object = open_inside(file, group);
    if (!object || H5Iget_type(object) != H5I_GROUP) return;
    constexpr hssize_t most_numbers = 9;
    for (const std::string& name : link_names(object)) {
      const bool is_of_itk = name == "Spacing" && group.starts_with("/ITKImage/");
      if (!speaks_of_size(name) || is_of_itk) continue;
      const std::string path = (group == "/" ? "" : group) + "/" + name;
      const Object array = path == dataset ? Object() : open_inside(file, path);
      if (!array || H5Iget_type(array) != H5I_DATASET) continue;
      const Dataspace space(H5Dget_space(array));
      const hssize_t count = space ? H5Sget_simple_extent_npoints(space) : 0;
      if (count < 1 || count > most_numbers) continue;
      const auto numbers = small_array(file, path);
      if (numbers && name == "element_size_um") continue;  // is read
      add("dataset " + path, numbers ? fmt::format("{:g}", fmt::join(*numbers, ", ")) : "(no numbers)");
    }
  }

  std::vector<std::string> texts() const { return texts_; }

 private:
  void add(const std::string& what, const std::string& value) {
    texts_.push_back(
        used_.empty()
            ? fmt::format("{} = {} is not understood: ignored, give --voxel-size", what, value)
            : fmt::format("{} = {} is not understood: the voxel size is that of {}", what, value, used_));
  }

  const std::string& used_;
  std::vector<std::string> texts_;
};

}  // namespace

std::vector<std::string> hints_of_size(const DatasetPlace& at, const std::string& used) {
  if (is_own_field_file(at.file)) return {};
  Hints hints(used);
  hints.of_attributes(at.dataset, "");
  for (const std::string& group : at.groups)
    if (const Object object = open_inside(at.file, group)) hints.of_attributes(object, group);
  hints.of_arrays(at.file, at.groups.front(), at.path);
  if (at.groups.front() != "/") hints.of_arrays(at.file, "/", at.path);
  if (at.path.starts_with("/exchange/"))
    hints.of_arrays(at.file, "/measurement/instrument/detector", at.path);
  return hints.texts();
}

}  // namespace tauvox::io::hdf5
