#include "host/app/field_output.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "host/settings/named_labels.hpp"
#include "host/studies/voxel_flux.hpp"
#include "io/write.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;

/// As ParaView reads it, where this build can write that.
std::string ending() {
#ifdef TAUVOX_HAVE_VTK
  return ".vti";
#else
  return ".h5";
#endif
}

std::string name_of(const std::string& what) { return "fields/" + what + ending(); }
std::string name_of(const std::string& carriers, Axis axis) {
  return name_of(fmt::format("{}_{}", carriers, axis_name(axis)));
}

}  // namespace

void write_transport_field(const std::string& path, const Settings& s, const Volume& volume,
                           const Materials& materials, const Result& r, const std::vector<float>& u,
                           bool with_flux, bool overwrite) {
  const VoxelFlux flux(volume, materials, u, r.axis.value_or(s.axes.front()), s.periodic_sides);
  io::FieldFile file;
  file.volume = &volume;
  file.values = u;
  if (with_flux) file.flux = [&](std::int64_t z, float* vectors) { flux.layer(z, vectors); };
  file.axis = r.axis;
  file.phases = phases_text(s.phases);
  file.history = s.history;
  for (const char* name : {"effective_ratio", "tortuosity_factor"})
    if (const std::optional<double> value = r.value(name)) file.results.emplace_back(name, *value);
  file.results.emplace_back("converged", r.status == Status::converged ? 1 : 0);
  io::write_field(path, file, overwrite);
}

std::vector<std::string> EvaluationFields::names() {
  std::vector<std::string> names{name_of("thickness")};
  for (const char* carriers : {"ionic", "electronic"})
    for (const Axis axis : all_axes) names.push_back(name_of(carriers, axis));
  return names;
}

std::vector<std::string> EvaluationFields::paths_of(const std::string& part) const {
  if (!wanted()) return {};
  if (part == "sizes") return {path(name_of("thickness"))};
  std::vector<std::string> paths;
  if (part == "ionic" || part == "electronic")
    for (const Axis axis : settings_.axes) paths.push_back(path(name_of(part, axis)));
  return paths;
}

std::vector<std::string> EvaluationFields::paths_along(const std::string& carriers, Axis axis) const {
  if (!wanted()) return {};
  return {path(name_of(carriers, axis))};
}

std::string EvaluationFields::path(const std::string& name) const {
  return (fs::path(settings_.output) / name).string();
}

void EvaluationFields::write_transport(const std::string& carriers, const Volume& volume,
                                       const Materials& materials, const Result& result,
                                       const std::vector<float>& concentration) const {
  write_transport_field(path(name_of(carriers, *result.axis)), settings_, volume, materials, result,
                        concentration, true, true);
}

void EvaluationFields::write_thickness(const Volume& volume, const std::vector<float>& diameters) const {
  io::FieldFile file;
  file.volume = &volume;
  file.values = diameters;
  file.name = "local_thickness_um";
  file.phases = phases_text(settings_.phases);
  file.history = settings_.history;
  io::write_field(path(name_of("thickness")), file, true);
}

}  // namespace tauvox
