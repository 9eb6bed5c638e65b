#include "host/studies/assign_materials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "host/studies/units.hpp"
#include "kernels/volume/classes.hpp"

namespace tauvox {
namespace {

/// "0 (12.5 % of the voxels)"
std::string share(std::int64_t label, double fraction) {
  return fmt::format("{} ({:.4g} % of the voxels)", label, 100 * fraction);
}

/// The labels of the volume, the first twenty of them.
std::string labels_there_are(const Volume& volume) {
  constexpr std::size_t most = 20;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(most, volume.labels.size()); ++i)
    shown.push_back(share(volume.labels[i].value, volume.fraction(volume.labels[i])));
  const std::string more =
      volume.labels.size() > most ? fmt::format(" and {} more", volume.labels.size() - most) : "";
  return fmt::format("the volume has {}{}", fmt::join(shown, ", "), more);
}

std::string joined(const std::vector<std::string>& shares) {
  return fmt::format("label {}", fmt::join(shares, ", "));
}

/// A label that was named and does not occur is a slip as a rule: of the pen, or of an export that writes 255
/// for 1. A number made from it would look like an answer.
void report_absent(const std::map<std::int64_t, double>& absent, const Volume& volume,
                   const MaterialSettings& settings, std::vector<std::string>& warnings) {
  if (absent.empty()) return;
  std::vector<std::int64_t> labels;
  for (const auto& [label, value] : absent) labels.push_back(label);
  if (!settings.allow_absent)
    throw Error(ExitCode::input_invalid,
                fmt::format("{} {} {} not occur", labels.size() == 1 ? "label" : "labels",
                            fmt::join(labels, ", "), labels.size() == 1 ? "does" : "do"),
                volume.path, labels_there_are(volume),
                fmt::format("correct {}, or pass --allow-absent to take what does not occur as no voxels",
                            settings.phase.empty() ? "--conductivity" : "--phase"));
  for (const std::int64_t label : labels)
    warnings.push_back(
        fmt::format("label {} was given a conductivity but does not occur in the volume", label));
}

/// Every label of the volume with its conductivity; `given` keeps those that do not occur.
std::vector<Phase> phases_of(const Volume& volume, const MaterialSettings& settings,
                             std::map<std::int64_t, double>& given) {
  const bool others_insulate = !settings.phase.empty() || settings.default_insulating;
  std::vector<Phase> phases;
  std::vector<std::string> missing, negative;
  for (const Label& label : volume.labels) {
    Phase phase{label.value, 0, label.voxels, volume.fraction(label)};
    if (const auto found = given.find(label.value); found != given.end()) {
      phase.conductivity = found->second;
      given.erase(found);
    } else if (label.value < 0 && !settings.default_insulating) {
      // More often an export gone wrong than a phase, so "all others insulate" does not include it.
      negative.push_back(share(label.value, phase.volume_fraction));
    } else if (!others_insulate) {
      missing.push_back(share(label.value, phase.volume_fraction));
    }
    phases.push_back(phase);
  }
  if (!negative.empty())
    throw Error(ExitCode::input_invalid, "negative labels that nothing was said about", volume.path,
                joined(negative),
                "255 exported as int8 reads as -1: export as uint8, or name them in --conductivity, or pass "
                "--default-insulating");
  if (!missing.empty())
    throw Error(ExitCode::input_invalid, "labels without a conductivity", volume.path, joined(missing),
                "add them to --conductivity, or pass --default-insulating to make them insulators");
  return phases;
}

/// The conductivities that conduct, each once, ascending.
/// @throws Error(input_invalid) where they are too many, or too far apart to be solved
std::vector<double> distinct_conductivities(const Materials& m, const Volume& volume) {
  std::vector<double> distinct;
  for (const Phase& phase : m.phases)
    if (phase.conductivity > 0) distinct.push_back(phase.conductivity);
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.size() > static_cast<std::size_t>(max_classes - first_conducting_class))
    throw Error(ExitCode::input_invalid, "too many different conductivities", volume.path,
                fmt::format("{} values", distinct.size()),
                fmt::format("at most {} can differ", max_classes - first_conducting_class));
  if (!distinct.empty() && !(distinct.back() / distinct.front() <= 1e30))  // the solver's FP32 ends at 1e38
    throw Error(ExitCode::input_invalid, "conductivities too far apart", volume.path,
                fmt::format("{:g} and {:g}", distinct.front(), distinct.back()),
                "at most a factor of 1e30 can be told apart; give the smaller one as 0, an insulator");
  return distinct;
}

void assign_classes(Materials& m, const std::vector<double>& distinct) {
  if (!distinct.empty()) m.largest = distinct.back();
  for (const double value : distinct) m.class_conductivity.push_back(value / m.largest);
  for (const Phase& phase : m.phases) {
    const bool conducts = phase.conductivity > 0;
    const auto at = std::lower_bound(distinct.begin(), distinct.end(), phase.conductivity) - distinct.begin();
    m.class_of_code.push_back(conducts ? static_cast<std::uint8_t>(first_conducting_class + at) : wall_class);
    if (!conducts) continue;
    ++m.conducting_phases;
    m.volume_fraction += phase.volume_fraction;
    m.mean += phase.volume_fraction * phase.conductivity / m.largest;
  }
}

}  // namespace

Materials assign_materials(const Volume& volume, const MaterialSettings& settings) {
  std::map<std::int64_t, double> given(settings.conductivity.begin(), settings.conductivity.end());
  for (const std::int64_t label : settings.phase) given[label] = 1;
  Materials m;
  m.unit = settings.unit;
  m.to_si = property_of(settings.unit).to_si;
  m.phases = phases_of(volume, settings, given);
  report_absent(given, volume, settings, m.warnings);
  const std::vector<double> distinct = distinct_conductivities(m, volume);
  assign_classes(m, distinct);
  if (!distinct.empty() && m.largest / distinct.front() > 1e8)
    m.warnings.push_back(
        fmt::format("the conductivities span a factor of {:.2g}; above 1e8 the solver converges "
                    "slowly and its error estimate is less certain",
                    m.largest / distinct.front()));
  return m;
}

}  // namespace tauvox
