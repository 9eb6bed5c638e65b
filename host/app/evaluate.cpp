// `tauvox evaluate`: the geometry of an electrode, study by study, into a folder.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/evaluate_folder.hpp"
#include "host/app/evaluate_plan.hpp"
#include "host/app/evaluation.hpp"
#include "host/app/interruption.hpp"
#include "host/app/limits.hpp"
#include "host/app/log.hpp"
#include "host/app/plan.hpp"
#include "host/app/read_sample.hpp"
#include "host/app/stated_contents.hpp"
#include "host/app/statements.hpp"
#include "host/app/study_run.hpp"
#include "host/app/unheeded.hpp"
#include "host/pages/look.hpp"
#include "host/report/append.hpp"
#include "host/report/grey_histogram.hpp"
#include "host/settings/flow_axes.hpp"
#include "host/settings/named_labels.hpp"
#include "host/settings/parse.hpp"
#include "host/studies/absent_labels.hpp"
#include "host/studies/assign_materials.hpp"
#include "host/studies/electrolytes.hpp"
#include "host/studies/phase_sets.hpp"
#include "host/studies/prism.hpp"
#include "host/studies/study_table.hpp"
#include "kernels/base/clock.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

/// In this order. Octants say nothing of what depends on where the ends are, and of particles they cut some.
constexpr std::pair<const char*, Parts> evaluated[] = {
    {"fractions", Parts::octants},  {"percolation", Parts::none},     {"connectivity", Parts::none},
    {"interfaces", Parts::octants}, {"triple_lines", Parts::octants}, {"sizes", Parts::none},
    {"particles", Parts::none},     {"chords", Parts::octants},       {"geodesic", Parts::none}};

/// Labels, bits, squared distances, and local thickness of one phase at a time; a solve needs more.
constexpr std::int64_t bytes_per_voxel = 12, bytes_per_voxel_to_solve = 24;
/// Concentration or diameters, and what a .vti file is made of.
constexpr std::int64_t bytes_per_voxel_of_fields = 16;

/// What was said of the input, as on a command line.
std::string input_options(const Settings& s) {
  std::string options;
  for (const Setting<Settings>& row : describe()) {
    const Value value = row.value(s);
    if (row.group != "Input" || row.positional || value.is_null() || value == row.standard) continue;
    options += row.kind == Kind::flag ? fmt::format(" --{}", row.name)
                                      : fmt::format(" --{} {}", row.name, text_of(row, value));
  }
  return options;
}

/// The labels there are, and the line to complete.
[[noreturn]] void ask_for_phases(const Settings& s, const Volume& volume) {
  if (volume.grey) {
    print_text(fmt::format("{}  {}\n{}", volume.path, to_string(volume.extent), text_of_grey(volume)));
    throw Error(ExitCode::usage, "no phase has a name", s.input, "its values look like those of a grey image",
                "--threshold makes labels of them, such as --threshold otsu3; --phases names those");
  }
  std::string text = fmt::format("{}  {}\n  {:>8} {:>14} {:>10}\n", volume.path, to_string(volume.extent),
                                 "label", "voxels", "fraction");
  std::vector<std::string> names;
  for (const Label& label : volume.labels) {
    text += fmt::format("  {:>8} {:>14} {:>10.6f}\n", label.value, label.voxels, volume.fraction(label));
    names.push_back(fmt::format("NAME={}", label.value));
  }
  print_text(text + text_of_outside(volume));
  throw Error(ExitCode::usage, "no phase has a name", s.input, "what the labels mean is not guessed",
              fmt::format("complete: tauvox evaluate {}{} --phases {}{}{}", s.input, input_options(s),
                          fmt::join(names, ","), volume.voxel_size ? "" : " --voxel-size EDGE",
                          s.output.empty() ? "" : fmt::format(" -o {}", s.output)));
}

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
    for (const auto& [given, porosity] : settings.phase_porosity)
      names += fmt::format("{}{}", names.empty() ? "" : "+", text_of(given));
    return names;
  }
};

