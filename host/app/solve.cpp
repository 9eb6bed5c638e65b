// `tauvox solve`
#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/outputs.hpp"
#include "host/app/plan.hpp"
#include "host/app/progress.hpp"
#include "host/app/reader_process.hpp"
#include "host/app/study_file.hpp"
#include "host/settings/flow_axes.hpp"
#include "host/settings/named_labels.hpp"
#include "host/settings/parse.hpp"
#include "host/studies/absent_labels.hpp"
#include "host/studies/assign_materials.hpp"
#include "host/studies/electrolytes.hpp"
#include "host/studies/study_table.hpp"
#include "io/write.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A plane that shows the direction of transport.
Axis picture_normal(Axis flow) { return flow == Axis::y ? Axis::z : Axis::y; }

void write_field_of(const Settings& s, const Volume& volume, const Result& r, const std::vector<float>& u) {
  const Axis axis = r.axis.value_or(s.axes.front());
  if (!s.field.empty()) {
    io::FieldFile file;
    file.volume = &volume;
    file.concentration = u;
    file.axis = r.axis;
    file.phases = phases_text(s.phases);
    for (const char* name : {"effective_ratio", "tortuosity_factor"})
      if (const std::optional<double> value = r.value(name)) file.results.emplace_back(name, *value);
    file.results.emplace_back("converged", r.status == Status::converged ? 1 : 0);
    io::write_field(field_path(s, axis), file, s.overwrite);
  }
  if (!s.png.empty())
    io::write_concentration_png(concentration_picture_path(s, axis), volume, u, picture_normal(axis),
                                s.overwrite);
}

/// Where the GPU that --device auto found is too small, the CPU: its answer is as good.
void leave_small_gpu(Plan& plan, const Settings& s, Device& device, std::string& notice,
                     const std::function<Plan()>& plan_again) {
  if (s.device != "auto" || !device.is_cuda()) return;
  try {
    check_fits(plan, s, device);
  } catch (const Error& error) {
    notice = fmt::format("no GPU is used: {}", error.what());
    if (!s.quiet) print_note("notice: " + notice + "\n");
    device = cpu_device(s.threads);
    plan = plan_again();
  }
}

/// `tauvox solve --dry-run`: the estimate is printed whether the run fits or not.
ExitCode dry_run(const Plan& plan, const Settings& s, const Device& device) {
  std::string misfit;
  try {
    check_fits(plan, s, device);
  } catch (const Error& error) {
    misfit = error.what();
  }
  const std::int64_t available = host_bytes_for_a_run();
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
    j["fits"] = misfit.empty();
    print_report(j.dump(2) + "\n");
  } else {
    print_text(to_text(plan));
    if (misfit.empty())
      print_text(
          fmt::format("fits: {:.2f} GB of host memory are free\n", static_cast<double>(available) / 1e9));
  }
  if (misfit.empty()) return ExitCode::success;
  report_failure(Status::failed, ExitCode::resources, misfit);
  return ExitCode::resources;
}

/// Standard error says that there is no result, even where the report has gone to a file.
ExitCode report_outcome(const std::vector<Result>& results) {
  const ExitCode code = exit_code(results);
  if (code == ExitCode::success) return code;
  const Status status = code == ExitCode::not_converged ? Status::not_converged : Status::failed;
  std::string message;
  for (const Result& r : results)
    if (r.status == status)
      message += fmt::format("{}{}: {}", message.empty() ? "" : "; ", subject_of(r), r.reason.value_or(""));
  report_failure(status, code, message);
  return code;
}

/// @throws Error(usage) where the electrolyte is none for this run
void check_electrolyte(const Settings& s, const Study& study) {
  if (s.electrolyte.empty()) return;
  electrolyte_of(s);
  if (!study.needs_conductivity)
    throw Error(ExitCode::usage, "--electrolyte does not apply to this study", "--study " + study.name, "",
                "leave it out, or give --study effective_transport");
}

