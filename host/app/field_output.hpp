// What a run writes besides numbers: values of voxels, for ParaView.
#pragma once

#include <string>
#include <vector>

#include "host/report/run_report.hpp"
#include "host/settings/settings.hpp"

namespace tauvox {

/// Concentration, the main results, and the fluxes where asked for; of one axis.
/// @param materials of the volume
/// @param with_flux [z][y][x][3]: vectors beside the concentration
/// @throws Error(output)
void write_transport_field(const std::string& path, const Settings& settings, const Volume& volume,
                           const Materials& materials, const Result& result,
                           const std::vector<float>& concentration, bool with_flux, bool overwrite);

/// The fields of an evaluation, in the folder fields/ of its results, which is there.
class EvaluationFields {
 public:
  /// @param settings outlives this
  explicit EvaluationFields(const Settings& settings) : settings_(settings) {}

  bool wanted() const { return settings_.fields && !settings_.output.empty(); }
  /// Also where an earlier run's are kept.
  bool computed() const { return wanted() || (settings_.fields && !settings_.kept.output.empty()); }
  /// Every one that such a run may write, seen from the folder of results.
  static std::vector<std::string> names();
  /// Of a part: "thickness", or "ionic" and "electronic", one an axis.
  std::vector<std::string> paths_of(const std::string& part) const;
  /// Of a carrier along one axis.
  std::vector<std::string> paths_along(const std::string& carriers, Axis axis) const;

  void write_transport(const std::string& carriers, const Volume& volume, const Materials& materials,
                       const Result& result, const std::vector<float>& concentration) const;
  /// @param diameters um, of the largest sphere in its phase that holds the voxel; NaN where there is none
  void write_thickness(const Volume& volume, const std::vector<float>& diameters) const;

 private:
  std::string path(const std::string& name) const;

  const Settings& settings_;
};

}  // namespace tauvox
