// `tauvox solve`
#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/outputs.hpp"
#include "host/app/plan.hpp"
#include "host/app/progress.hpp"
#include "host/settings/flow_axes.hpp"
#include "host/studies/resolution_study.hpp"
#include "host/studies/study.hpp"
#include "io/write.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A plane that shows the direction of transport.
Axis picture_normal(Axis flow) { return flow == Axis::y ? Axis::z : Axis::y; }

void write_field_of(const Settings& s, const Volume& volume, const AxisResult& r,
                    const std::vector<float>& u) {
  if (!s.field.empty()) {
    io::FieldFile file;
    file.volume = &volume;
    file.concentration = u;
    file.axis = r.axis;
    if (r.ratio) file.results.emplace_back("effective_ratio", *r.ratio);
    if (r.tortuosity_factor()) file.results.emplace_back("tortuosity_factor", *r.tortuosity_factor());
    file.results.emplace_back("converged", r.status == Status::converged ? 1 : 0);
    io::write_field(field_path(s, r.axis), file, s.overwrite);
  }
  if (!s.png.empty())
    io::write_concentration_png(concentration_picture_path(s, r.axis), volume, u, picture_normal(r.axis),
                                s.overwrite);
}

bool fits(const Plan& plan, const Settings& s, const Device& device) {
  try {
    check_fits(plan, s, device);
  } catch (const Error&) {
    return false;
  }
  return true;
}

/// Where the GPU that --device auto found is too small, the CPU: its answer is as good.
void leave_small_gpu(Plan& plan, const Settings& s, Device& device, std::string& notice,
                     const std::function<Plan()>& plan_again) {
  if (s.device != "auto" || !device.is_cuda()) return;
  try {
    check_fits(plan, s, device);
  } catch (const Error& error) {
    notice = fmt::format("no GPU is used: {}", error.what());
    print_note("notice: " + notice + "\n");
    device = Device::cpu(s.threads);
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
  const std::int64_t available = host_memory().available;
  if (s.json == "-") {
    nlohmann::ordered_json j;
    j["status"] = "dry_run";
    j["shape"] = plan.extent.zyx();
    j["device"] = device.description();
    for (const PlannedBuffer& b : plan.buffers)
      j["buffers"].push_back({{"name", b.name}, {"bytes", b.bytes}});
    j["host_peak_bytes"] = plan.peak(false);
    j["device_peak_bytes"] = plan.peak(true);
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
ExitCode report_outcome(const std::vector<AxisResult>& results) {
  const ExitCode code = exit_code(results);
  if (code == ExitCode::success) return code;
  const Status status = code == ExitCode::not_converged ? Status::not_converged : Status::failed;
  std::string message;
  for (const AxisResult& r : results)
    if (r.status == status)
      message += fmt::format("{}axis {}: {}", message.empty() ? "" : "; ", axis_name(r.axis), r.reason);
  report_failure(status, code, message);
  return code;
}

}  // namespace

ExitCode run_solve(Settings s) {
  check(s);
  const auto start = Clock::now();
  std::string notice;
  Device device = choose_device(s, notice);
  if (!notice.empty()) print_note("notice: " + notice + "\n");
  const io::VolumeDescription description = io::describe_volume(s.input, s.read);
  const std::vector<std::string> axis_warnings = check_flow_axes(s, description);
  const ReservedOutputs reserved = reserve_outputs(s);
  for (const std::string& found : reserved.notices)
    if (!s.quiet) print_note("notice: " + found + "\n");
  // What is needed whatever the labels are, before they are read; the whole need once they are known.
  const auto plan_least = [&] { return make_plan(description.read_extent, s, device, {}); };
  Plan least = plan_least();
  leave_small_gpu(least, s, device, notice, plan_least);
  if (s.dry_run && !fits(least, s, device)) return dry_run(least, s, device);
  check_fits(least, s, device);

  ProgressPrinter printer(s.quiet ? "never" : s.progress);
  const auto progress = [&](const std::string& doing, double fraction, const std::string& remark) {
    printer(doing, fraction, remark);
  };
  RunReport report;
  const auto read_start = Clock::now();
  const Volume volume =
      io::read_volume(s.input, s.read, [&](double fraction) { printer("reading", fraction, ""); });
  report.seconds.emplace_back("read", seconds_since(read_start));
  report.volume = &volume;
  report.materials = assign_materials(volume, s);
  const auto plan_all = [&] {
    return make_plan(volume.extent, s, device,
                     {report.materials.volume_fraction, report.materials.class_conductivity.size(),
                      std::holds_alternative<std::vector<std::uint16_t>>(volume.codes) ? 2 : 1});
  };
  Plan plan = plan_all();
  printer.clear();
  leave_small_gpu(plan, s, device, notice, plan_all);
  if (s.dry_run) return dry_run(plan, s, device);
  check_fits(plan, s, device);
  for (const std::string& found : check_room(s, volume.extent, report.materials.volume_fraction))
    if (!s.quiet) print_note("notice: " + found + "\n");
  report.device = device.description();
  if (!notice.empty()) report.warnings.push_back(notice);
  report.warnings.insert(report.warnings.end(), volume.notices.begin(), volume.notices.end());
  report.warnings.insert(report.warnings.end(), axis_warnings.begin(), axis_warnings.end());
  report.warnings.insert(report.warnings.end(), report.materials.warnings.begin(),
                         report.materials.warnings.end());

  double writing = 0;
  FieldSink sink;
  if (s.wants_concentration())
    sink = [&](const AxisResult& result, const std::vector<float>& concentration) {
      const auto write_start = Clock::now();
      printer.clear();
      write_field_of(s, volume, result, concentration);
      writing += seconds_since(write_start);
    };
  const auto solve_start = Clock::now();
  const auto study =
      std::find_if(studies().begin(), studies().end(), [&](const Study& x) { return x.name == s.study; });
  report.results = study->run({volume, report.materials, s, device}, sink, progress);
  report.seconds.emplace_back("solve", seconds_since(solve_start) - writing);
  if (s.resolution_study) {
    const auto resolution_start = Clock::now();
    for (const std::string& warning :
         study_resolution(*study, {volume, report.materials, s, device}, report.results, progress))
      report.warnings.push_back(warning);
    report.seconds.emplace_back("resolution", seconds_since(resolution_start));
  }
  printer.clear();
  if (!s.png.empty())
    io::write_label_png(structure_picture_path(s), volume, picture_normal(s.axes.front()), s.overwrite);
  report.seconds.emplace_back("write", writing);
  report.seconds.emplace_back("total", seconds_since(start));
  report.memory = {device.peak_bytes(), peak_resident_bytes(),
                   static_cast<double>(device.peak_bytes()) / static_cast<double>(volume.extent.voxels())};
  report.settings = s;

  if (!s.csv.empty()) io::write_text(s.csv, to_csv(report), s.overwrite);
  const std::string json = to_json(report).dump(2) + "\n";
  if (!s.json.empty() && s.json != "-") io::write_text(s.json, json, s.overwrite);
  if (const std::string path = settings_path(s); !path.empty())
    io::write_text(path, to_study_file(s), s.overwrite);
  if (s.json == "-") print_report(json);
  if (!s.quiet || s.json.empty()) (s.json == "-" ? print_note : print_text)(to_text(report));
  return report_outcome(report.results);
}
}  // namespace tauvox
