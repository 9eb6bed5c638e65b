// `tauvox solve`
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/forecast.hpp"
#include "host/app/interruption.hpp"
#include "host/app/log.hpp"
#include "host/app/outputs.hpp"
#include "host/app/plan.hpp"
#include "host/app/reactive.hpp"
#include "host/app/read_sample.hpp"
#include "host/app/stated_contents.hpp"
#include "host/app/statements.hpp"
#include "host/app/study_file.hpp"
#include "host/app/study_run.hpp"
#include "host/app/tables.hpp"
#include "host/app/unheeded.hpp"
#include "host/pages/field_picture.hpp"
#include "host/pages/look.hpp"
#include "host/report/append.hpp"
#include "host/report/json_text.hpp"
#include "host/settings/flow_axes.hpp"
#include "host/settings/grey_law.hpp"
#include "host/settings/named_labels.hpp"
#include "host/settings/parse.hpp"
#include "host/studies/absent_labels.hpp"
#include "host/studies/assign_materials.hpp"
#include "host/studies/electrolytes.hpp"
#include "host/studies/merged_classes.hpp"
#include "host/studies/prism.hpp"
#include "host/studies/study_table.hpp"
#include "io/input_file.hpp"
#include "io/write.hpp"
#include "kernels/base/clock.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

/// Where the GPU that --device auto found is too small, the CPU: its answer is as good.
void leave_small_gpu(Plan& plan, const Settings& s, Device& device, std::string& notice,
                     const std::function<Plan()>& plan_again) {
  if (s.device != "auto" || !device.is_cuda()) return;
  try {
    check_fits(plan, s, device);
  } catch (const Error& error) {
    notice = fmt::format("no GPU is used: {}", error.what());
    if (!s.quiet) print_notice(notice);
    device = cpu_device(s.threads);
    plan = plan_again();
  }
}

/// `tauvox solve --dry-run`: the estimate is printed whether the run fits or not.
/// @param seconds where a calibration says so
ExitCode dry_run(const Plan& plan, const Settings& s, const Device& device,
                 const std::optional<Interval>& seconds) {
  std::string misfit;
  try {
    check_fits(plan, s, device);
  } catch (const Error& error) {
    misfit = error.what();
  }
  const std::int64_t available = host_bytes_for_a_run();
  const std::string slurm = slurm_options(plan.peak(false), seconds ? &*seconds : nullptr);
  const std::uint64_t on_disk = s.field.empty() ? 0 : most_bytes_of_outputs(s, plan.extent);
  if (s.json == "-") {
    nlohmann::ordered_json j;
    j["status"] = "dry_run";
    j["shape"] = plan.extent.zyx();
    j["device"] = device.description();
    for (const PlannedBuffer& b : plan.buffers)
      j["buffers"].push_back({{"name", b.name}, {"bytes", b.bytes}});
    j["host_peak_bytes"] = plan.peak(false);
    j["device_peak_bytes"] = plan.peak(true);
    j["buffer_peak_bytes"] = plan.peak_of_buffers();
    j["host_available_bytes"] = available;
    if (on_disk > 0) j["outputs_most_bytes"] = on_disk;
    j["fits"] = misfit.empty();
    if (seconds) j["seconds"] = {seconds->least, seconds->most};
    j["slurm"] = slurm;
    print_report(json_text(j, 2) + "\n");
  } else {
    print_text(to_text(plan));
    if (on_disk > 0)
      print_text(fmt::format("outputs: up to {:.4g} MB on disk\n", static_cast<double>(on_disk) / 1e6));
    if (seconds)
      print_line(
          fmt::format("time: {:.3g} to {:.3g} s, by {}", seconds->least, seconds->most, s.calibration));
    print_text(fmt::format("slurm: {}\n", slurm));
    if (misfit.empty())
      print_text(
          fmt::format("fits: {:.2f} GB of host memory are free\n", static_cast<double>(available) / 1e9));
  }
  if (misfit.empty()) return ExitCode::success;
  report_failure("failed", ExitCode::resources, misfit);
  return ExitCode::resources;
}

/// Standard error says that there is no result, even where the report has gone to a file.
/// @param kept reports of an earlier run, which stay
ExitCode report_outcome(const RunReport& report, Checkpoint& checkpoint,
                        const std::optional<Deadline>& deadline, const std::vector<std::string>& kept) {
  const ExitCode code = exit_code(report);
  if (code == ExitCode::success) return code;
  if (code == ExitCode::interrupted) {
    const bool over = deadline && report.unfinished->why == deadline->text();
    report_failure(
        "interrupted", code,
        fmt::format("ended by {} before {} was done; {}{}", report.unfinished->why,
                    fmt::join(report.unfinished->not_done, ", "),
                    kept.empty()
                        ? ""
                        : fmt::format("of an earlier run and left as it is: {}; ", fmt::join(kept, ", ")),
                    checkpoint.how_to_go_on("what is finished is", "--json FILE or --checkpoint FILE",
                                            over ? deadline : std::nullopt)));
    return code;
  }
  const Status status = code == ExitCode::not_converged ? Status::not_converged : Status::failed;
  std::string message;
  for (const Result& r : report.results)
    if (r.status == status)
      message += fmt::format("{}{}: {}", message.empty() ? "" : "; ", subject_of(r), r.reason.value_or(""));
  report_failure(status_name(status), code, message);
  return code;
}

