// What an HDF5 file states of its labels and of how it came about: attributes of the root in files that
// tauvox wrote, and `phases` of the dataset in those of others.
#include "io/hdf5_statements.hpp"

#include <fmt/format.h>

#include "io/hdf5_attributes.hpp"
#include "io/hdf5_own.hpp"

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

}  // namespace

Statements statements_in(hid_t file, hid_t dataset, const std::string& name) {
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
  return stated;
}

}  // namespace tauvox::io::hdf5
