#include "host/settings/named_labels.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

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
    if (const auto [first, fresh] = given_as.emplace(label, option + " " + text_of(given)); !fresh)
      throw Error(
          ExitCode::usage, "label given twice", option,
          fmt::format("label {} is in '{}' and in '{} {}'", label, first->second, option, text_of(given)),
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

namespace {

/// The one conductivity of what conducts and is no porous phase.
double of_free_liquid(const std::map<std::int64_t, double>& values, const std::string& option) {
  double found = 0;
  for (const auto& [label, value] : values) {
    if (found > 0 && value > 0 && value != found)
      throw Error(
          ExitCode::usage, "several conductivities of a free liquid", option,
          fmt::format("{} and {}", found, value),
          "what --phase-porosity names conducts a share of D0: let all other phases conduct alike, or "
          "give --conductivity each phase's own value");
    found = std::max(found, value);
  }
  if (found > 0) return found;
  throw Error(ExitCode::usage, "no phase is a free liquid", option, "D0 is not known",
              "name what conducts without pores of its own, such as --phase pore");
}

void add_porous_phases(const MaterialSettings& settings, std::map<std::int64_t, double>& values,
                       std::map<std::int64_t, std::string>& given_as) {
  const bool is_elsewhere = settings.phase.empty() && settings.conductivity.empty();  // said by --ionic
  if (settings.phase_porosity.empty() || is_elsewhere) return;
  const char* option = "--phase-porosity";
  const double free = of_free_liquid(values, option);
  for (const auto& [phase, porosity] : settings.phase_porosity) {
    if (!(porosity > 0 && porosity <= 1))
      throw Error(ExitCode::usage, "bad value for --phase-porosity",
                  fmt::format("{}={}", text_of(phase), porosity), "",
                  "a porosity is above 0 and at most 1; leave out what holds no liquid");
    add(values, given_as, phase, free * std::pow(porosity, settings.bruggeman), settings.phases, option);
  }
}

}  // namespace

std::map<std::int64_t, double> given_conductivities(const MaterialSettings& settings) {
  std::map<std::int64_t, double> values;
  std::map<std::int64_t, std::string> given_as;
  for (const LabelOrName& phase : settings.phase)
    add(values, given_as, phase, 1, settings.phases, settings.phase_option);
  for (const auto& [phase, value] : settings.conductivity)
    add(values, given_as, phase, value, settings.phases, settings.conductivity_option);
  add_porous_phases(settings, values, given_as);
  return values;
}

std::map<std::int64_t, double> given_porosities(const MaterialSettings& settings) {
  std::map<std::int64_t, double> porosities;
  if (settings.phase_porosity.empty()) return porosities;
  for (const auto& [label, value] : given_conductivities(settings)) porosities[label] = value > 0 ? 1 : 0;
  for (const auto& [phase, porosity] : settings.phase_porosity)
    for (const std::int64_t label : labels_of(phase, settings.phases, "--phase-porosity"))
      porosities[label] = porosity;
  return porosities;
}

std::map<std::int64_t, double> given_capacities(const MaterialSettings& settings) {
  constexpr double least = 1e-6, most = 1e6;  // what FP32 tells apart well
  const char* option = "--capacity";
  std::map<std::int64_t, double> capacities, given;
  std::map<std::int64_t, std::string> given_as;
  for (const auto& [label, value] : given_conductivities(settings))
    if (value > 0) capacities[label] = 1;
  for (const auto& [label, porosity] : given_porosities(settings))
    if (porosity > 0) capacities[label] = porosity;
  for (const auto& [phase, value] : settings.capacity) {
    if (!(value >= least && value <= most))
      throw Error(ExitCode::usage, "bad value for --capacity", fmt::format("{}={:g}", text_of(phase), value),
                  "",
                  fmt::format("a capacity is from {:g} to {:g}; what holds nothing is no phase that conducts",
                              least, most));
    add(given, given_as, phase, value, settings.phases, option);
  }
  for (const auto& [label, value] : given) {
    const auto found = capacities.find(label);
    if (found == capacities.end())
      throw Error(
          ExitCode::usage, "what does not conduct holds nothing", option,
          "label " + label_text(label, settings.phases),
          "leave it out, or name it among what conducts (--phase, --conductivity or --phase-porosity)");
    found->second = value;
  }
  return capacities;
}

double conductivity_of_free_liquid(const MaterialSettings& settings) {
  if (settings.phase_porosity.empty()) return 0;
  MaterialSettings free = settings;
  free.phase_porosity.clear();
  return of_free_liquid(given_conductivities(free), "--phase-porosity");
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
