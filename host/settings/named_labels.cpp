#include "host/settings/named_labels.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "host/settings/parse.hpp"

namespace tauvox {
namespace {

std::string text_of(const LabelOrName& given) {
  const auto* label = std::get_if<std::int64_t>(&given);
  return label ? std::to_string(*label) : std::get<std::string>(given);
}

/// Puts the labels of `given` into `values`; twice is a mistake, also by another name.
void add(std::map<std::int64_t, double>& values, std::map<std::int64_t, std::string>& given_as,
         const LabelOrName& given, double value, const Phases& phases, const std::string& option) {
  for (const std::int64_t label : labels_of(given, phases, option)) {
    if (const auto [first, fresh] = given_as.emplace(label, text_of(given)); !fresh)
      throw Error(ExitCode::usage, "label given twice", option,
                  fmt::format("label {} is in '{}' and in '{}'", label, first->second, text_of(given)),
                  "name each label once");
    values[label] = value;
  }
}

}  // namespace

std::vector<std::int64_t> labels_of(const LabelOrName& given, const Phases& phases,
                                    const std::string& option) {
  if (const auto* label = std::get_if<std::int64_t>(&given)) return {*label};
  const auto& name = std::get<std::string>(given);
  if (const NamedPhase* phase = phases.find(name)) return phase->labels;
  if (phases.named.empty())
    throw Error(
        ExitCode::usage, "no phase has a name", option, fmt::format("'{}' is no label", name),
        fmt::format("give labels as whole numbers ('tauvox inspect' lists them), or names: --phases {}=LABEL",
                    name));
  std::vector<std::string> names;
  for (const NamedPhase& phase : phases.named) names.push_back(phase.name);
  const std::string near = parse::nearest(name, names);
  throw Error(ExitCode::usage, "no phase of that name", option,
              fmt::format("'{}'{}", name, near.empty() ? "" : ", did you mean '" + near + "'?"),
              fmt::format("valid are: {}", fmt::join(names, ", ")));
}

std::map<std::int64_t, double> given_conductivities(const MaterialSettings& settings) {
  std::map<std::int64_t, double> values;
  std::map<std::int64_t, std::string> given_as;
  for (const LabelOrName& phase : settings.phase)
    add(values, given_as, phase, 1, settings.phases, settings.phase_option);
  for (const auto& [phase, value] : settings.conductivity)
    add(values, given_as, phase, value, settings.phases, settings.conductivity_option);
  return values;
}

std::string label_text(std::int64_t label, const Phases& phases) {
  const std::string name = phases.name_of(label);
  return name.empty() ? std::to_string(label) : fmt::format("{} ({})", label, name);
}

std::string phases_text(const Phases& phases) {
  std::vector<std::string> items;
  for (const NamedPhase& phase : phases.named)
    items.push_back(fmt::format("{}={}", phase.name, fmt::join(phase.labels, "+")));
  return fmt::format("{}", fmt::join(items, ","));
}

}  // namespace tauvox
