#include "host/studies/absent_labels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/settings/named_labels.hpp"

namespace tauvox {

std::string labels_there_are(const Volume& volume, const Phases& phases) {
  constexpr std::size_t most = 20;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(most, volume.labels.size()); ++i)
    shown.push_back(share_text(volume.labels[i].value, volume.fraction(volume.labels[i]), phases));
  const std::string more =
      volume.labels.size() > most ? fmt::format(" and {} more", volume.labels.size() - most) : "";
  return fmt::format("the volume has {}{}", fmt::join(shown, ", "), more);
}

namespace {

/// A volume of more values is a grey image as a rule, and listing its labels helps nobody.
constexpr std::size_t most_labels_of_phases = 50;

/// Not where NaN or a mask is outside: that label is of files that are written.
bool is_taken_out_by_label(const Volume& volume) {
  return volume.outside->source.starts_with(fmt::format("--outside {}", volume.outside->label));
}

/// Label -> the option that named it.
std::map<std::int64_t, std::string> named_by_option(const MaterialSettings& settings) {
  std::map<std::int64_t, std::string> named;
  const char* option = settings.phase.empty() ? settings.conductivity_option : settings.phase_option;
  for (const NamedPhase& phase : settings.phases.named)
    for (const std::int64_t label : phase.labels) named.emplace(label, "--phases");
  for (const auto& [given, value] : settings.phase_porosity)
    for (const std::int64_t label : labels_of(given, settings.phases, "--phase-porosity"))
      named.emplace(label, "--phase-porosity");
  for (const auto& [given, value] : settings.capacity)
    for (const std::int64_t label : labels_of(given, settings.phases, "--capacity"))
      named.emplace(label, "--capacity");
  for (const auto& [label, value] : given_conductivities(settings)) named.emplace(label, option);
  for (const LabelOrName& given : settings.reactive)
    for (const std::int64_t label : labels_of(given, settings.phases, "--reactive"))
      named.emplace(label, "--reactive");
  return named;
}

}  // namespace

std::string share_text(std::int64_t label, double fraction, const Phases& phases) {
  const std::string name = phases.name_of(label);
  return fmt::format("{} ({}{:.4g} % of the voxels)", label, name.empty() ? "" : name + ", ", 100 * fraction);
}

std::vector<std::string> check_named_labels(const Volume& volume, const MaterialSettings& settings) {
  std::map<std::int64_t, std::string> absent = named_by_option(settings);
  for (const Label& label : volume.labels) absent.erase(label.value);
  if (const auto outside = volume.outside ? absent.find(volume.outside->label) : absent.end();
      outside != absent.end() && is_taken_out_by_label(volume))
    throw Error(ExitCode::input_invalid, fmt::format("label {} is outside of the sample", outside->first),
                volume.path, volume.outside->source + " takes its voxels out: they are no phase",
                fmt::format("leave it out of {}, or leave out --outside", outside->second));
  if (absent.empty()) return {};
  std::vector<std::string> labels, options, warnings;
  for (const auto& [label, option] : absent) {
    labels.push_back(label_text(label, settings.phases));
    if (std::find(options.begin(), options.end(), option) == options.end()) options.push_back(option);
    warnings.push_back(fmt::format("label {} was {} but does not occur in the volume", labels.back(),
                                   option == "--phases"           ? "named"
                                   : option == "--reactive"       ? "said to react"
                                   : option == "--phase-porosity" ? "given a porosity"
                                   : option == "--capacity"       ? "given a capacity"
                                                                  : "given a conductivity"));
  }
  if (settings.allow_absent) return warnings;
  if (volume.labels.size() > most_labels_of_phases)
    throw Error(ExitCode::input_invalid,
                fmt::format("{} {} {} not occur", labels.size() == 1 ? "label" : "labels",
                            fmt::join(labels, ", "), labels.size() == 1 ? "does" : "do"),
                volume.path,
                fmt::format("the volume has {} values from {} to {}, as a grey image has",
                            volume.labels.size(), volume.labels.front().value, volume.labels.back().value),
                settings.is_grey()
                    ? fmt::format("correct {}, or pass --allow-absent", fmt::join(options, " and "))
                    : "--threshold makes labels of grey values, such as --threshold otsu3; 'tauvox inspect' "
                      "shows where to cut");
  throw Error(ExitCode::input_invalid,
              fmt::format("{} {} {} not occur", labels.size() == 1 ? "label" : "labels",
                          fmt::join(labels, ", "), labels.size() == 1 ? "does" : "do"),
              volume.path, labels_there_are(volume, settings.phases),
              fmt::format("correct {}, or pass --allow-absent to take what does not occur as no voxels",
                          fmt::join(options, " and ")));
}

}  // namespace tauvox