/// What the shape of the volume makes of the numbers, before they are computed: warnings.
/// @throws as check_flow_axes and check_thickness
std::vector<std::string> check_axes(const Study& study, const Settings& s,
                                    const io::VolumeDescription& description) {
  if (study.takes_all_axes) return {};
  if (study.needs_conductivity) return check_flow_axes(s, description);
  return heeds_thickness(study) ? check_thickness(s, description) : warnings_of_single_layers(description);
}

/// @throws Error(usage) where the electrolyte is none for this run
void check_electrolyte(const Settings& s, const Study& study) {
  if (s.electrolyte.empty()) return;
  electrolyte_of(s);
  if (!study.needs_conductivity || study.takes_all_axes)
    throw Error(ExitCode::usage, "--electrolyte does not apply to this study", "--study " + study.name, "",
                "leave it out, or give --study effective_transport");
}

/// @throws Error(usage) where the study does not know of pores in voxels
void check_porous_phases(const Settings& s, const Study& study) {
  if (s.phase_porosity.empty()) {
    if (study.name == "porous_phases")
      throw Error(ExitCode::usage, "nothing said about porous phases", "--study porous_phases", "",
                  "give --phase-porosity PHASE=POROSITY, such as binder=0.47");
    return;
  }
  if (!study.gives_field && study.name != "transient")
    throw Error(ExitCode::usage, "--phase-porosity does not apply to this study", "--study " + study.name, "",
                "leave it out, or give --study effective_transport");
}

/// The row asked for. @throws Error(usage) when it cannot give what else is asked for
const Study& chosen_study(const Settings& s) {
  const Study& study = s.resolution_study ? with_resolution(study_named(s.study)) : study_named(s.study);
  if ((!s.field.empty() || s.flux) && !study.gives_field && !study.gives_frames)
    throw Error(ExitCode::usage, "this study gives no field", "--study " + study.name, "",
                fmt::format("leave out {}, or choose another study", s.field.empty() ? "--flux" : "--field"));
  if (s.flux && s.field.empty() && s.kept.field.empty() && study.gives_frames)
    throw Error(ExitCode::usage, "pictures of this study show no field", "--flux", "--study " + study.name,
                "give --field NAME.pvd for vectors of the flux, or leave it out");
  if (study.needs_conductivity && s.phase.empty() && s.conductivity.empty() && !s.is_grey())
    throw Error(ExitCode::usage, "nothing said about what conducts", "", "",
                "give --phase LABEL, or --conductivity LABEL=VALUE,...; 'tauvox inspect " + s.input +
                    "' lists the labels");
  const std::vector<std::string> by_grey{"effective_transport", "tensor", "electrode", "transient"};
  if (s.is_grey() && std::find(by_grey.begin(), by_grey.end(), study.name) == by_grey.end())
    throw Error(ExitCode::usage, "conductivities by grey values do not apply to this study",
                s.resolution_study ? "--resolution-study" : "--study " + study.name, "",
                fmt::format("give --study {}; for others make labels of grey values (--threshold)",
                            fmt::join(by_grey, ", ")));
  return study;
}

/// What a study that takes all axes at once would not heed is refused.
void take_all_axes(Settings& s, const Study& study) {
  if (s.axes_named || s.periodic_sides)
    throw Error(ExitCode::usage,
                fmt::format("{} does not apply to this study", s.axes_named ? "--axis" : "--periodic-sides"),
                "--study " + study.name, "it takes all axes at once, and joins all opposite sides",
                "leave it out");
  s.axes.assign(all_axes.begin(), all_axes.end());
}

/// Reports that lie where those of this run go, and are of no run that it continues: they stay until it is
/// finished.
std::vector<std::string> earlier_reports(const Settings& s, const Checkpoint& checkpoint) {
  std::vector<std::string> earlier;
  for (const std::string& path : report_paths(s))
    if (std::error_code failed; std::filesystem::exists(path, failed) && !checkpoint.owns(path))
      earlier.push_back(path);
  return earlier;
}

