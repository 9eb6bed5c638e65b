// How long a run will take, as an interval, from what was measured on a machine and written into a file that
// the user names; and what to ask of Slurm for it.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/app/plan.hpp"

namespace tauvox {

struct Interval {
  double least = 0, most = 0;
};

/// A file of `tauvox bench`: seconds for each conducting voxel of its cases, in each size.
class Calibration {
 public:
  /// @throws Error(input_refused) where it is none, or has none of the cases
  Calibration(const nlohmann::ordered_json& file, const std::string& path);
  static Calibration from(const std::string& path);

  /// Of one axis of a volume, by the cases that are like it.
  /// @pre plan.contents.known
  Interval seconds_of_axis(const Plan& plan, double conducting_fraction) const;
  bool is_gpu() const { return gpu_; }
  int threads() const { return threads_; }
  double tolerance() const { return tolerance_; }
  /// How many times as fast the machine may be without what else it did when this was measured.
  double crowding() const { return crowding_; }
  const std::string& device() const { return device_; }

 private:
  /// Between the sizes that were measured as a power of the voxels, beyond them as the nearest.
  double seconds_per_voxel(const std::string& name, double conducting_voxels) const;

  std::string path_, device_;
  bool gpu_ = false;
  int threads_ = 1;
  double tolerance_ = 0, crowding_ = 1;
  std::map<std::string, std::map<double, double>> cases_;  // name -> conducting voxels -> seconds for each
};

/// Of a solve: reading, its axes, its fields.
/// @param read_seconds what reading took just now
/// @throws Error(usage) where the calibration is of another kind of device, or says nothing of such a run
Interval forecast(const Calibration& calibration, const Plan& plan, const Settings& settings,
                  const Device& device, double conducting_fraction, double read_seconds);

/// Results of an evaluation, as calibration of others with its settings on such a machine.
struct EvaluationCost {
  double voxels = 0, seconds = 0, bytes_per_voxel = 0;
  nlohmann::ordered_json settings = {};  // name -> value
  /// @throws Error(input_refused)
  static EvaluationCost from(const std::string& path);
  Interval of(double other_voxels) const;
};

/// "--mem=1200M --time=00:12:00", with room above the peak and the longest time; without the time where there
/// is no interval.
std::string slurm_options(std::int64_t peak_bytes, const Interval* seconds);

}  // namespace tauvox
