#include "host/studies/study_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tauvox {

// The table: one row a study; a file in host/studies/ defines `Study NAME_study()`.
// clang-format off
#define TAUVOX_STUDIES(row) \
  row(effective_transport)  \
  row(resolution)           \
  row(electrolyte)          \
  row(porous_phases)        \
  row(rve)                  \
  row(tensor)               \
  row(percolation)          \
  row(fractions)            \
  row(connectivity)         \
  row(interfaces)           \
  row(triple_lines)         \
  row(sizes)                \
  row(chords)               \
  row(geodesic)             \
  row(particles)            \
  row(accessible)           \
  row(electrode)            \
  row(transient)
// clang-format on

#define TAUVOX_DECLARE(name) Study name##_study();
TAUVOX_STUDIES(TAUVOX_DECLARE)

const std::vector<Study>& studies() {
#define TAUVOX_ROW(name) name##_study(),
  static const std::vector<Study> rows{TAUVOX_STUDIES(TAUVOX_ROW)};
  return rows;
}

std::vector<std::string> study_names() {
  std::vector<std::string> names;
  for (const Study& study : studies()) names.push_back(study.name);
  return names;
}

const Study& study_named(std::string_view name) {
  for (const Study& study : studies())
    if (study.name == name) return study;
  throw Error(ExitCode::usage, "no such study", fmt::format("'{}'", name), "",
              fmt::format("give one of {}", fmt::join(study_names(), ", ")));
}

const Study& with_resolution(const Study& study) {
  const Study& resolution = study_named("resolution");
  if (study.name == resolution.name || study.name == resolution.extends) return resolution;
  throw Error(ExitCode::usage, "--resolution-study does not apply to this study", "--study " + study.name, "",
              "leave it out, or give --study " + resolution.extends);
}

QuantityDefinitions quantities_of_family(const Study& study) {
  const std::string& head = study.extends.empty() ? study.name : study.extends;
  QuantityDefinitions rows;
  for (const Study& other : studies())
    if (other.name == head || other.extends == head)
      rows.insert(rows.end(), other.quantities.begin(), other.quantities.end());
  return rows;
}

QuantityDefinitions all_quantities() {
  QuantityDefinitions rows;
  for (const Study& study : studies())
    for (const QuantityDefinition& row : study.quantities)
      if (std::none_of(rows.begin(), rows.end(), [&](const auto& r) { return r.name == row.name; }))
        rows.push_back(row);
  return rows;
}

}  // namespace tauvox