/// Those that were named, and their labels.
/// @throws Error(usage) for names that are none, labels given twice, and where nothing conducts
std::vector<Carriers> resolve_carriers(Settings& s) {
  MaterialSettings alone;
  alone.phases = s.phases;
  alone.phases_are_stated = s.phases_are_stated;
  alone.allow_absent = s.allow_absent;
  alone.default_insulating = true;
  alone.phase_option = "--ionic";
  alone.conductivity_option = "--electronic";
  Carriers ions{"ionic", alone}, electrons{"electronic", alone};
  ions.settings.phase = s.ionic;
  ions.settings.phase_porosity = s.phase_porosity;
  ions.settings.bruggeman = s.bruggeman;
  electrons.settings.conductivity = s.electronic;
  for (const auto& [label, value] : given_conductivities(ions.settings)) s.ionic_labels.push_back(label);
  for (const auto& [label, value] : given_conductivities(electrons.settings))
    if (value > 0) s.electronic_labels.push_back(label);
  if (!s.electronic.empty() && s.electronic_labels.empty())
    throw Error(ExitCode::usage, "nothing carries electrons", "--electronic", "every conductivity is 0",
                "give a conductivity above 0, or leave out --electronic");
  if (s.ionic.empty() && !s.phase_porosity.empty())
    throw Error(ExitCode::usage, "nothing said about what carries ions", "--phase-porosity", "",
                "give --ionic and the phase that is all liquid");
  std::vector<Carriers> named;
  if (!s.ionic.empty()) named.push_back(ions);
  if (!s.electronic.empty()) named.push_back(electrons);
  return named;
}

/// @throws Error(usage) where there is no electrolyte for this run
void check_electrolyte(const Settings& s) {
  check_has_electrolyte(s);
  if (s.electrolyte.empty()) return;
  electrolyte_of(s);
  if (s.ionic.empty())
    throw Error(ExitCode::usage, "nothing said about what the electrolyte fills", "--electrolyte", "",
                "give --ionic and the phase");
}

/// @throws Error(usage) for what transport would heed, where none is solved
void check_solves(const Settings& s) {
  const bool solves = !s.ionic.empty() || !s.electronic.empty();
  struct OfTransport {
    const char* option;
    bool given, heeded;
    const char* advice;
  };
  const OfTransport rows[] = {
      {"--rve", s.rve.has_value(), solves, "give --ionic or --electronic as well, or leave it out"},
      {"--segmentation-study", s.segmentation_study, solves,
       "give --ionic or --electronic as well, or leave it out"},
      {"--bruggeman", s.bruggeman != Settings().bruggeman, !s.phase_porosity.empty(),
       "give --phase-porosity PHASE=POROSITY as well, or leave it out"}};
  for (const OfTransport& row : rows)
    if (row.given && !row.heeded)
      throw Error(ExitCode::usage, "nothing in this run heeds it", row.option, "", row.advice);
}

/// Transport along the axes that D_eff has a meaning for, where the user named none.
std::vector<std::string> leave_out_changing_axes(const Volume& volume, bool solves, Settings& s) {
  if (!volume.outside || !solves) return {};
  if (!s.axes_named) {
    std::vector<Axis> defined;
    std::string left_out;
    for (const Axis axis : s.axes)
      if (is_prism(volume, axis))
        defined.push_back(axis);
      else
        left_out += std::string(left_out.empty() ? "" : ", ") + axis_name(axis);
    if (!defined.empty() && !left_out.empty()) {
      s.axes = defined;
      return {
          fmt::format("no transport along {}: the section of the sample changes on the way, and D_eff has no "
                      "meaning there",
                      left_out)};
    }
  }
  check_prism(volume, s.axes, "; without --ionic and --electronic the geometry alone is evaluated");
  return {};
}

