#include "host/studies/assign_materials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "host/settings/grey_law.hpp"
#include "host/settings/named_labels.hpp"
#include "host/studies/absent_labels.hpp"
#include "host/studies/merged_classes.hpp"
#include "host/studies/units.hpp"
#include "io/grey_steps.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {
namespace {

std::string joined(const std::vector<std::string>& shares) {
  return fmt::format("{} {}", shares.size() == 1 ? "label" : "labels", fmt::join(shares, ", "));
}

/// Every label of the volume with its conductivity.
std::vector<Phase> phases_of(const Volume& volume, const MaterialSettings& settings,
                             const std::map<std::int64_t, double>& given) {
  const std::map<std::int64_t, double> porosities = given_porosities(settings),
                                       capacities = given_capacities(settings);
  const bool others_insulate = !settings.phase.empty() || settings.default_insulating;
  std::vector<Phase> phases;
  std::vector<std::string> missing, negative;
  for (const Label& label : volume.labels) {
    Phase phase{label.value, 0, label.voxels, volume.fraction(label)};
    if (const auto found = porosities.find(label.value); found != porosities.end())
      phase.porosity = found->second;
    if (const auto found = capacities.find(label.value); found != capacities.end())
      phase.capacity = found->second;
    if (const auto found = given.find(label.value); found != given.end()) {
      phase.conductivity = found->second;
    } else if (label.value < 0 && !settings.default_insulating) {
      // More often an export gone wrong than a phase, so "all others insulate" does not include it.
      negative.push_back(share_text(label.value, phase.volume_fraction, settings.phases));
    } else if (!others_insulate) {
      missing.push_back(share_text(label.value, phase.volume_fraction, settings.phases));
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
/// @param may_share classes, where they are more than there are
/// @throws Error(input_invalid) where they are too many, or too far apart to be solved
std::vector<double> distinct_conductivities(const Materials& m, const Volume& volume, bool may_share) {
  std::vector<double> distinct;
  for (const Phase& phase : m.phases)
    if (phase.conductivity > 0) distinct.push_back(phase.conductivity);
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (!may_share && distinct.size() > static_cast<std::size_t>(max_classes - first_conducting_class))
    throw Error(ExitCode::input_invalid, "too many different conductivities", volume.path,
                fmt::format("{} values", distinct.size()),
                fmt::format("at most {} can differ", max_classes - first_conducting_class));
  constexpr double least = 1e-300, most = 1e300;  // beyond, effective values lose digits, or are no numbers
  for (const Phase& phase : m.phases)
    if (phase.conductivity > 0 && (phase.conductivity < least || phase.conductivity > most))
      throw Error(
          ExitCode::input_invalid, "a conductivity is out of range", volume.path,
          volume.grey ? fmt::format("{:g} of a grey value of {:.7g}", phase.conductivity,
                                    volume.grey->value_of(phase.label))
                      : fmt::format("{:g} of label {}", phase.conductivity, phase.label),
          fmt::format("give 0, an insulator, or a value from {:g} to {:g}, in another unit where it must be",
                      least, most));
  if (!distinct.empty() && !(distinct.back() / distinct.front() <= 1e30))  // the solver's FP32 ends at 1e38
    throw Error(ExitCode::input_invalid, "conductivities too far apart", volume.path,
                fmt::format("{:g} and {:g}", distinct.front(), distinct.back()),
                "at most a factor of 1e30 can be told apart; give the smaller one as 0, an insulator");
  return distinct;
}

/// The most by which a value in the same step of grey values may conduct otherwise. All of them may lie close
/// to an end or to the middle, where others are far away.
/// @param closely  the step has many voxels: looked at ever closer to these three
double change_within_step(const GreyLaw& law, double grey, double step, double conductivity, bool closely) {
  constexpr int halvings = 110;  // a step of 1e30, and values about 1
  double change = 0;
  const auto look_at = [&](double value) {
    double found = conductivity;
    try {
      found = law.conductivity(value);
    } catch (const Error&) {  // a table ends within the step, and so do grey values
    }
    if (std::isfinite(found)) change = std::max(change, std::abs(std::max(found, 0.0) - conductivity));
  };
  const double half = 0.5 * step, low = grey - half, high = grey + half;
  look_at(low);
  look_at(high);
  double near = half;
  for (int i = 0; closely && i < halvings; ++i) {
    near *= 0.5;
    for (const double value : {low + near, grey - near, grey + near, high - near}) look_at(value);
  }
  return change;
}

/// Bounds hold for the middles of steps.
/// @param change what grey values that count as the same may change their conductivities by, over their mean
/// @throws Error(input_invalid) where that would not be small
void check_steps(double change, const Volume& volume, const GreyLaw& law,
                 std::vector<std::string>& warnings) {
  constexpr double most = 1e-3, worth_a_warning = 1e-4;
  if (!(change > worth_a_warning)) return;
  const std::string how = fmt::format(
      "within steps of {:.3g}, of which grey values count as the middle, {} changes conductivities by up to "
      "{:.2g} of their mean",
      volume.grey->step, law.name(), change);
  if (change > most)
    throw Error(
        ExitCode::input_invalid, "grey values are too far apart to be told from each other", volume.path, how,
        "bring the values that are far from the rest nearer in the file first (clip them), leave them "
        "out by --crop or --mask, let the law change elsewhere, or make labels of all by --threshold");
  warnings.push_back(how + ": the bound does not hold that");
}

/// By the grey value of each label.
std::vector<Phase> phases_of_grey(const Volume& volume, const MaterialSettings& settings,
                                  std::vector<std::string>& warnings) {
  const GreyLaw law(settings);
  std::vector<Phase> phases;
  const bool exact = !volume.grey || io::is_each_by_itself(volume);
  double sum = 0, change = 0;
  for (const Label& label : volume.labels) {
    const double grey = volume.grey ? volume.grey->value_of(label.value) : static_cast<double>(label.value);
    const double value = law.conductivity(grey);
    const auto refuse = [&](const char* what, const char* advice) {
      throw Error(ExitCode::input_invalid, what, law.name(),
                  fmt::format("{:.7g} for a grey value of {:.7g}, which {} of {} voxels have", value, grey,
                              label.voxels, volume.voxels_of_sample()),
                  advice);
    };
    if (!std::isfinite(value))
      refuse(
          "a grey value has no conductivity",
          "roots and logarithms of negative numbers are none, and neither is what is divided by zero: bound "
          "it, such as max(1 - g/255, 0)^1.5");
    if (value < 0) refuse("a grey value has a negative conductivity", "let it insulate instead: max(..., 0)");
    phases.push_back({label.value, value, label.voxels, volume.fraction(label)});
    const auto voxels = static_cast<double>(label.voxels);
    sum += voxels * value;
    if (!exact)
      change += voxels * change_within_step(law, grey, volume.grey->step, value,
                                            100 * label.voxels >= volume.voxels_of_sample());
  }
  if (change > 0) check_steps(sum > 0 ? change / sum : 1, volume, law, warnings);
  return phases;
}

}  // namespace

Materials assign_materials(const Volume& volume, const MaterialSettings& settings) {
  Materials m;
  m.unit = settings.unit;
  m.to_si = property_of(settings.unit).to_si;
  std::vector<std::string> of_steps;
  m.phases = settings.is_grey() ? phases_of_grey(volume, settings, of_steps)
                                : phases_of(volume, settings, given_conductivities(settings));
  m.warnings = check_named_labels(volume, settings);
  m.warnings.insert(m.warnings.end(), of_steps.begin(), of_steps.end());
  const std::vector<double> distinct = distinct_conductivities(m, volume, settings.is_grey());
  assign_classes(m, volume, static_cast<std::size_t>(max_classes - first_conducting_class));
  if (!distinct.empty() && m.largest / distinct.front() > 1e8)
    m.warnings.push_back(
        fmt::format("the conductivities span a factor of {:.2g}; above 1e8 the solver converges "
                    "slowly and its error estimate is less certain",
                    m.largest / distinct.front()));
  return m;
}

}  // namespace tauvox
