// A study: from a volume, its materials and settings to a report, without files; how it books what it takes.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/settings/phases.hpp"
#include "host/settings/study_settings.hpp"
#include "host/solve/krylov.hpp"
#include "host/studies/materials.hpp"
#include "host/studies/report.hpp"
#include "kernels/base/clock.hpp"
#include "kernels/base/device.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// Takes the field of each axis once known: [z][y][x], NaN where nothing conducts. Empty: none is wanted.
using FieldSink = std::function<void(const Result&, const std::vector<float>& concentration)>;

/// Called with what is being done, the fraction done (0..1, negative: unknown) and a short remark.
using Progress = std::function<void(const std::string& doing, double fraction, const std::string& remark)>;

class SolveKeeper;  // solve/solver.hpp
struct KeptState;   // kept_state.hpp
struct FrameSink;   // frame_sink.hpp
struct StudyInput {
  const Volume& volume;
  const Materials& materials;
  const StudySettings& settings;
  const Device& device;
  std::function<void(const Result&)> finished{};  // called with each result as soon as it is known
  /// Then a solver stops, and gives the best it has as not converged.
  std::optional<std::chrono::steady_clock::time_point> deadline{};
  Phases phases{};                    // names of labels
  bool octants = false;               // a study that can tell its numbers in the octants from one pass does
  const KeptState* state = nullptr;   // where a study that can go on within itself keeps how far it came
  const FrameSink* frames = nullptr;  // where a study in time gives its fields, if they are wanted
  SolveKeeper* keeper = nullptr;      // of how far the solve at work came
  /// Finds what a part of the study gives, or has kept that an earlier run of it found it.
  using Find = std::function<std::vector<Result>()>;
  std::function<std::vector<Result>(const std::string& part, const Find&)> remember{};
  std::string within{};  // what precedes names of parts and solves
  std::vector<Result> part(const std::string& name, const Find& find) const {
    return remember ? remember(within + name, find) : find();
  }
};

struct Study {
  std::string name, meaning;
  QuantityDefinitions quantities;
  Report (*run)(const StudyInput&, const FieldSink&, const Progress&);
  std::string extends{};                           // the study to whose results it adds quantities
  bool needs_conductivity = true;                  // of every label, before it can run
  bool gives_field = false, gives_frames = false;  // of each axis; at several times
  bool needs_box = false, takes_all_axes = false;  // nothing outside; at once, so --axis does not apply
  std::vector<std::string> (*tables)(const StudySettings&) = nullptr;  // every name its curves may have
};

/// Ends a solve at the deadline, and tells of its iterations, of a slow solver's each tenth. What is done is
/// the share of the way from the first estimate of the error to the tolerance, on a logarithmic scale.
inline IterationObserver watched(const StudyInput& in, const Progress& progress, const std::string& doing) {
  return [&in, &progress, doing, first = 0.0](std::int64_t k, double estimate) mutable {
    if (in.deadline && Clock::now() > *in.deadline) return false;
    if (!progress || (in.settings.solver == "jacobi" && k % 10 != 0)) return true;
    if (first == 0 && std::isfinite(estimate)) first = estimate;
    const double tolerance = in.settings.tolerance, now = std::max(estimate, tolerance);
    const bool is_known = first > tolerance && std::isfinite(estimate);
    const double done = is_known ? std::log(first / now) / std::log(first / tolerance) : 0;
    progress(doing, done, fmt::format("iteration {}, error {:.1e}", k, estimate));
    return true;
  };
}

/// Books what has passed since the last call to a stage; waits for the device, so that kernels started in a
/// stage are counted in it.
class StageClock {
 public:
  StageClock(const Device& device, StageCosts& stages) : device_(device), stages_(stages) { restart(); }
  /// @pre the device has nothing to do
  void restart() {
    since_ = Clock::now();
    bytes_ = device_.traffic_bytes();
  }
  void end_of(StageCost StageCosts::*stage) {
    device_.wait();
    (stages_.*stage).seconds += seconds_since(since_);
    (stages_.*stage).bytes_moved += device_.traffic_bytes() - bytes_;
    restart();
  }

 private:
  const Device& device_;
  StageCosts& stages_;
  Clock::time_point since_;
  std::int64_t bytes_ = 0;
};

/// Steady transport between two plates along each axis (@pre is_prism along each): D_eff, tortuosity factor
/// and what follows from them.
Report effective_transport(const StudyInput&, const FieldSink&, const Progress&);

}  // namespace tauvox