/// What touches separator and collector is judged on the sides of the volume.
std::vector<std::string> warnings_of_sample(const Volume& volume, const Settings& s) {
  if (is_prism(volume, s.thickness)) return {};
  return {fmt::format(
      "the section of the sample changes along {}: of what ends at its surface and not at a side of the "
      "volume it is unknown whether it joins separator or collector",
      axis_name(s.thickness))};
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

/// Effective transport of what carries ions or electrons.
void solve(const Settings& s, const StudyInput& evaluated_input, const Carriers& carriers,
           Evaluation& evaluation) {
  StudySettings settings = s;
  if (carriers.what != "ionic") settings.electrolyte.clear();
  StudyInput in{evaluated_input.volume, carriers.materials, settings, evaluated_input.device};
  in.phases = s.phases;
  evaluation.run_transport(in, carriers.names(), carriers.what);
}

/// Names of all that a run with these settings computes.
std::vector<std::string> studies_of(const Settings& s) {
  std::vector<std::string> names;
  for (const auto& [name, parts] : evaluated) names.emplace_back(name);
  if (!s.ionic.empty() && !s.electronic.empty()) names.emplace_back("accessible");
  if (s.ionic.empty() && s.electronic.empty()) return names;
  names.insert(names.end(), {"effective_transport", "resolution"});
  if (!s.electrolyte.empty()) names.emplace_back("electrolyte");
  if (!s.phase_porosity.empty()) names.emplace_back("porous_phases");
  if (s.rve) names.emplace_back("rve");
  return names;
}

/// What the settings say of limits, before anything is computed; none where there are none.
Limits limits_of(const Settings& s, const std::vector<Carriers>& carriers) {
  if (s.limits.empty()) return {};
  Limitable of;
  of.phases = s.phases;
  for (const Carriers& those : carriers) {
    of.carriers.push_back(those.names());
    of.carried.emplace_back(those.what == "ionic" ? carrier_ions : carrier_electrons);
  }
  for (const LabelOrName& given : s.ionic)
    for (const std::int64_t label : labels_of(given, s.phases, "--ionic")) of.ionic.push_back(label);
  of.studies = studies_of(s);
  of.axes = s.axes;
  of.thickness = s.thickness;
  return read_limits(s.limits, of);
}

void judge_by(const Limits& limits, const Settings& s, RunReport& report) {
  report.judgements = judge(limits, report.results, report.quantities, s.unit, s.thickness);
  report.guarded = limits.guarded;
  report.verdict = worst(report.judgements);
  if (!s.quiet) print_text(text_of_verdict(report.judgements, limits.guarded));
}

void run_studies(const Settings& s, const StudyInput& in, const std::vector<Carriers>& carriers,
                 RunReport& report, ProgressPrinter& printer, Checkpoint& checkpoint,
                 const std::optional<Deadline>& deadline) {
  Evaluation evaluation(s, in.volume, report, printer, checkpoint, deadline);
  for (const auto& [name, parts] : evaluated) evaluation.run(study_named(name), in, parts);
  if (!s.ionic.empty() && !s.electronic.empty()) evaluation.run(study_named("accessible"), in, Parts::none);
  for (const Carriers& those : carriers) solve(s, in, those, evaluation);
}

/// Should it be killed meanwhile, the same command may replace what it has written.
void write_as_own(const Settings& s, RunReport& report, Checkpoint& checkpoint) {
  const bool replaces = s.overwrite || checkpoint.continues();  // what is not its own was refused
  if (const auto failed = checkpoint.announce_outputs()) report.warnings.push_back(*failed);
  try {
    write_folder(s, report, replaces);
  } catch (const io::OutputExists& other) {
    checkpoint.disown(other.path());
    throw;
  }
}

}  // namespace

