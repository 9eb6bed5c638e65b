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
#include "host/settings/named_labels.hpp"
#include "host/settings/parse.hpp"
#include "host/studies/absent_labels.hpp"
#include "host/studies/assign_materials.hpp"
#include "host/studies/coarsen.hpp"
#include "host/studies/copy_resolution.hpp"
#include "host/studies/phase_sets.hpp"
#include "host/studies/study_table.hpp"
#include "io/write.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// In this order.
constexpr const char* evaluated[] = {"fractions", "percolation", "connectivity", "interfaces", "triple_lines",
                                     "sizes",     "particles",   "chords",       "geodesic"};

/// Labels, bits, squared distances, and local thickness of one phase at a time; a solve needs more.
constexpr std::int64_t bytes_per_voxel = 12, bytes_per_voxel_to_solve = 24;

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
                          s.output.empty() ? "" : fmt::format(" -o {}", s.output)));
}

void add_quantities(const Study& study, RunReport& report) {
  for (const QuantityDefinition& row : study.quantities)
    if (std::none_of(report.quantities.begin(), report.quantities.end(),
                     [&](const QuantityDefinition& other) { return other.name == row.name; }))
      report.quantities.push_back(row);
}

/// A copy with voxels twice as large, where it still says something of the volume.
std::optional<Volume> copy_of(const Volume& volume) {
  constexpr std::int64_t least_length = 32;
  for (const Axis axis : all_axes)
    if (volume.extent.along(axis) < least_length) return std::nullopt;
  return coarsen(volume, 2, CoarseRule::sample);
}

/// Runs one study after the other and adds what it found.
class Evaluation {
 public:
  Evaluation(const Settings& s, const Volume& volume, RunReport& report, ProgressPrinter& printer)
      : s_(s), copy_(copy_of(volume)), report_(report), printer_(printer) {
    if (!copy_)
      report.notices.push_back("the volume is too small for a copy with larger voxels: fewer uncertainties");
  }

  /// @param carries names of phases that the results are about, where they are solves
  void run(const Study& study, const StudyInput& in, const std::string& carries = "",
           const std::string& what = "") {
    add_quantities(study, report_);
    const auto start = Clock::now();
    Report found =
        study.run(in, {}, [&](const std::string& doing, double fraction, const std::string& remark) {
          printer_(doing, fraction, remark);
        });
    if (copy_ && !study.needs_conductivity) {
      StudyInput coarse{*copy_, in.materials, in.settings, in.device};
      coarse.phases = in.phases;
      add_copy_resolution(found.results, study.quantities, study.run(coarse, {}, {}).results);
    }
    report_.seconds.emplace_back(what.empty() ? study.name : what, seconds_since(start));
    printer_.clear();
    const bool shown = !s_.quiet && study.name != "percolation";  // the files have it, along all axes
    if (shown && !found.results.empty()) print_text(fmt::format("{}: {}\n", study.name, study.meaning));
    for (Result& result : found.results) {
      if (!carries.empty()) result.phase = carries;
      if (!what.empty()) result.remarks.insert(result.remarks.begin(), what + " transport");
      // Along the thickness; the other axes stand in the files.
      if (shown && (!result.axis || *result.axis == s_.thickness))
        print_text(text_of_result(report_, result));
    }
    append(report_.results, found.results);
    append(report_.curves, found.curves);
    append(report_.notices, found.notices);
    append(report_.warnings, found.warnings);
  }

 private:
  const Settings& s_;
  std::optional<Volume> copy_;
  RunReport& report_;
  ProgressPrinter& printer_;
};

std::string text_of(const LabelOrName& given) {
  const auto* label = std::get_if<std::int64_t>(&given);
  return label ? std::to_string(*label) : std::get<std::string>(given);
}

/// Effective transport along the thickness of what carries ions or electrons.
void solve(const Settings& s, const StudyInput& evaluated_input, const MaterialSettings& carriers,
           const std::string& what, Evaluation& evaluation) {
  std::string names;
  for (const LabelOrName& given : carriers.phase)
    names += fmt::format("{}{}", names.empty() ? "" : "+", text_of(given));
  for (const auto& [given, value] : carriers.conductivity)
    names += fmt::format("{}{}", names.empty() ? "" : "+", text_of(given));
  StudySettings settings = s;
  settings.axes = {s.thickness};
  const Materials materials = assign_materials(evaluated_input.volume, carriers);
  StudyInput in{evaluated_input.volume, materials, settings, evaluated_input.device};
  in.phases = s.phases;
  evaluation.run(study_named("effective_transport"), in, names, what);
}

/// What is asked of ions or electrons alone.
MaterialSettings carriers_of(const Settings& s) {
  MaterialSettings carriers;
  carriers.phases = s.phases;
  carriers.allow_absent = s.allow_absent;
  carriers.default_insulating = true;
  return carriers;
}

/// Labels of what carries ions and electrons, with the names resolved.
void resolve_carriers(Settings& s) {
  for (const LabelOrName& given : s.ionic) append(s.ionic_labels, labels_of(given, s.phases, "--ionic"));
  for (const auto& [given, value] : s.electronic)
    if (value > 0) append(s.electronic_labels, labels_of(given, s.phases, "--electronic"));
}

void run_studies(const Settings& s, const StudyInput& in, RunReport& report, ProgressPrinter& printer) {
  Evaluation evaluation(s, in.volume, report, printer);
  for (const char* name : evaluated) evaluation.run(study_named(name), in);
  if (!s.ionic.empty() && !s.electronic.empty()) evaluation.run(study_named("accessible"), in);
  if (!s.ionic.empty()) {
    MaterialSettings ions = carriers_of(s);
    ions.phase = s.ionic;
    solve(s, in, ions, "ionic", evaluation);
  }
  if (!s.electronic.empty()) {
    MaterialSettings electrons = carriers_of(s);
    electrons.conductivity = s.electronic;
    solve(s, in, electrons, "electronic", evaluation);
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
  const bool solves = !s.ionic.empty() || !s.electronic.empty();
  check_fits(description.read_extent, solves ? bytes_per_voxel_to_solve : bytes_per_voxel);
  if (!s.phases.named.empty() && !description.voxel_size) refuse_without_voxel_size(s.input);
  resolve_carriers(s);
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
  const ExitCode code = exit_code(report.results);
  for (const Result& result : report.results)
    if (code != ExitCode::success &&
        (result.status == Status::not_converged || result.status == Status::failed)) {
      report_failure(result.status, code,
                     fmt::format("{}: {}", subject_of(result), result.reason.value_or("")));
      break;
    }
  return code;
}

}  // namespace tauvox
