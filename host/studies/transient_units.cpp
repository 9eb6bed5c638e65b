#include "host/studies/transient_units.hpp"

#include "host/studies/electrolytes.hpp"
#include "host/studies/units.hpp"

namespace tauvox {
namespace {

/// Diffusivity in m2/s of what conducts best, where it is known.
std::optional<double> diffusivity_of(const StudyInput& in) {
  if (!in.settings.electrolyte.empty())
    return in.materials.largest *
           electrolyte_of(in.settings)
               .diffusivity(in.settings.salt_concentration / 1000, in.settings.temperature);
  if (property_of(in.materials.unit).si != "m2/s" || !in.materials.to_si) return std::nullopt;
  return in.materials.largest * *in.materials.to_si;
}

}  // namespace

TransientUnits units_of(const StudyInput& in) {
  const Axis axis = in.settings.axes.front();
  TransientUnits units;
  units.voxels = static_cast<double>(in.volume.extent.voxels());
  units.cells = static_cast<double>(in.volume.extent.along(axis));
  units.columns = units.voxels / units.cells;
  const std::optional<double> diffusivity = diffusivity_of(in);
  if (!in.volume.voxel_size || !diffusivity) return units;
  const double length = units.cells * (*in.volume.voxel_size)[static_cast<std::size_t>(axis)];
  units.seconds = length * length / *diffusivity;
  return units;
}

double end_of(const StudySettings& s, const TransientUnits& units) {
  if (s.axes.size() != 1)
    throw Error(ExitCode::internal, "a transient has one axis", "", "", "please report this");
  if (s.end_time && s.end_seconds)
    throw Error(ExitCode::usage, "--end-time and --end-seconds exclude each other", "", "",
                "give one of them");
  if (s.time_scheme != "tr-bdf2" && !s.time_step)
    throw Error(ExitCode::usage, "this scheme does not choose its steps", "--time-scheme " + s.time_scheme,
                "", "give --time-step, or --time-scheme tr-bdf2");
  if (!s.end_seconds) return s.end_time.value_or(1);
  if (!units.seconds)
    throw Error(ExitCode::usage, "seconds are not known", "--end-seconds",
                "they need the size of a voxel and a diffusivity",
                "give --end-time in units of L^2/D0, or --voxel-size with --unit m2/s and --conductivity, or "
                "--electrolyte");
  return *s.end_seconds / *units.seconds;
}

}  // namespace tauvox