ExitCode run_evaluate(Settings s) {
  check(s);
  if (s.rve && (s.read.outside || !s.mask.empty()))
    throw Error(ExitCode::usage, "--rve has no meaning for a sample that is no box", "--outside, --mask",
                "its parts would differ in shape", "cut a box out of it by --crop");
  if (s.fields && s.output.empty() && s.kept.output.empty())
    throw Error(ExitCode::usage, "the fields go nowhere", "--fields", "", "give -o FOLDER");
  if (!s.axes_named) s.axes.assign(all_axes.begin(), all_axes.end());
  check_electrolyte(s);
  check_solves(s);
  const auto start = Clock::now();
  std::string notice;
  const Device device = choose_device(s, notice);
  if (!s.quiet && !s.dry_run) print_log_head("evaluate", device.description());
  ReaderProcess reader(s);
  const io::VolumeDescription description = description_of_sample(reader, s);
  take_statements(description, s);
  const std::vector<std::string> of_layers = check_evaluated_axes(s, description);
  std::vector<Carriers> carriers = resolve_carriers(s);
  const Limits limits = limits_of(s, carriers);
  if (description.voxel_size)
    parse::check_voxel_size(*description.voxel_size, ExitCode::input_invalid, s.input);
  const bool solves = !s.ionic.empty() || !s.electronic.empty();
  check_fits(description.read_extent, (solves ? bytes_per_voxel_to_solve : bytes_per_voxel) +
                                          (s.fields ? bytes_per_voxel_of_fields : 0));
  if (!s.phases.named.empty() && !description.voxel_size) refuse_without_voxel_size(s.input);
  std::optional<ReservedFolder> reserved;  // empty folders go behind the checkpoint in them
  const bool writes = !s.phases.named.empty() && !s.dry_run;
  Checkpoint::check_name(s, files_of_folder(s), other_files_of(reader, s));
  Checkpoint checkpoint(writes ? Checkpoint::path_of(s) : "");
  const auto is_own = [&](const std::string& path) { return checkpoint.owns(path); };
  if (writes) reserved.emplace(reserve_folder(s, other_files_of(reader, s), is_own));
  checkpoint.hold();

  ProgressPrinter printer(s.quiet ? "never" : s.progress);
  listen_to_signals();
  const std::optional<Deadline> deadline = deadline_of(start, s.time_limit_seconds);
  end_by(deadline);
  const Volume volume = read_sample(reader, s, [&](double fraction) { printer("reading", fraction, ""); });
  printer.clear();
  if (s.phases.named.empty()) ask_for_phases(s, volume);
  const std::vector<std::string> left_out = leave_out_changing_axes(volume, solves, s);
  CarrierMaterials materials;
  for (const Carriers& those : carriers) materials[those.what] = &those.materials;
  if (s.dry_run) {
    (void)assign(volume, carriers);
    for (const auto& said : {volume.notices, left_out, unheeded_by_evaluate(s)}) note_all(s, said);
    return dry_run_of_evaluation(volume, bytes_of_evaluation(volume, materials, s, device), s, device,
                                 materials);
  }
  RunReport report;
  report.seconds.emplace_back("read", seconds_since(start));
  report.volume = &volume;
  report.materials.unit = s.unit;
  report.phases = s.phases;
  report.history = s.history;
  report.device = device.description();
  if (!notice.empty()) report.notices.push_back(notice);
  append(report.notices, reserved->notices);
  append(report.notices, volume.notices);
  append(report.notices, pages::notices_of_cuts(s.slice_at, volume));
  append(report.notices, left_out);
  report.notices.push_back(fmt::format("the thickness is axis {}, the separator at its {} end",
                                       axis_name(s.thickness), s.separator));
  append(report.notices, unheeded_by_evaluate(s));
  if (!limits.taken_as_si.empty())
    report.notices.push_back(fmt::format("limits without a unit: {}", fmt::join(limits.taken_as_si, "; ")));
  for (const auto& more : {volume.warnings, of_layers, warnings_of_sample(volume, s),
                           changed_contents(volume, s), check_named_labels(volume, s)})
    append(report.warnings, more);
  for (const std::string& warning : assign(volume, carriers))  // of labels, the same as above in part
    if (std::find(report.warnings.begin(), report.warnings.end(), warning) == report.warnings.end())
      report.warnings.push_back(warning);
  if (!s.electrolyte.empty())  // ions are the first carriers, without them it was refused
    report.notices.push_back(text_of_electrolyte(s, carriers.front().materials));
  append(report.notices, checkpoint.continue_with(volume, s, reserved->files));
  if (!s.quiet) print_text(text_of_volume(report));
  note_all(s, report.notices);
  note_all(s, check_room_of_folder(s, volume.extent, materials, is_own));

  const auto studies_start = Clock::now();
  StudyInput in{volume, report.materials, s, device};
  in.phases = s.phases;
  try {
    run_studies(s, in, carriers, report, printer, checkpoint, deadline);
  } catch (const Interrupted& asked) {
    printer.clear();
    report_failure(
        "interrupted", ExitCode::interrupted,
        fmt::format("ended by {}; {}", asked.what(),
                    checkpoint.how_to_go_on("finished studies are", "-o FOLDER or --checkpoint FILE",
                                            asked.by_limit_of_time ? deadline : std::nullopt)));
    return ExitCode::interrupted;
  }
  report.seconds.emplace_back("solve", seconds_since(studies_start));
  report.seconds.emplace_back("write", 0);
  if (checkpoint.seconds_before() > 0) report.seconds.emplace_back("before", checkpoint.seconds_before());
  report.seconds.emplace_back("total", checkpoint.seconds_before() + seconds_since(start));
  report.memory = {device.peak_bytes(), std::max(peak_resident_bytes(), checkpoint.peak_before()),
                   static_cast<double>(device.peak_bytes()) / static_cast<double>(volume.extent.voxels())};
  if (!s.quiet) print_text(text_of_warnings(report));
  judge_by(limits, s, report);
  if (!s.output.empty()) {
    const std::size_t known = report.notices.size();
    write_as_own(s, report, checkpoint);
    note_all(s, {report.notices.begin() + static_cast<std::ptrdiff_t>(known), report.notices.end()});
    results_are_in_files();
    if (!s.quiet) print_line("written: " + s.output);
  }
  checkpoint.remove();
  const ExitCode code = exit_code(report.results);
  const auto without = std::find_if(report.results.begin(), report.results.end(), [](const Result& result) {
    return result.status == Status::not_converged || result.status == Status::failed;
  });
  if (code != ExitCode::success && without != report.results.end())
    report_failure(status_name(without->status), code,
                   fmt::format("{}: {}", subject_of(*without), without->reason.value_or("")));
  return exit_code(report);
}

}  // namespace tauvox
