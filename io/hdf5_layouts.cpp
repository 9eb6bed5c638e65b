#include "io/hdf5_layouts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>

#include "io/hdf5_attributes.hpp"
#include "io/letters.hpp"

namespace tauvox::io::hdf5 {
namespace {

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// Imaris writes texts as arrays of single characters.
std::optional<double> imaris_number(hid_t object, const std::string& name) {
  const auto texts = attribute_texts(object, name);
  if (!texts) return std::nullopt;
  std::string text;
  for (const std::string& part : *texts) text += part;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::string imaris_text(hid_t object, const std::string& name) {
  std::string text;
  if (const auto texts = attribute_texts(object, name))
    for (const std::string& part : *texts) text += part;
  return text;
}

bool is_of_imaris(const std::string& path) {
  return path.starts_with("/DataSet/ResolutionLevel ") && path.ends_with("/Data");
}

/// The text of a dataset of one string; "" for anything else.
std::string text_of_dataset(hid_t file, const std::string& path) {
  const Object object = open_inside(file, path);
  if (!object || H5Iget_type(object) != H5I_DATASET) return "";
  const Datatype type(H5Dget_type(object));
  const Dataspace space(H5Dget_space(object));
  constexpr std::size_t longest = 64;
  const std::size_t bytes = H5Tget_size(type);
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) return "";
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    if (H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, static_cast<void*>(&text)) < 0 ||
        text == nullptr)
      return "";
    std::string found = text;
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, static_cast<void*>(&text));
    return found;
  }
  if (bytes > longest) return "";
  std::string text(bytes + 1, '\0');
  if (H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()) < 0) return "";
  return text.c_str();
}

}  // namespace

bool is_reduced_copy(const std::string& path) {
  static const std::regex imaris("/DataSet/ResolutionLevel [1-9][0-9]*/.*"),
      viewer("/t[0-9]{5}/s[0-9]{2}/[1-9][0-9]*/cells");
  return std::regex_match(path, imaris) || std::regex_match(path, viewer);
}

std::optional<std::array<std::uint64_t, 3>> imaris_size(hid_t file, const Entry& entry) {
  if (!is_of_imaris(entry.path) || entry.shape.size() != 3) return std::nullopt;
  const Object channel = open_inside(file, folder_of(entry.path));
  if (!channel) return std::nullopt;
  std::array<std::uint64_t, 3> size{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto length = imaris_number(channel, std::string("ImageSize") + "ZYX"[axis]);
    if (!length || !(*length >= 1) || *length > static_cast<double>(entry.shape[axis])) return std::nullopt;
    size[axis] = static_cast<std::uint64_t>(*length);
  }
  return size;
}

std::optional<ImarisVoxel> imaris_voxel(hid_t file, const std::string& path,
                                        const std::vector<std::uint64_t>& shape) {
  if (!is_of_imaris(path) || shape.size() != 3) return std::nullopt;
  const Object image = open_inside(file, "/DataSetInfo/Image");
  if (!image) return std::nullopt;
  ImarisVoxel voxel;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const char number = "210"[axis];  // x is 0
    const auto least = imaris_number(image, std::string("ExtMin") + number),
               most = imaris_number(image, std::string("ExtMax") + number);
    if (!least || !most) return std::nullopt;
    voxel.zyx[axis] = (*most - *least) / static_cast<double>(shape[axis]);
  }
  voxel.unit = imaris_text(image, "Unit");
  return voxel;
}

std::string signs_of_projections(hid_t file, const std::string& path,
                                 const std::vector<std::uint64_t>& shape) {
  const std::string folder = folder_of(path);
  for (std::string group = folder; !group.empty(); group = folder_of(group)) {
    if (in_small_letters(text_of_dataset(file, group + "/definition")) == "nxtomo")
      return group + "/definition is NXtomo";
    for (const char* key : {"/instrument/detector/image_key", "/image_key"})
      if (open_inside(file, group + key)) return group + key + " says what each of its images is";
  }
  if (folder.starts_with("/exchange") && folder.find('/', 1) == std::string::npos && !shape.empty()) {
    const auto angles = small_array(file, folder + "/theta");
    if (angles && angles->size() == shape[0] && angles->size() > 1)
      return fmt::format("{}/theta has {} angles, one for each image", folder, angles->size());
  }
  return "";
}

}  // namespace tauvox::io::hdf5
