// What a batch is told: its own settings, and those of the evaluation of each volume.
#pragma once

#include <string>
#include <vector>

#include "host/app/command_line.hpp"
#include "host/app/setting.hpp"
#include "host/settings/settings.hpp"

namespace tauvox {

struct BatchRun {
  Settings evaluation;  // of every volume; its input and output are set for each
  std::vector<std::string> volumes;
  std::string list, settings, output, shard, calibration;
  bool retry_failed = false, no_wait = false, dry_run = false;
};

/// All that the command takes.
const std::vector<Setting<BatchRun>>& batch_rows();

/// The settings file first, then what the command line says otherwise.
/// @throws Error(usage)
BatchRun batch_run_from(const Arguments& arguments);

/// As the command line of `evaluate` takes them.
std::vector<std::string> words_of_evaluation(const Settings& settings);

}  // namespace tauvox
