// `tauvox evaluate`: the geometry of an electrode, study by study, into a folder.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/plan.hpp"
#include "host/app/progress.hpp"
#include "host/app/study_file.hpp"
#include "host/settings/parse.hpp"
#include "host/studies/absent_labels.hpp"
#include "host/studies/study_table.hpp"
#include "io/write.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// In this order.
constexpr const char* evaluated[] = {"fractions",    "percolation", "connectivity", "interfaces",
                                     "triple_lines", "sizes",       "chords",       "geodesic"};

/// Labels, bits, squared distances, and local thickness of one phase at a time.
constexpr std::int64_t bytes_per_voxel = 12;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

std::string in_folder(const Settings& s, const std::string& name) {
  return (fs::path(s.output) / name).string();
}

/// Letters, digits, - and . of a name of a phase stay as they are.
std::string file_name(const Curve& curve) {
  std::string name = curve.name;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  return name + ".csv";
}

/// What is written whatever is found.
struct Folder {
  std::vector<io::OutputLock> locks;
  std::vector<std::string> notices;
};

Folder reserve_folder(const Settings& s) {
  Folder folder;
  if (s.output.empty()) return folder;
  std::error_code failed;
  fs::create_directories(s.output, failed);
  if (failed || !fs::is_directory(s.output))
    throw Error(ExitCode::output, "the folder cannot be made", s.output,
                failed ? failed.message() : "it is a file", "give -o another name");
  for (const char* name : {"results.json", "results.csv", "settings.toml", "profile.csv"}) {
    const std::string path = in_folder(s, name);
    for (const std::string& input : s.input_files())
      if (io::same_file(path, input) && !(s.study_file == input && repeats_study_file(s)))
        throw Error(ExitCode::usage, "an output is the input", path, "", "give -o another folder");
    append(folder.notices, io::check_output(path, s.overwrite));
  }
  folder.locks.emplace_back(in_folder(s, "results.json"));
  if (folder.locks.back().notice()) folder.notices.push_back(*folder.locks.back().notice());
  return folder;
}

/// The labels there are, and the line to complete.
[[noreturn]] void ask_for_phases(const Settings& s, const Volume& volume) {
  std::string text = fmt::format("{}  {}\n  {:>8} {:>14} {:>10}\n", volume.path, to_string(volume.extent),
                                 "label", "voxels", "fraction");
  std::vector<std::string> names;
  for (const Label& label : volume.labels) {
    text += fmt::format("  {:>8} {:>14} {:>10.6f}\n", label.value, label.voxels, volume.fraction(label));
    names.push_back(fmt::format("NAME={}", label.value));
  }
  print_text(text);
  throw Error(ExitCode::usage, "no phase has a name", s.input, "what the labels mean is not guessed",
              fmt::format("complete: tauvox evaluate {} --phases {}{}", s.input, fmt::join(names, ","),
                          s.output.empty() ? "" : " -o " + s.output));
}

void run_studies(const Settings& s, const StudyInput& in, RunReport& report, ProgressPrinter& printer) {
  std::vector<std::string> names;
  for (const char* name : evaluated) {
    const Study& study = study_named(name);
    for (const QuantityDefinition& row : study.quantities)
      if (std::find(names.begin(), names.end(), row.name) == names.end()) {
        names.push_back(row.name);
        report.quantities.push_back(row);
      }
    const auto start = Clock::now();
    Report found =
        study.run(in, {}, [&](const std::string& doing, double fraction, const std::string& remark) {
          printer(doing, fraction, remark);
        });
    report.seconds.emplace_back(name, seconds_since(start));
    printer.clear();
    // Percolation is said along the thickness; the other axes stand in the files.
    for (const Result& result : found.results)
      if (!s.quiet && (!result.axis || *result.axis == s.thickness))
        print_text(text_of_result(report, result));
    append(report.results, found.results);
    append(report.curves, found.curves);
    append(report.notices, found.notices);
    append(report.warnings, found.warnings);
  }
}

void write_folder(const Settings& s, const RunReport& report) {
  if (s.output.empty()) return;
  for (const Curve& curve : report.curves)
    io::write_text(in_folder(s, file_name(curve)), to_csv(curve), true);
  io::write_text(in_folder(s, "results.csv"), to_csv(report), s.overwrite);
  io::write_text(in_folder(s, "results.json"), to_json(report, settings_json(s)).dump(2) + "\n", s.overwrite);
  const std::string settings = in_folder(s, "settings.toml");
  io::write_text(settings, to_study_file(s, settings), s.overwrite);
  if (!s.quiet) print_text(fmt::format("written: {}\n", s.output));
}

}  // namespace

ExitCode run_evaluate(Settings s) {
  check(s);
  const auto start = Clock::now();
  std::string notice;
  const Device device = choose_device(s, notice);
  const io::VolumeDescription description = io::describe_volume(s.input, s.read);
  if (description.voxel_size)
    parse::check_voxel_size(*description.voxel_size, ExitCode::input_invalid, s.input);
  check_fits(description.read_extent, bytes_per_voxel);
  const Folder folder = s.phases.named.empty() ? Folder{} : reserve_folder(s);

  ProgressPrinter printer(s.quiet ? "never" : s.progress);
  const Volume volume =
      io::read_volume(s.input, s.read, [&](double fraction) { printer("reading", fraction, ""); });
  printer.clear();
  if (s.phases.named.empty()) ask_for_phases(s, volume);
  RunReport report;
  report.seconds.emplace_back("read", seconds_since(start));
  report.volume = &volume;
  report.materials.unit = s.unit;
  report.phases = s.phases;
  report.device = device.description();
  if (!notice.empty()) report.notices.push_back(notice);
  append(report.notices, folder.notices);
  append(report.notices, volume.notices);
  report.notices.push_back(fmt::format("the thickness is axis {}, the separator at its {} end",
                                       axis_name(s.thickness), s.separator));
  report.warnings = description.warnings;
  append(report.warnings, check_named_labels(volume, s));
  if (!s.quiet) print_text(text_of_volume(report));
  for (const std::string& said : report.notices)
    if (!s.quiet) print_note("notice: " + said + "\n");

  const auto studies_start = Clock::now();
  StudyInput in{volume, report.materials, s, device};
  in.phases = s.phases;
  run_studies(s, in, report, printer);
  report.seconds.emplace_back("solve", seconds_since(studies_start));
  report.seconds.emplace_back("write", 0);
  report.seconds.emplace_back("total", seconds_since(start));
  report.memory = {device.peak_bytes(), peak_resident_bytes(),
                   static_cast<double>(device.peak_bytes()) / static_cast<double>(volume.extent.voxels())};
  if (!s.quiet) print_text(text_of_warnings(report));
  write_folder(s, report);
  return exit_code(report.results);
}

}  // namespace tauvox