/// @param s as the user gave them   @param overwrite also what this run wrote before it was continued
void write_reports(const Settings& s, const RunReport& report, const std::string& json,
                   const std::string& csv, bool overwrite) {
  if (!s.csv.empty() && s.csv != "-") io::write_text(s.csv, csv, overwrite);
  const std::map<std::string, std::string> words = words_of_phases(s.phases);
  for (const Curve& curve : report.curves)
    if (!s.csv.empty() && s.csv != "-")
      io::write_text(curve_path(s, table_name(curve, words)), to_csv(curve), overwrite);
  if (!settings_path(s).empty()) results_are_in_files();
  if (!s.json.empty() && s.json != "-") io::write_text(s.json, json, overwrite);
  if (const std::string path = settings_path(s); !path.empty())
    io::write_text(path, to_study_file(s, path) + contents_table(*report.volume, s), overwrite);
}

}  // namespace

ExitCode run_solve(Settings s) {
  check(s);
  if (!s.conductivity_table.empty())
    s.grey_table = grey_table_from(io::read_text(s.conductivity_table), s.conductivity_table);
  const Study& study = chosen_study(s);
  refuse_unheeded(s, study);
  check_electrolyte(s, study);
  check_porous_phases(s, study);
  if (study.takes_all_axes) take_all_axes(s, study);
  std::optional<Calibration> calibration;
  if (!s.calibration.empty()) calibration = Calibration::from(s.calibration);
  const auto start = Clock::now();
  std::string notice;
  Device device = choose_device(s, notice);
  if (!s.dry_run && !s.quiet) print_log_head("solve", device.description());
  if (!notice.empty()) note_all(s, {notice});
  ReaderProcess reader(s);
  const io::VolumeDescription description = description_of_sample(reader, s);
  take_statements(description, s);
  resolve_reactive(s, study);
  if (description.voxel_size)
    parse::check_voxel_size(*description.voxel_size, ExitCode::input_invalid, s.input);
  if (description.voxel_ratio)
    parse::check_voxel_ratio(*description.voxel_ratio, ExitCode::input_invalid, s.input);
  const std::vector<std::string> axis_warnings = check_axes(study, s, description);
  if (!s.dry_run) listen_to_signals();
  Checkpoint::check_name(s, output_paths(s), other_files_of(reader, s));
  Checkpoint checkpoint = s.dry_run ? Checkpoint() : Checkpoint(Checkpoint::path_of(s));
  const ReservedOutputs reserved = reserve_outputs(
      s, other_files_of(reader, s), [&](const std::string& path) { return checkpoint.owns(path); });
  checkpoint.hold();
  note_all(s, reserved.notices);
  // What is needed whatever the labels are, before they are read; the whole need once they are known.
  const auto plan_least = [&] { return make_plan(description.read_extent, s, device, {}); };
  Plan least = plan_least();
  leave_small_gpu(least, s, device, notice, plan_least);
  if (s.dry_run && !fits(least, device)) return dry_run(least, s, device, {});
  check_fits(least, s, device);

  ProgressPrinter printer(s.quiet ? "never" : s.progress);
  RunReport report;
  const auto read_start = Clock::now();
  const Volume volume = read_sample(
      reader, s, [&](double fraction) { printer("reading", fraction, ""); },
      s.is_grey() ? io::Read::grey_values : io::Read::labels);
  report.seconds.emplace_back("read", seconds_since(read_start));
  if (study.needs_box && volume.outside)
    throw Error(ExitCode::input_invalid, "the study takes a box alone", "--study " + study.name,
                "some voxels are outside of the sample", "cut a box out of it by --crop");
  report.volume = &volume;
  check_reactive_have_names(s, volume);
  if (study.needs_conductivity) report.materials = assign_materials(volume, s);
  if (study.name == "electrode" && s.is_grey()) {
    const std::vector<std::string> taken = take_reactive_grey_values(s, volume, report.materials);
    append(report.notices, taken);
    note_all(s, taken);
  }
  if (study.gives_field) check_prism(volume, s.axes);  // after: a label both outside and named is said first
  if (!study.needs_conductivity) report.materials.warnings = check_named_labels(volume, s);
  report.phases = s.phases;
  report.history = s.history;
  report.materials.unit = s.unit;
  report.quantities = quantities_of_family(study);
  // What fits in any case is not counted first.
  Contents contents = Contents::most(study.needs_conductivity ? report.materials.volume_fraction : 1,
                                     report.materials.class_conductivity.size());
  const auto plan_all = [&] {
    contents.take_labels(volume);
    contents.share_classes = spread_of_classes(report.materials) > 0;
    return make_plan(volume.extent, s, device, contents);
  };
  Plan plan = plan_all();
  if (s.dry_run || !fits(plan, device)) {
    if (study.name == "electrode" || study.name == "transient")  // what is joined is not counted: at most all
      contents =
          Contents::typical(report.materials.volume_fraction, report.materials.class_conductivity.size());
    else
      contents = study.needs_conductivity ? count_contents(volume, report.materials, s)
                                          : count_contents_of_labels(volume, s);
    plan = plan_all();
  }
  printer.clear();
  leave_small_gpu(plan, s, device, notice, plan_all);
  const auto room = [&] {
    return check_room(s, volume.extent, report.materials.volume_fraction,
                      [&](const std::string& path) { return checkpoint.owns(path); });
  };
  if (s.dry_run) {
    std::optional<Interval> seconds;
    if (calibration)
      seconds = forecast(*calibration, plan, s, device,
                         report.materials.volume_fraction * static_cast<double>(volume.voxels_of_sample()) /
                             static_cast<double>(volume.extent.voxels()),
                         report.seconds.front().second);
    note_all(s, volume.notices);
    const ExitCode code = dry_run(plan, s, device, seconds);
    if (code == ExitCode::success) note_all(s, room());
    return code;
  }
  check_fits(plan, s, device);
  note_all(s, room());
  report.device = device.description();
  if (!notice.empty()) report.notices.push_back(notice);
  const std::vector<std::string> without_effect = unheeded(s, study);
  append(report.notices, without_effect);
  note_all(s, without_effect);
  append(report.notices, reserved.notices);
  append(report.notices, volume.notices);
  const std::vector<std::string> cuts = pages::notices_of_cuts(s.slice_at, volume);
  append(report.notices, cuts);
  note_all(s, volume.notices);
  note_all(s, cuts);
  if (study.needs_conductivity && s.conductivity.empty() && !s.is_grey() && !property_of(s.unit).si.empty())
    report.warnings.push_back(fmt::format(
        "--phase conducts with 1, and --unit makes that 1 {0}: give --conductivity LABEL=VALUE in {0}",
        s.unit));
  if (s.unit != Settings().unit && property_of(s.unit).si.empty())
    report.warnings.push_back(
        fmt::format("the unit '{}' is not known as one of a diffusivity or a conductivity: numbers are as "
                    "they were given, "
                    "are called a diffusivity, and none is in SI units; known are such as S/m, mS/cm, 1/(ohm "
                    "m), m2/s and W/(m K)",
                    s.unit));
  append(report.warnings, volume.warnings);
  append(report.warnings, axis_warnings);
  append(report.warnings, changed_contents(volume, s));
  append(report.warnings, report.materials.warnings);

  const std::vector<std::string> earlier = earlier_reports(s, checkpoint);
  std::vector<std::string> own = output_paths(s);
  std::erase_if(own, [&](const std::string& path) {
    return std::find(earlier.begin(), earlier.end(), path) != earlier.end();
  });
  const std::vector<std::string> continued = checkpoint.continue_with(volume, s, own);
  note_all(s, continued);
  append(report.notices, continued);
  const Settings given = s;
  s.overwrite = s.overwrite || checkpoint.continues();  // what is not its own was refused

  Announcer announcer(s, study, report, printer);
  if (!s.electrolyte.empty()) report.notices.push_back(text_of_electrolyte(s, report.materials));
  announcer.say(text_of_volume(report));
  StudyInput in{volume, report.materials, s, device};
  in.phases = s.phases;
  const std::optional<Deadline> deadline = deadline_of(start, s.time_limit_seconds);
  if (deadline) in.deadline = deadline->at;  // the axis at work gives its best so far
  bool keeps_earlier = false;
  try {
    run_study(study, in, s, report, announcer, printer, checkpoint, deadline);
    printer.clear();
    keeps_earlier = report.unfinished && !earlier.empty();
    if (report.unfinished)  // now: should no output be written either, nothing else says it
      if (const auto failed = checkpoint.keep_all())
        announcer.say(fmt::format("warning: {}\n", one_line(*failed)));
    if (const auto failed = checkpoint.announce_outputs()) report.warnings.push_back(*failed);
    if (!s.png.empty() && !keeps_earlier) write_structure_picture(s, report);
    if (!s.png.empty() && !keeps_earlier) write_curve_pictures(s, report);
    report.seconds.emplace_back("total", seconds_since(start));
    report.memory = {device.peak_bytes(), peak_resident_bytes(),
                     static_cast<double>(device.peak_bytes()) / static_cast<double>(volume.extent.voxels())};
    announcer.rest();
    const std::string json = json_text(report_json(report, settings_json(given)), 2) + "\n",
                      csv = to_csv(report);
    if (!keeps_earlier) write_reports(given, report, json, csv, s.overwrite);
    if (data_to_stdout(s)) print_report(s.json == "-" ? json : csv);
  } catch (const io::OutputExists& other) {
    checkpoint.disown(other.path());
    throw;
  }
  if (!report.unfinished) checkpoint.remove();
  return report_outcome(report, checkpoint, deadline, keeps_earlier ? earlier : std::vector<std::string>());
}
}  // namespace tauvox
