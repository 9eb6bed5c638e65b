// What a run is asked to do: plain values in SI units. host/app/describe.hpp has a row for each of them, from
// which the command line, the study file, the help and the echo beside the results follow.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/settings/material_settings.hpp"
#include "host/settings/study_settings.hpp"
#include "io/read.hpp"
#include "kernels/base/device.hpp"

namespace tauvox {

/// To voxels that are cubes.
struct Resample {
  bool shortest = false;  // with the shortest edge that a voxel has
  double edge = 0;        // else with this one, m
  bool operator==(const Resample&) const = default;
};

/// Outputs of an earlier run, which a run from its settings leaves as they are. What they hold it computes
/// all the same: a solve for a field goes on until the fluxes agree, so other digits would come out without.
struct KeptOutputs {
  std::string field, png, output;
};

struct Settings : MaterialSettings, StudySettings {
  // input
  std::string input;
  std::optional<std::string> study_file;        // where the settings were read from
  std::map<std::string, std::string> contents;  // of the study file: file -> its SHA-256 then
  io::History history;                          // of the input, as it states it
  io::ReadOptions read;
  std::optional<Resample> resample;
  std::string orient;              // "x,-y,z": what the new axes z, y, x are; empty: as they are
  std::string mask, mask_dataset;  // where it has 0 a voxel is none of the sample
  std::vector<std::pair<LabelOrName, double>> clean;  // clusters of fewer voxels go to what surrounds them
  // which study
  std::string study = "effective_transport";
  bool axes_named = false;        // one by one, by the user; the default and "all" name none
  bool resolution_study = false;  // solve coarse copies as well: how much is due to the voxels?
  // what carries what, and how well
  std::vector<LabelOrName> ionic;
  std::vector<std::pair<LabelOrName, double>> electronic;
  bool no_sampling = false;  // no studies of octants: how much is due to where the volume was taken?
  bool segmentation_study =
      false;                  // solve with the boundary a voxel farther out and in: how much is due to it?
  std::string limits;         // file of limits, which the results are judged by
  std::string operator_name;  // who evaluates
  // where
  std::string device = "auto";  // auto | cpu | cuda | cuda:N
  int threads = 0;              // 0: usable_processors()
  // output
  std::string field, json, csv, png, histogram;
  bool flux = false, fields = false;
  std::int64_t frames = 20;  // fields of a study in time, beside that of the start, at most
  std::string output;        // folder of an evaluation
  std::string calibration;   // file of tauvox bench, from which a dry run tells the time
  std::string checkpoint;    // of what is finished; empty: beside the first output
  std::vector<std::pair<Axis, std::int64_t>> slice_at;  // where pictures cut the volume; else in the middle
  bool wants_concentration() const {
    return !field.empty() || !png.empty() || !kept.field.empty() || !kept.png.empty();
  }
  bool overwrite = false, dry_run = false, quiet = false;
  std::string progress = "auto";             // auto | always | plain | never
  std::optional<double> time_limit_seconds;  // then the best value so far, as not converged
  KeptOutputs kept;

  /// Files that are read, and which no output may replace.
  std::vector<std::string> input_files() const;
};

/// What must hold between settings, whatever the volume.
/// @throws Error(usage)
void check(const Settings& settings);

/// The device asked for; `notice` says when `auto` fell back to the CPU or chose among several GPUs, or fewer
/// threads can be started.
/// @throws Error(device), Error(usage)
Device choose_device(const Settings& settings, std::string& notice);

}  // namespace tauvox
