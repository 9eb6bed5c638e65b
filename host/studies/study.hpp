// Studies: functions from a volume, its phases and settings to a report, without files. Adding one is a file
// in studies/ and a row of the table in study.cpp; command line, report, schema and docs follow.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/settings/study_settings.hpp"
#include "host/studies/phases.hpp"
#include "host/studies/report.hpp"

namespace tauvox {

/// What a study gives back besides numbers: the field of each axis goes to this sink as soon as it is known.
/// An empty one wants none, which saves its memory and its way back from a GPU.
/// @param concentration [z][y][x], 0..1, NaN where nothing conducts
using FieldSink = std::function<void(const Result&, const std::vector<float>& concentration)>;

/// Called with what is being done, the fraction done (0..1, negative: unknown) and a short remark.
using Progress = std::function<void(const std::string& doing, double fraction, const std::string& remark)>;

struct StudyInput {
  const Volume& volume;
  const Materials& materials;
  const StudySettings& settings;
  const Device& device;
  std::function<void(const Result&)> finished{};  // called with each result as soon as it is known
  /// Then a solver stops, and gives the best it has as not converged.
  std::optional<std::chrono::steady_clock::time_point> deadline{};
};

struct Study {
  std::string name, meaning;
  QuantityDefinitions quantities;
  Report (*run)(const StudyInput&, const FieldSink&, const Progress&);
  std::string extends{};           // the study to whose results it adds quantities
  bool needs_conductivity = true;  // of every label, before it can run
  bool gives_field = false;
};
const std::vector<Study>& studies();
std::vector<std::string> study_names();

/// @throws Error(usage) naming the studies there are
const Study& study_named(const std::string& name);
/// The row that adds a study of resolution to the results of `study`, or `study` itself when it is that row.
/// @throws Error(usage) where there is none
const Study& with_resolution(const Study& study);
/// What results of a study can hold: its own quantities, and those of the studies that extend it.
QuantityDefinitions quantities_of_family(const Study& study);
/// Every quantity of every study once, in the order of the table.
QuantityDefinitions all_quantities();

/// So many labels at most are looked at where percolation alone is asked for.
inline constexpr std::size_t examined_labels = 64;

/// Steady transport between two plates along each axis: D_eff, tortuosity factor and what follows from them.
Report effective_transport(const StudyInput&, const FieldSink&, const Progress&);

}  // namespace tauvox
