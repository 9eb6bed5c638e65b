// `tauvox inspect`: what is in a volume, by the study of percolation.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/outputs.hpp"
#include "host/app/plan.hpp"
#include "host/app/read_sample.hpp"
#include "host/app/statements.hpp"
#include "host/pages/drawings.hpp"
#include "host/report/grey_histogram.hpp"
#include "host/report/json_text.hpp"
#include "host/studies/absent_labels.hpp"
#include "host/studies/study_table.hpp"
#include "io/printable.hpp"
#include "io/write.hpp"
#include "kernels/base/clock.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

/// "z y", "none"; "not examined" where there is no result.
std::string percolates_along(const std::vector<Result>& results, std::optional<std::int64_t> label,
                             const std::string& phase) {
  std::string along;
  bool examined = false;
  for (const Result& r : results) {
    if (r.label != label || (!label && r.phase != phase)) continue;
    examined = true;
    if (r.percolates.value_or(false)) along += std::string(along.empty() ? "" : " ") + axis_name(*r.axis);
  }
  return !examined ? "not examined" : along.empty() ? "none" : along;
}

/// One row for a phase of several labels.
std::string line_of(const NamedPhase& phase, const RunReport& report) {
  std::int64_t voxels = 0;
  for (const Label& label : report.volume->labels)
    if (std::find(phase.labels.begin(), phase.labels.end(), label.value) != phase.labels.end())
      voxels += label.voxels;
  return fmt::format("  {:>8} {:>14} {:>10.6f}   {} = {}, percolates along {}\n", "phase", voxels,
                     report.volume->fraction({0, voxels}), phase.name, fmt::join(phase.labels, "+"),
                     percolates_along(report.results, {}, phase.name));
}

/// What a file that tauvox wrote says of how it came about.
std::string text_of(const io::History& history) {
  std::string text;
  for (std::size_t step = 0; step < history.size(); ++step)
    for (const auto& [name, said] : history[step])
      text += fmt::format("  {:<8} {} = {}\n",
                          &name == &history[step].front().first ? fmt::format("step {}", step + 1) : "", name,
                          said);
  return text.empty() ? "" : "  how the file came about, as it states, the oldest step first:\n" + text;
}

std::string text_of_remarks(const RunReport& report) {
  std::string text;
  for (const std::string& notice : report.notices) text += "notice: " + io::printable(notice) + "\n";
  return text + text_of_warnings(report);
}

std::string text_of(const RunReport& report) {
  const Volume& v = *report.volume;
  std::string text =
      fmt::format("{}\n  {}{}, {}, {}\n", v.path, v.format, v.dataset.empty() ? "" : " dataset " + v.dataset,
                  v.stored_type, to_string(v.extent));
  text += text_of_voxel_size(v) + text_of(report.history);
  if (v.grey) return text + text_of_grey(v) + text_of_remarks(report);
  text += fmt::format("  {:>8} {:>14} {:>10}   {}percolates along\n", "label", "voxels", "fraction",
                      padded_name(report.phases, "name"));
  for (const Label& label : v.labels)
    text += fmt::format("  {:>8} {:>14} {:>10.6f}   {}{}\n", label.value, label.voxels, v.fraction(label),
                        padded_name(report.phases, report.phases.name_of(label.value)),
                        percolates_along(report.results, label.value, ""));
  for (const NamedPhase& phase : report.phases.named)
    if (phase.labels.size() > 1) text += line_of(phase, report);
  text += text_of_outside(v);
  return text + text_of_remarks(report);
}

/// @throws Error where it cannot be drawn
void write_histogram(const Settings& settings, const Volume& volume) {
  std::string problem = "gnuplot is not installed";
  const std::optional<pages::Figure> figure =
      pages::have_plotter() ? pages::draw(pages::histogram_drawing(volume), problem) : std::nullopt;
  if (!figure)
    throw Error(ExitCode::output, "the histogram cannot be drawn", settings.histogram, problem,
                "leave out --histogram: the table is printed");
  io::write_text(settings.histogram, figure->png, settings.overwrite);
}

void check_outputs(const Settings& settings, const std::vector<std::string>& other_files) {
  if (!settings.histogram.empty() && !settings.histogram.ends_with(".png"))
    throw Error(ExitCode::usage, "cannot tell how to write the file", settings.histogram,
                "it is a PNG picture", "give it the ending .png");
  for (const std::string& path : {settings.json, settings.histogram}) {
    if (path.empty() || (path == "-" && path == settings.json)) continue;
    check_replaces_no_input(path, settings, other_files);
    for (const std::string& notice : io::check_output(path, settings.overwrite)) print_notice(notice);
  }
  if (!settings.json.empty() && settings.json == settings.histogram)
    throw Error(ExitCode::usage, "two outputs have the same name", settings.json, "",
                "give them different names");
}

}  // namespace

ExitCode run_inspect(Settings settings) {
  const auto start = Clock::now();
  const std::string& json = settings.json;
  settings.study = "percolation";
  if (settings.quiet) leave_out_notes();
  constexpr std::int64_t bytes_per_voxel = 2;  // labels or grey levels, the runs and clusters of a label
  ReaderProcess reader(settings);
  const io::VolumeDescription description = description_of_sample(reader, settings);
  take_statements(description, settings);
  check_outputs(settings, other_files_of(reader, settings));
  check_fits(description.read_extent, bytes_per_voxel);
  const Volume volume = read_sample(reader, settings, {}, io::Read::labels_or_grey_levels);
  const Device device = cpu_device();
  const std::vector<std::string> absent = check_named_labels(volume, settings);
  RunReport report;
  report.phases = settings.phases;
  report.history = settings.history;
  report.seconds.emplace_back("read", seconds_since(start));
  report.volume = &volume;
  report.materials.unit = settings.unit;
  report.device = device.description();
  const Study& study = study_named(settings.study);
  report.quantities = study.quantities;
  const auto study_start = Clock::now();
  StudyInput in{volume, report.materials, settings, device};
  in.phases = settings.phases;
  Report found = volume.grey ? Report{} : study.run(in, {}, {});
  report.seconds.emplace_back("solve", seconds_since(study_start));
  report.seconds.emplace_back("write", 0);
  report.seconds.emplace_back("total", seconds_since(start));
  report.results = std::move(found.results);
  report.notices = volume.notices;
  report.notices.insert(report.notices.end(), found.notices.begin(), found.notices.end());
  report.warnings = volume.warnings;
  report.warnings.insert(report.warnings.end(), absent.begin(), absent.end());
  report.warnings.insert(report.warnings.end(), found.warnings.begin(), found.warnings.end());
  report.memory = {device.peak_bytes(), peak_resident_bytes(),
                   static_cast<double>(device.peak_bytes()) / static_cast<double>(volume.extent.voxels())};

  if (!settings.histogram.empty()) write_histogram(settings, volume);
  const std::string text = json_text(report_json(report, settings_json(settings)), 2) + "\n";
  if (json == "-") {
    print_report(text);
    return ExitCode::success;
  }
  if (!json.empty()) {
    io::write_text(json, text, settings.overwrite);
    results_are_in_files();
  }
  if (!settings.quiet || json.empty()) print_text(text_of(report));
  return ExitCode::success;
}
}  // namespace tauvox
