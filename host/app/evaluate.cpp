// `tauvox evaluate`: the geometry of an electrode, study by study, into a folder.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/evaluate_folder.hpp"
#include "host/app/plan.hpp"
#include "host/app/progress.hpp"
#include "host/app/reader_process.hpp"
#include "host/settings/named_labels.hpp"
#include "host/settings/parse.hpp"
#include "host/studies/absent_labels.hpp"
#include "host/studies/assign_materials.hpp"
#include "host/studies/coarsen.hpp"
#include "host/studies/copy_resolution.hpp"
#include "host/studies/electrolytes.hpp"
#include "host/studies/phase_sets.hpp"
#include "host/studies/study_table.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

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
              fmt::format("complete: tauvox evaluate {} --phases {}{}{}", s.input, fmt::join(names, ","),
                          volume.voxel_size ? "" : " --voxel-size 0.4um",
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

  /// Those of a study whose results are part of another's.
  void add_quantities_of(const Study& study) { add_quantities(study, report_); }

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
      add_electrolyte(result, in.settings);
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

/// What carries ions or electrons, and how well.
struct Carriers {
  std::string what;  // "ionic"
  MaterialSettings settings;
  Materials materials = {};  // of the volume
  std::string names() const {
    std::string names;
    for (const LabelOrName& given : settings.phase)
      names += fmt::format("{}{}", names.empty() ? "" : "+", text_of(given));
    for (const auto& [given, value] : settings.conductivity)
      names += fmt::format("{}{}", names.empty() ? "" : "+", text_of(given));
    return names;
  }
};

/// Those that were named, and their labels.
/// @throws Error(usage) for names that are none, labels given twice, and where nothing conducts
std::vector<Carriers> resolve_carriers(Settings& s) {
  MaterialSettings alone;
  alone.phases = s.phases;
  alone.allow_absent = s.allow_absent;
  alone.default_insulating = true;
  alone.phase_option = "--ionic";
  alone.conductivity_option = "--electronic";
  Carriers ions{"ionic", alone}, electrons{"electronic", alone};
  ions.settings.phase = s.ionic;
  electrons.settings.conductivity = s.electronic;
  for (const auto& [label, value] : given_conductivities(ions.settings)) s.ionic_labels.push_back(label);
  for (const auto& [label, value] : given_conductivities(electrons.settings))
    if (value > 0) s.electronic_labels.push_back(label);
  if (!s.electronic.empty() && s.electronic_labels.empty())
    throw Error(ExitCode::usage, "nothing carries electrons", "--electronic", "every conductivity is 0",
                "give a conductivity above 0, or leave out --electronic");
  std::vector<Carriers> named;
  if (!s.ionic.empty()) named.push_back(ions);
  if (!s.electronic.empty()) named.push_back(electrons);
  return named;
}

/// @throws Error(usage) where there is no electrolyte for this run
void check_electrolyte(const Settings& s) {
  if (s.electrolyte.empty()) return;
  electrolyte_of(s);
  if (s.ionic.empty())
    throw Error(ExitCode::usage, "nothing said about what the electrolyte fills", "--electrolyte", "",
                "give --ionic and the phase");
}

/// What they are in the volume, before anything is computed of it.
/// @return warnings
std::vector<std::string> assign(const Volume& volume, std::vector<Carriers>& carriers) {
  std::vector<std::string> warnings;
  for (Carriers& those : carriers) {
    those.materials = assign_materials(volume, those.settings);
    append(warnings, those.materials.warnings);
  }
  return warnings;
}

/// Effective transport along the thickness of what carries ions or electrons.
void solve(const Settings& s, const StudyInput& evaluated_input, const Carriers& carriers,
           Evaluation& evaluation) {
  StudySettings settings = s;
  settings.axes = {s.thickness};
  if (carriers.what != "ionic") settings.electrolyte.clear();
  StudyInput in{evaluated_input.volume, carriers.materials, settings, evaluated_input.device};
  in.phases = s.phases;
  if (!settings.electrolyte.empty()) evaluation.add_quantities_of(study_named("electrolyte"));
  evaluation.run(study_named("effective_transport"), in, carriers.names(), carriers.what);
}

void run_studies(const Settings& s, const StudyInput& in, const std::vector<Carriers>& carriers,
                 RunReport& report, ProgressPrinter& printer) {
  Evaluation evaluation(s, in.volume, report, printer);
  for (const char* name : evaluated) evaluation.run(study_named(name), in);
  if (!s.ionic.empty() && !s.electronic.empty()) evaluation.run(study_named("accessible"), in);
  for (const Carriers& those : carriers) solve(s, in, those, evaluation);
}

}  // namespace

ExitCode run_evaluate(Settings s) {
  check(s);
  std::vector<Carriers> carriers = resolve_carriers(s);
  check_electrolyte(s);
  const auto start = Clock::now();
  std::string notice;
  const Device device = choose_device(s, notice);
  ReaderProcess reader(s);
  const io::VolumeDescription& description = reader.description();
  if (description.voxel_size)
    parse::check_voxel_size(*description.voxel_size, ExitCode::input_invalid, s.input);
  const bool solves = !s.ionic.empty() || !s.electronic.empty();
  check_fits(description.read_extent, solves ? bytes_per_voxel_to_solve : bytes_per_voxel);
  if (!s.phases.named.empty() && !description.voxel_size) refuse_without_voxel_size(s.input);
  const ReservedFolder folder = s.phases.named.empty() ? ReservedFolder{} : reserve_folder(s);

  ProgressPrinter printer(s.quiet ? "never" : s.progress);
  const Volume volume = reader.read([&](double fraction) { printer("reading", fraction, ""); });
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
  if (!s.electrolyte.empty()) report.notices.push_back(text_of_electrolyte(s));
  report.warnings = description.warnings;
  append(report.warnings, check_named_labels(volume, s));
  for (const std::string& warning : assign(volume, carriers))  // of labels, the same as above in part
    if (std::find(report.warnings.begin(), report.warnings.end(), warning) == report.warnings.end())
      report.warnings.push_back(warning);
  if (!s.quiet) print_text(text_of_volume(report));
  for (const std::string& said : report.notices)
    if (!s.quiet) print_note("notice: " + said + "\n");

  const auto studies_start = Clock::now();
  StudyInput in{volume, report.materials, s, device};
  in.phases = s.phases;
  run_studies(s, in, carriers, report, printer);
  report.seconds.emplace_back("solve", seconds_since(studies_start));
  report.seconds.emplace_back("write", 0);
  report.seconds.emplace_back("total", seconds_since(start));
  report.memory = {device.peak_bytes(), peak_resident_bytes(),
                   static_cast<double>(device.peak_bytes()) / static_cast<double>(volume.extent.voxels())};
  if (!s.quiet) print_text(text_of_warnings(report));
  if (!s.output.empty()) {
    write_folder(s, report);
    results_are_in_files();
    if (!s.quiet) print_text(fmt::format("written: {}\n", s.output));
  }
  const ExitCode code = exit_code(report.results);
  for (const Result& result : report.results)
    if (code != ExitCode::success &&
        (result.status == Status::not_converged || result.status == Status::failed)) {
      report_failure(status_name(result.status), code,
                     fmt::format("{}: {}", subject_of(result), result.reason.value_or("")));
      break;
    }
  return code;
}

}  // namespace tauvox
