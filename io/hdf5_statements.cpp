// What an HDF5 file states of its labels and of how it came about: attributes of the root in files that
// tauvox wrote, and in those of others `phases` of the dataset, or the ensembles of DREAM.3D.
#include "io/hdf5_statements.hpp"

#include <fmt/format.h>

#include "io/hdf5_attributes.hpp"
#include "io/hdf5_catalogue.hpp"
#include "io/hdf5_own.hpp"
#include "io/hdf5_texts.hpp"

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

std::vector<std::string> names_in(hid_t group) {
  constexpr std::size_t most = 1000;
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* data) -> herr_t {
    auto& found = *static_cast<std::vector<std::string>*>(data);
    found.emplace_back(name);
    return found.size() >= most ? 1 : 0;
  };
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names);
  return names;
}

/// DREAM.3D 6 (/DataContainers) and DREAM3D-NX (/DataStructure) number phases in a dataset Phases of the
/// attribute matrix of the cells. Beside that matrix stands one of the ensembles, with a row for each number:
/// its name is the user's, so it is known by its texts. Row 0 is of what has no phase.
void take_ensemble(const InputFile& input, hid_t file, const std::string& name, Statements& stated) {
  if (!name.ends_with("/Phases")) return;
  const std::string cells = above(name), container = above(cells);
  if (!container.starts_with("/DataContainers/") && !container.starts_with("/DataStructure/")) return;
  std::vector<std::string> found;
  for (const std::string& matrix : names_in(open_inside(file, container)))
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
  return stated;
}

}  // namespace tauvox::io::hdf5
