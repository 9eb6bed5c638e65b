// What an HDF5 file states of its labels and of how it came about: attributes of the root in files that
// tauvox wrote, and in those of others `phases` of the dataset, the ensembles of DREAM.3D, a type of named
// numbers, or the flags of CF.
#include "io/hdf5_statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "io/hdf5_attributes.hpp"
#include "io/hdf5_catalogue.hpp"
#include "io/hdf5_own.hpp"
#include "io/hdf5_texts.hpp"
#include "io/text_header.hpp"

namespace tauvox::io::hdf5 {
namespace {

constexpr const char* phases_name = "phases";

/// Of the dataset, where its text is all that is said.
void take_phases(hid_t dataset, const std::string& where, Statements& stated) {
  if (H5Aexists(dataset, phases_name) <= 0) return;
  const auto texts = attribute_texts(dataset, phases_name);
  const std::string source = fmt::format("attribute {} of {}", phases_name, where);
  if (texts && texts->size() == 1) {
    stated.phases = texts->front();
    stated.phases_source = source;
  } else {
    stated.unclear.push_back(fmt::format("{} ({})", attribute_text(dataset, phases_name), source));
  }
}

std::string above(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// Of the one that an object is in, where --external-files lets links lead to others.
std::string name_of_file(hid_t object) {
  std::string name(4096, '\0');
  H5Fget_name(object, name.data(), name.size());
  return name;
}

/// DREAM.3D 6 (/DataContainers) and DREAM3D-NX (/DataStructure) number phases in a dataset Phases of the
/// attribute matrix of the cells. Beside that matrix stands one of the ensembles, with a row for each number:
/// its name is the user's, so it is known by its texts. Row 0 is of what has no phase.
void take_ensemble(const InputFile& input, hid_t file, const std::string& name, Statements& stated) {
  if (!name.ends_with("/Phases")) return;
  const std::string cells = above(name), container = above(cells);
  if (!container.starts_with("/DataContainers/") && !container.starts_with("/DataStructure/")) return;
  std::vector<std::string> found;
  for (const std::string& matrix : link_names(open_inside(file, container)))
    for (const char* texts : {"PhaseName", "PhaseNames", "MaterialName"}) {
      const std::string path = fmt::format("{}/{}/{}", container, matrix, texts);
      const Object object = open_inside(file, path);
      if (!object || H5Iget_type(object) != H5I_DATASET || fmt::format("{}/{}", container, matrix) == cells ||
          name_of_file(object) != name_of_file(file))
        continue;
      found.push_back(path);
      break;
    }
  if (found.empty()) return;
  if (found.size() > 1) {
    stated.unclear.push_back(
        fmt::format("{} each have names, and of which {} is nobody says", list_text(found), name));
    return;
  }
  std::string why;
  const auto texts = small_texts(open_inside(file, found.front()), input, why);
  if (!texts) {
    stated.unclear.push_back(fmt::format("{} {}", found.front(), why));
    return;
  }
  std::vector<NamedLabel> names;
  for (std::size_t row = 0; row < texts->size(); ++row) names.push_back({(*texts)[row], std::to_string(row)});
  take_usable_names(names, found.front(), stated);
  stated.reserved_label = std::to_string(0);
}

/// A type of named numbers, as h5py.enum_dtype makes it.
void take_enumeration(hid_t dataset, const std::string& name, Statements& stated) {
  const Datatype type(H5Dget_type(dataset));
  if (!type || H5Tget_class(type) != H5T_ENUM) return;
  const Datatype base(H5Tget_super(type));
  const int members = H5Tget_nmembers(type);
  constexpr int most = 1000;
  if (members < 1 || members > most || H5Tget_size(base) > sizeof(std::int64_t)) return;
  std::map<std::int64_t, std::string> name_of;  // HDF5 has them in the order of the names
  for (int i = 0; i < members; ++i) {
    const auto index = static_cast<unsigned>(i);
    std::int64_t value = 0;  // in the form of the file, until it is converted in place
    char* const text = H5Tget_member_name(type, index);
    if (text != nullptr && H5Tget_member_value(type, index, &value) >= 0 &&
        H5Tconvert(base, H5T_NATIVE_INT64, 1, &value, nullptr, H5P_DEFAULT) >= 0)
      name_of[value] = text;
    H5free_memory(text);
  }
  const bool is_bool = name_of == std::map<std::int64_t, std::string>{{0, "FALSE"}, {1, "TRUE"}};
  std::vector<NamedLabel> names;
  for (const auto& [value, text] : name_of) names.push_back({text, std::to_string(value)});
  if (!is_bool) take_usable_names(names, "type of " + name, stated);
}

/// CF: texts between blanks, and the number that each stands for.
void take_flags(hid_t dataset, const std::string& where, Statements& stated) {
  constexpr const char *meanings_name = "flag_meanings", *values_name = "flag_values";
  if (H5Aexists(dataset, meanings_name) <= 0) return;
  const auto texts = attribute_texts(dataset, meanings_name);
  const auto values = attribute_numbers(dataset, values_name);
  std::vector<std::string> meanings;
  if (texts) meanings = texts->size() > 1 ? *texts : words_of(texts->front());
  const std::string source = fmt::format("{} and {} of {}", meanings_name, values_name, where);
  const auto is_label = [](double value) { return value == std::trunc(value) && std::abs(value) < 1e15; };
  if (!values || values->size() != meanings.size() ||
      !std::all_of(values->begin(), values->end(), is_label)) {
    stated.unclear.push_back(fmt::format("{} ({})", attribute_text(dataset, meanings_name), source));
    return;
  }
  std::vector<NamedLabel> names;
  for (std::size_t i = 0; i < meanings.size(); ++i)
    names.push_back({meanings[i], fmt::format("{:.0f}", (*values)[i])});
  take_usable_names(names, source, stated);
}

}  // namespace

Statements statements_in(const InputFile& input, hid_t file, hid_t dataset, const std::string& name) {
  Statements stated;
  const Object root(H5Oopen(file, "/", H5P_DEFAULT));
  if (is_own_field_file(file)) {
    Texts texts;
    for (const std::string& attribute : attribute_names(root))
      if (const auto text = attribute_texts(root, attribute); text && attribute != own_mark)
        texts.emplace_back(attribute, text->front());
    stated = statements_of(texts, "attribute phases of /");
    if (name != own_labels) stated.phases.clear();
  } else if (H5Aexists(root, phases_name) > 0) {
    stated.unclear.push_back(fmt::format("{} (attribute {} of /, which may be of another dataset)",
                                         attribute_text(root, phases_name), phases_name));
  }
  take_phases(dataset, name, stated);
  if (stated.phases.empty() && stated.unclear.empty()) take_ensemble(input, file, name, stated);
  if (stated.phases.empty() && stated.unclear.empty()) take_enumeration(dataset, name, stated);
  if (stated.phases.empty() && stated.unclear.empty()) take_flags(dataset, name, stated);
  return stated;
}

}  // namespace tauvox::io::hdf5
