#include "host/app/commands.hpp"

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>

#include "host/app/console.hpp"
#include "host/app/outputs.hpp"
#include "host/app/plan.hpp"
#include "host/app/progress.hpp"
#include "host/studies/resolution_study.hpp"
#include "host/studies/study.hpp"
#include "io/write.hpp"
#include "kernels/volume/classes.hpp"
#include "kernels/volume/clusters.hpp"
#include "kernels/volume/labels.hpp"

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

std::string report_failure(Status status, ExitCode code, const std::string& message) {
  const nlohmann::ordered_json j{
      {"status", status_name(status)}, {"exit_code", static_cast<int>(code)}, {"error", message}};
  std::string line = j.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  print_note("error: " + one_line(message) + "\n" + line);
  return line;
}

ExitCode run_solve(Settings s) {
  check(s);
  const auto start = Clock::now();
  std::string notice;
  Device device = choose_device(s, notice);
  if (!notice.empty()) print_note("notice: " + notice + "\n");
  const io::VolumeDescription description = io::describe_volume(s.input, s.read);
  check_outputs(s);
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
  report.device = device.description();
  if (!notice.empty()) report.warnings.push_back(notice);
  report.warnings.insert(report.warnings.end(), volume.notices.begin(), volume.notices.end());
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

ExitCode run_inspect(const std::string& path, const io::ReadOptions& options, const std::string& json,
                     bool overwrite) {
  if (!json.empty() && json != "-") {
    if (io::same_file(json, path))
      throw Error(ExitCode::usage, "the report is the input", json, "both name the same file",
                  "give the report another name");
    io::check_output(json, overwrite);
  }
  const Volume volume = io::read_volume(path, options);
  const Device device = Device::cpu();
  nlohmann::ordered_json j;
  j["schema_version"] = "1.0";
  j["input"] = {{"path", volume.path},
                {"format", volume.format},
                {"dataset", volume.dataset},
                {"stored_type", volume.stored_type},
                {"shape", volume.extent.zyx()}};
  j["input"]["voxel_size_m"] = volume.voxel_size ? nlohmann::ordered_json(*volume.voxel_size) : nullptr;
  j["labels"] = nlohmann::ordered_json::array();
  std::string text = fmt::format("{}\n  {}{}, {}, {}\n", path, volume.format,
                                 volume.dataset.empty() ? "" : " dataset " + volume.dataset,
                                 volume.stored_type, to_string(volume.extent));
  if (volume.voxel_size)
    text +=
        fmt::format("  voxel size z,y,x {:g}, {:g}, {:g} um ({})\n", (*volume.voxel_size)[0] * 1e6,
                    (*volume.voxel_size)[1] * 1e6, (*volume.voxel_size)[2] * 1e6, volume.voxel_size_source);
  else
    text += "  voxel size unknown (give --voxel-size)\n";
  text += fmt::format("  {:>8} {:>14} {:>10}   percolates along\n", "label", "voxels", "fraction");
  constexpr std::size_t examined = 64;  // labels whose percolation is looked at
  for (std::size_t code = 0; code < volume.labels.size(); ++code) {
    const Label& label = volume.labels[code];
    std::string along = "not examined";
    nlohmann::ordered_json spans;
    if (code < examined) {
      std::vector<std::uint8_t> classes(volume.labels.size(), wall_class);
      classes[code] = first_conducting_class;
      const Clusters clusters =
          find_clusters(Runs(map_labels(device, volume, classes)), Connectivity::faces_6);
      along.clear();
      for (const Axis axis : all_axes) {
        const bool any = clusters.spanning_voxels(axis) > 0;
        if (any) along += std::string(along.empty() ? "" : " ") + axis_name(axis);
        spans[axis_name(axis)] = any;
      }
      if (along.empty()) along = "none";
    }
    text += fmt::format("  {:>8} {:>14} {:>10.6f}   {}\n", label.value, label.voxels, volume.fraction(label),
                        along);
    j["labels"].push_back({{"label", label.value},
                           {"voxels", label.voxels},
                           {"volume_fraction", volume.fraction(label)},
                           {"percolates", spans}});
  }
  for (const std::string& notice : volume.notices) text += "notice: " + notice + "\n";
  j["warnings"] = volume.notices;
  if (json == "-")
    print_report(j.dump(2) + "\n");
  else {
    if (!json.empty()) io::write_text(json, j.dump(2) + "\n", overwrite);
    print_text(text);
  }
  return ExitCode::success;
}

ExitCode run_generate(const GenerateSettings& settings, const std::string& path, bool overwrite) {
  io::check_output(path, overwrite);
  const Volume volume = generate(settings);
  io::write_volume(path, volume, overwrite);
  std::string text = fmt::format("{}: {}\n  {}\n", path, to_string(volume.extent), volume.path);
  for (const Label& label : volume.labels)
    text += fmt::format("  label {}: {} voxels, fraction {:.6f}\n", label.value, label.voxels,
                        volume.fraction(label));
  print_text(text);
  return ExitCode::success;
}

ExitCode run_info(bool json) {
  const CudaProbe probe = probe_cuda(true);
  const HostMemory memory = host_memory();
  nlohmann::ordered_json j = tool_json();
  j["processors"] = usable_processors();
  j["host_memory_bytes"] = memory.total;
  j["host_available_bytes"] = memory.available;
  j["cuda_is_stand_in"] = probe.stand_in;
  j["cuda_unavailable"] =
      probe.unavailable.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(probe.unavailable);
  j["cuda_devices"] = nlohmann::ordered_json::array();
  for (const CudaDeviceInfo& d : probe.devices)
    j["cuda_devices"].push_back(
        {{"index", d.index},
         {"name", d.name},
         {"uuid", d.uuid},
         {"compute_capability", fmt::format("{}.{}", d.compute_major, d.compute_minor)},
         {"memory_bytes", d.total_bytes},
         {"free_bytes", d.free_bytes},
         {"ecc", d.ecc}});
  if (json) {
    print_report(j.dump(2) + "\n");
    return ExitCode::success;
  }
  std::string text = fmt::format(
      "tauvox {}\n  compiler {}\n  reads {}\n  CUDA {}\n  CPU: {} processors, {:.1f} GB of {:.1f} GB free\n",
      j["version"].get<std::string>(), j["compiler"].get<std::string>(),
      fmt::join(io::readable_formats(), ", "),
      probe.stand_in ? "replaced by the tests' stand-in: NO GPU IS USED, only for tests"
      : probe.built  ? "built in"
                     : "not built in",
      usable_processors(), static_cast<double>(memory.available) / 1e9,
      static_cast<double>(memory.total) / 1e9);
  if (!probe.unavailable.empty()) text += fmt::format("  no GPU: {}\n", probe.unavailable);
  for (const CudaDeviceInfo& d : probe.devices)
    text += fmt::format("  cuda:{} {}, {:.1f} GB free of {:.1f} GB, compute capability {}.{}\n", d.index,
                        d.name, static_cast<double>(d.free_bytes) / 1e9,
                        static_cast<double>(d.total_bytes) / 1e9, d.compute_major, d.compute_minor);
  print_text(text);
  return ExitCode::success;
}

}  // namespace tauvox