/// The row asked for. @throws Error(usage) when it cannot give what else is asked for
const Study& chosen_study(const Settings& s) {
  const Study& study = s.resolution_study ? with_resolution(study_named(s.study)) : study_named(s.study);
  if (!s.field.empty() && !study.gives_field)
    throw Error(ExitCode::usage, "this study gives no field", "--study " + study.name, "",
                "leave out --field, or choose another study");
  if (study.needs_conductivity && s.phase.empty() && s.conductivity.empty())
    throw Error(ExitCode::usage, "nothing said about what conducts", "", "",
                "give --phase LABEL, or --conductivity LABEL=VALUE,...; 'tauvox inspect " + s.input +
                    "' lists the labels");
  return study;
}

bool data_to_stdout(const Settings& s) { return s.json == "-" || s.csv == "-"; }

/// Prints each result when it is known. Where the study adds to results at its end, it is a headline first,
/// and the whole at the end.
class Announcer {
 public:
  Announcer(const Settings& s, const Study& study, const RunReport& report, ProgressPrinter& printer)
      : silent_(s.quiet && (!s.json.empty() || data_to_stdout(s))),
        preliminary_(!study.extends.empty()),
        print_(data_to_stdout(s) ? print_note : print_text),
        report_(report),
        printer_(printer) {}

  void say(const std::string& text) {
    if (silent_ || text.empty()) return;
    printer_.clear();
    print_(text);
  }
  void result(const Result& result) {
    say(preliminary_ ? text_of_headline(report_, result) : text_of_result(report_, result));
    if (!preliminary_) ++shown_;
  }
  void rest() {
    for (std::size_t i = shown_; i < report_.results.size(); ++i)
      say(text_of_result(report_, report_.results[i]));
    say(text_of_warnings(report_));
  }

 private:
  bool silent_, preliminary_;
  void (*print_)(const std::string&);
  const RunReport& report_;
  ProgressPrinter& printer_;
  std::size_t shown_ = 0;
};

void note_all(const Settings& s, const std::vector<std::string>& notices) {
  if (s.quiet) return;
  for (const std::string& notice : notices) print_note("notice: " + notice + "\n");
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Runs the study: results are announced and fields written as soon as they are known.
void run_study(const Study& study, const StudyInput& in, const Settings& s, RunReport& report,
               Announcer& announcer, ProgressPrinter& printer) {
  double writing = 0;
  FieldSink sink;
  if (s.wants_concentration() && study.gives_field)
    sink = [&](const Result& result, const std::vector<float>& concentration) {
      const auto start = Clock::now();
      printer.clear();
      write_field_of(s, in.volume, result, concentration);
      writing += seconds_since(start);
    };
  const auto start = Clock::now();
  Report found = study.run({in.volume, in.materials, s, in.device,
                            [&](Result result) {
                              add_electrolyte(result, s);
                              announcer.result(result);
                            },
                            in.deadline, in.phases},
                           sink, [&](const std::string& doing, double fraction, const std::string& remark) {
                             printer(doing, fraction, remark);
                           });
  double solving = seconds_since(start) - writing;
  for (const auto& [stage, seconds] : found.seconds) solving -= seconds;
  for (Result& result : found.results) add_electrolyte(result, s);
  report.results = std::move(found.results);
  note_all(s, found.notices);
  append(report.notices, found.notices);
  append(report.warnings, found.warnings);
  report.seconds.emplace_back("solve", solving);
  report.seconds.insert(report.seconds.end(), found.seconds.begin(), found.seconds.end());
  report.seconds.emplace_back("write", writing);
}

void write_outputs(const Settings& s, const RunReport& report) {
  if (!s.csv.empty() && s.csv != "-") io::write_text(s.csv, to_csv(report), s.overwrite);
  if (!settings_path(s).empty()) results_are_in_files();
  const std::string json = to_json(report, settings_json(s)).dump(2) + "\n";
  if (!s.json.empty() && s.json != "-") io::write_text(s.json, json, s.overwrite);
  if (const std::string path = settings_path(s); !path.empty())
    io::write_text(path, to_study_file(s, path), s.overwrite);
  if (data_to_stdout(s)) print_report(s.json == "-" ? json : to_csv(report));
}

}  // namespace

