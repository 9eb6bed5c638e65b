// What a study is: a function from a volume, its materials and settings to a report, without files.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/settings/phases.hpp"
#include "host/settings/study_settings.hpp"
#include "host/studies/materials.hpp"
#include "host/studies/report.hpp"
#include "kernels/base/device.hpp"
#include "kernels/volume/volume.hpp"

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
  Phases phases{};       // names of labels
  bool octants = false;  // a study that can tell its numbers in the octants from one pass does
};

struct Study {
  std::string name, meaning;
  QuantityDefinitions quantities;
  Report (*run)(const StudyInput&, const FieldSink&, const Progress&);
  std::string extends{};           // the study to whose results it adds quantities
  bool needs_conductivity = true;  // of every label, before it can run
  bool gives_field = false;
};

/// So many labels at most are looked at where percolation alone is asked for.
inline constexpr std::size_t examined_labels = 64;

/// Steady transport between two plates along each axis (@pre is_prism along each): D_eff, tortuosity factor
/// and what follows from them.
Report effective_transport(const StudyInput&, const FieldSink&, const Progress&);

}  // namespace tauvox
