// Attributes of either kind of string, and of any kind of number; what cannot be read is not there.
#include "io/hdf5_attributes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "io/hdf5_catalogue.hpp"

namespace tauvox::io::hdf5 {
namespace {

constexpr hssize_t most_values = 64, most_in_array = 100000;
constexpr std::size_t longest_text = std::size_t{1} << 16;

struct Opened {
  Attribute attribute;
  Datatype type;
  Dataspace space;
  hssize_t values = 0;
};

std::optional<Opened> open(hid_t object, const std::string& name) {
  if (H5Aexists(object, name.c_str()) <= 0) return std::nullopt;
  Opened opened;
  opened.attribute = Attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT));
  opened.type = Datatype(H5Aget_type(opened.attribute));
  opened.space = Dataspace(H5Aget_space(opened.attribute));
  if (!opened.attribute || !opened.type || !opened.space) return std::nullopt;
  opened.values = H5Sget_simple_extent_npoints(opened.space);
  if (opened.values < 1 || opened.values > most_values) return std::nullopt;
  return opened;
}

std::string trimmed(std::string text) {
  text.resize(std::min(text.size(), std::strlen(text.c_str())));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

std::optional<std::vector<std::string>> attribute_texts(hid_t object, const std::string& name) {
  const auto opened = open(object, name);
  if (!opened || H5Tget_class(opened->type) != H5T_STRING) return std::nullopt;
  const auto count = static_cast<std::size_t>(opened->values);
  std::vector<std::string> texts;
  if (H5Tis_variable_str(opened->type) > 0) {
    std::vector<char*> found(count, nullptr);
    if (H5Aread(opened->attribute, opened->type, found.data()) < 0) return std::nullopt;
    for (const char* text : found)
      texts.push_back(text == nullptr ? "" : std::string(text, strnlen(text, longest_text)));
    H5Dvlen_reclaim(opened->type, opened->space, H5P_DEFAULT, found.data());
    return texts;
  }
  const std::size_t length = H5Tget_size(opened->type);
  if (length == 0 || length > longest_text) return std::nullopt;
  std::vector<char> found(count * length);
  if (H5Aread(opened->attribute, opened->type, found.data()) < 0) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(trimmed({found.data() + i * length, length}));
  return texts;
}

std::optional<std::vector<double>> attribute_numbers(hid_t object, const std::string& name) {
  const auto opened = open(object, name);
  if (!opened) return std::nullopt;
  const H5T_class_t kind = H5Tget_class(opened->type);
  std::vector<double> numbers(static_cast<std::size_t>(opened->values));
  if ((kind != H5T_FLOAT && kind != H5T_INTEGER) ||
      H5Aread(opened->attribute, H5T_NATIVE_DOUBLE, numbers.data()) < 0)
    return std::nullopt;
  return numbers;
}

std::string attribute_text(hid_t object, const std::string& name) {
  std::string text = "(neither numbers nor texts)";
  if (const auto numbers = attribute_numbers(object, name))
    text = fmt::format("{:g}", fmt::join(*numbers, ", "));
  if (const auto texts = attribute_texts(object, name)) text = fmt::format("{}", fmt::join(*texts, ", "));
  return text.size() <= 80 ? text : text.substr(0, 80) + "...";
}

std::vector<std::string> attribute_names(hid_t object) {
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5A_info_t*, void* data) -> herr_t {
    auto& found = *static_cast<std::vector<std::string>*>(data);
    found.push_back(name);
    return found.size() >= 4000 ? 1 : 0;
  };
  H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, collect, &names);
  return names;
}

std::vector<std::string> link_names(hid_t group) {
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* data) -> herr_t {
    auto& found = *static_cast<std::vector<std::string>*>(data);
    found.push_back(name);
    return found.size() >= 1000 ? 1 : 0;
  };
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names);
  return names;
}

std::vector<std::string> scales_of(hid_t dataset, std::size_t rank) {
  std::vector<std::string> paths(rank);
  const auto opened = open(dataset, "DIMENSION_LIST");
  if (!opened || H5Tget_class(opened->type) != H5T_VLEN || opened->values != static_cast<hssize_t>(rank))
    return paths;
  const Datatype reference(H5Tget_super(opened->type));
  if (!reference || H5Tequal(reference, H5T_STD_REF_OBJ) <= 0) return paths;
  std::vector<hvl_t> lists(rank);
  if (H5Aread(opened->attribute, opened->type, lists.data()) < 0) return paths;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (lists[axis].len == 0 || lists[axis].p == nullptr) continue;
    const Object scale(H5Rdereference2(dataset, H5P_DEFAULT, H5R_OBJECT, lists[axis].p));
    char name[1024] = {};
    if (scale && H5Iget_name(scale, name, sizeof name) > 0) paths[axis] = name;
  }
  H5Dvlen_reclaim(opened->type, opened->space, H5P_DEFAULT, lists.data());
  return paths;
}

Object open_inside(hid_t file, const std::string& path) {
  try {
    if (const auto found = resolve(file, path, "")) return Object(H5Oopen(file, found->c_str(), H5P_DEFAULT));
  } catch (const Error&) {  // a link that leaves the file: nothing is taken from there
  }
  return Object();
}

std::optional<std::vector<double>> small_array(hid_t file, const std::string& path) {
  const Object object = open_inside(file, path);
  if (!object || H5Iget_type(object) != H5I_DATASET) return std::nullopt;
  const auto entry = describe(object, path);
  const Dataspace space(H5Dget_space(object));
  const hssize_t count = space ? H5Sget_simple_extent_npoints(space) : 0;
  if (!entry || !entry->is_number || !entry->layout.empty() || count < 1 || count > most_in_array)
    return std::nullopt;
  std::vector<double> numbers(static_cast<std::size_t>(count));
  if (H5Dread(object, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()) < 0)
    return std::nullopt;
  return numbers;
}

}  // namespace tauvox::io::hdf5
