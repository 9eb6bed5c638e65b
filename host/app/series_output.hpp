// The fields of a study in time, as ParaView opens them: NAME.pvd, which lists NAME_0000.vti, NAME_0001.vti,
// ... with their times. It is written anew after each, so that it is whole while the run goes on, and where
// the run ends early.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "host/report/run_report.hpp"
#include "host/settings/settings.hpp"

namespace tauvox {

class SeriesOutput {
 public:
  /// @param settings of one axis   @param report with its volume and materials outlives this
  SeriesOutput(Settings settings, const RunReport& report)
      : settings_(std::move(settings)), report_(report) {}

  /// As FrameSink has it.
  /// @throws Error(output)
  void write(const std::vector<double>& times, const std::vector<std::pair<std::string, double>>& facts,
             const std::vector<float>& concentration);
  /// All of the series so far.
  std::vector<std::string> files() const;
  const std::string& name() const { return settings_.field; }
  /// What there is, for the report; empty: nothing was written by this run.
  std::string text() const;
  /// Frames of an earlier series of this name that had more; empty: none.
  std::string text_of_left() const;

 private:
  std::string unit() const;

  const Settings settings_;
  const RunReport& report_;
  std::vector<double> times_;
  bool in_seconds_ = false;
};

}  // namespace tauvox
