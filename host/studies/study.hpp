// Studies: functions from a volume, its phases and settings to a report. Adding one is a file in studies/ and
// a row.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/report/report.hpp"
#include "host/settings/settings.hpp"
#include "host/studies/phases.hpp"

namespace tauvox {

/// What a study gives back besides numbers: the field of each axis goes to this sink as soon as it is known.
/// An empty one wants none, which saves its memory and its way back from a GPU.
/// @param concentration [z][y][x], 0..1, NaN where nothing conducts
using FieldSink = std::function<void(const AxisResult&, const std::vector<float>& concentration)>;

/// Called with what is being done, the fraction done (0..1, negative: unknown) and a short remark.
using Progress = std::function<void(const std::string& doing, double fraction, const std::string& remark)>;

struct StudyInput {
  const Volume& volume;
  const Materials& materials;
  const Settings& settings;
  const Device& device;
};

struct Study {
  std::string name, meaning;
  std::vector<AxisResult> (*run)(const StudyInput&, const FieldSink&, const Progress&);
};
const std::vector<Study>& studies();

/// Steady transport between two plates along each axis: D_eff, tortuosity factor and what follows from them.
std::vector<AxisResult> effective_transport(const StudyInput&, const FieldSink&, const Progress&);

}  // namespace tauvox