ExitCode run_solve(Settings s) {
  check(s);
  const Study& study = chosen_study(s);
  check_electrolyte(s, study);
  const auto start = Clock::now();
  std::string notice;
  Device device = choose_device(s, notice);
  if (!notice.empty()) note_all(s, {notice});
  ReaderProcess reader(s);
  const io::VolumeDescription& description = reader.description();
  if (description.voxel_size)
    parse::check_voxel_size(*description.voxel_size, ExitCode::input_invalid, s.input);
  if (description.voxel_ratio)
    parse::check_voxel_ratio(*description.voxel_ratio, ExitCode::input_invalid, s.input);
  const std::vector<std::string> axis_warnings = check_flow_axes(s, description);
  const ReservedOutputs reserved = reserve_outputs(s);
  note_all(s, reserved.notices);
  // What is needed whatever the labels are, before they are read; the whole need once they are known.
  const auto plan_least = [&] { return make_plan(description.read_extent, s, device, {}); };
  Plan least = plan_least();
  leave_small_gpu(least, s, device, notice, plan_least);
  if (s.dry_run && !fits(least, device)) return dry_run(least, s, device);
  check_fits(least, s, device);

  ProgressPrinter printer(s.quiet ? "never" : s.progress);
  RunReport report;
  const auto read_start = Clock::now();
  const Volume volume = reader.read([&](double fraction) { printer("reading", fraction, ""); });
  report.seconds.emplace_back("read", seconds_since(read_start));
  report.volume = &volume;
  if (study.needs_conductivity)
    report.materials = assign_materials(volume, s);
  else
    report.materials.warnings = check_named_labels(volume, s);
  report.phases = s.phases;
  report.materials.unit = s.unit;
  report.quantities = quantities_of_family(study);
  // What fits in any case is not counted first.
  Contents contents = Contents::most(study.needs_conductivity ? report.materials.volume_fraction : 1,
                                     report.materials.class_conductivity.size());
  contents.bytes_per_label = std::holds_alternative<LabelArray<std::uint16_t>>(volume.codes) ? 2 : 1;
  const auto plan_all = [&] { return make_plan(volume.extent, s, device, contents); };
  Plan plan = plan_all();
  if (s.dry_run || !fits(plan, device)) {
    contents = study.needs_conductivity ? count_contents(volume, report.materials, s)
                                        : count_contents_of_labels(volume, s);
    plan = plan_all();
  }
  printer.clear();
  leave_small_gpu(plan, s, device, notice, plan_all);
  if (s.dry_run) return dry_run(plan, s, device);
  check_fits(plan, s, device);
  for (const std::string& found : check_room(s, volume.extent, report.materials.volume_fraction))
    if (!s.quiet) print_note("notice: " + found + "\n");
  report.device = device.description();
  if (!notice.empty()) report.notices.push_back(notice);
  append(report.notices, reserved.notices);
  append(report.notices, volume.notices);
  note_all(s, volume.notices);
  append(report.warnings, description.warnings);
  append(report.warnings, axis_warnings);
  append(report.warnings, report.materials.warnings);

  Announcer announcer(s, study, report, printer);
  if (!s.electrolyte.empty()) report.notices.push_back(text_of_electrolyte(s));
  announcer.say(text_of_volume(report));
  StudyInput in{volume, report.materials, s, device};
  in.phases = s.phases;
  if (s.time_limit_seconds)
    in.deadline = start + std::chrono::duration_cast<Clock::duration>(
                              std::chrono::duration<double>(*s.time_limit_seconds));
  run_study(study, in, s, report, announcer, printer);
  printer.clear();
  if (!s.png.empty())
    io::write_label_png(structure_picture_path(s), volume, picture_normal(s.axes.front()), s.overwrite);
  report.seconds.emplace_back("total", seconds_since(start));
  report.memory = {device.peak_bytes(), peak_resident_bytes(),
                   static_cast<double>(device.peak_bytes()) / static_cast<double>(volume.extent.voxels())};
  announcer.rest();
  write_outputs(s, report);
  return report_outcome(report.results);
}
}  // namespace tauvox
