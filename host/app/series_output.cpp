#include "host/app/series_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "host/app/outputs.hpp"
#include "host/report/escape.hpp"
#include "host/settings/named_labels.hpp"
#include "host/studies/voxel_flux.hpp"
#include "io/write.hpp"

namespace tauvox {
namespace {

/// What ParaView calls a collection: files beside it, by their names.
std::string collection_of(const std::vector<double>& times, const Settings& s) {
  std::string text =
      "<?xml version=\"1.0\"?>\n<VTKFile type=\"Collection\" version=\"0.1\" "
      "byte_order=\"LittleEndian\">\n  <Collection>\n";
  for (std::size_t i = 0; i < times.size(); ++i) {
    const std::string name = std::filesystem::path(frame_path(s, static_cast<std::int64_t>(i))).filename();
    text += fmt::format("    <DataSet timestep=\"{}\" group=\"\" part=\"0\" file=\"{}\"/>\n", times[i],
                        xml_text(name));
  }
  return text + "  </Collection>\n</VTKFile>\n";
}

}  // namespace

std::string SeriesOutput::unit() const { return in_seconds_ ? "s" : "L^2/D0"; }

void SeriesOutput::write(const std::vector<double>& times,
                         const std::vector<std::pair<std::string, double>>& facts,
                         const std::vector<float>& concentration) {
  const Axis axis = settings_.axes.front();
  const VoxelFlux flux(*report_.volume, report_.materials, concentration, axis, settings_.periodic_sides,
                       settings_.boundary != "membrane");
  in_seconds_ =
      std::any_of(facts.begin(), facts.end(), [](const auto& fact) { return fact.first == "time_s"; });
  io::FieldFile file;
  file.volume = report_.volume;
  file.values = concentration;
  if (settings_.flux) file.flux = [&](std::int64_t z, float* vectors) { flux.layer(z, vectors); };
  file.axis = axis;
  file.phases = phases_text(settings_.phases);
  file.history = settings_.history;
  file.texts = {{"time_unit", unit()}};
  file.results = facts;
  const auto number = static_cast<std::int64_t>(times.size()) - 1;
  io::write_field(frame_path(settings_, number), file, settings_.overwrite);
  io::write_text(settings_.field, collection_of(times, settings_), settings_.overwrite || !times_.empty());
  times_ = times;
}

std::vector<std::string> SeriesOutput::files() const {
  std::vector<std::string> files;
  if (!times_.empty()) files.push_back(settings_.field);
  for (std::size_t i = 0; i < times_.size(); ++i)
    files.push_back(frame_path(settings_, static_cast<std::int64_t>(i)));
  return files;
}

std::string SeriesOutput::text() const {
  if (times_.empty()) return "";
  return fmt::format("{} lists {} field{}, from 0 to {:.6g} {}", settings_.field, times_.size(),
                     times_.size() == 1 ? "" : "s", times_.back(), unit());
}

std::string SeriesOutput::text_of_left() const {
  std::vector<std::string> left;
  std::error_code unknown;
  for (auto frame = static_cast<std::int64_t>(times_.size()); frame <= settings_.frames; ++frame)
    if (const std::string path = frame_path(settings_, frame); std::filesystem::exists(path, unknown))
      left.push_back(path);
  if (left.empty()) return "";
  return fmt::format("{}{} of an earlier run, and not in {}", left.front(),
                     left.size() == 1 ? " is" : fmt::format(" and {} more are", left.size() - 1),
                     settings_.field);
}

}  // namespace tauvox
