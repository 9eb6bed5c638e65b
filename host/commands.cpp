#include "host/commands.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "host/plan.hpp"
#include "host/progress.hpp"
#include "host/study.hpp"
#include "io/write.hpp"
#include "kernels/clusters.hpp"
#include "kernels/labels.hpp"

namespace tauvox {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// "out.vti" -> "out_z.vti" where several axes are asked for.
std::string field_path(const Settings& s, Axis axis) {
  if (s.axes.size() == 1) return s.field;
  const std::filesystem::path path(s.field);
  return (path.parent_path() / (path.stem().string() + "_" + axis_name(axis) + path.extension().string()))
      .string();
}

std::string settings_path(const Settings& s) {
  return std::filesystem::path(s.json).replace_extension(".settings.toml").string();
}

std::vector<std::string> output_paths(const Settings& s) {
  std::vector<std::string> paths;
  if (!s.field.empty())
    for (const Axis axis : s.axes) paths.push_back(field_path(s, axis));
  if (!s.json.empty() && s.json != "-") paths.insert(paths.end(), {s.json, settings_path(s)});
  if (!s.csv.empty()) paths.push_back(s.csv);
  if (!s.png.empty()) {
    paths.push_back(s.png + "_structure.png");
    for (const Axis axis : s.axes)
      paths.push_back(fmt::format("{}_concentration_{}.png", s.png, axis_name(axis)));
  }
  return paths;
}

// Before any work: every output can be written, none is the input, no two are the same.
void check_outputs(const Settings& s) {
  if (!s.field.empty()) io::check_field_ending(s.field);
  const std::vector<std::string> paths = output_paths(s);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (io::same_file(paths[i], s.input))
      throw Error(ExitCode::usage, "an output is the input", paths[i], "both name the same file",
                  "give the output another name");
    for (std::size_t j = 0; j < i; ++j)
      if (paths[i] == paths[j])
        throw Error(ExitCode::usage, "two outputs have the same name", paths[i], "",
                    "give them different names");
    io::check_output(paths[i], s.overwrite);
  }
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
    io::write_concentration_png(fmt::format("{}_concentration_{}.png", s.png, axis_name(r.axis)), volume, u,
                                picture_normal(r.axis), s.overwrite);
}

}  // namespace

ExitCode run_solve(Settings s) {
  check(s);
  const auto start = Clock::now();
  std::string notice;
  const Device device = choose_device(s, notice);
  const io::VolumeDescription description = io::describe_volume(s.input, s.read);
  const Plan plan = make_plan(description.read_extent, s, device);
  if (s.dry_run) {
    std::string text = to_text(plan);
    if (s.json == "-") {
      nlohmann::ordered_json j;
      j["status"] = "dry_run";
      j["shape"] = plan.extent.zyx();
      j["device"] = device.description();
      for (const PlannedBuffer& b : plan.buffers)
        j["buffers"].push_back({{"name", b.name}, {"bytes", b.bytes}});
      j["host_peak_bytes"] = plan.peak(false);
      j["device_peak_bytes"] = plan.peak(true);
      j["host_available_bytes"] = host_memory().available;
      text = j.dump(2) + "\n";
    }
    fmt::print("{}", text);
    check_outputs(s);
    check_fits(plan, s, device);
    if (s.json != "-")
      fmt::print("fits: {:.2f} GB of host memory are free\n",
                 static_cast<double>(host_memory().available) / 1e9);
    return ExitCode::success;
  }
  check_outputs(s);
  check_fits(plan, s, device);

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
  report.device = device.description();
  if (!notice.empty()) report.warnings.push_back(notice);
  report.warnings.insert(report.warnings.end(), volume.notices.begin(), volume.notices.end());
  report.warnings.insert(report.warnings.end(), report.materials.warnings.begin(),
                         report.materials.warnings.end());

  double writing = 0;
  const FieldSink sink = [&](const AxisResult& result, const std::vector<float>& concentration) {
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
  printer.clear();
  if (!s.png.empty())
    io::write_label_png(s.png + "_structure.png", volume, picture_normal(s.axes.front()), s.overwrite);
  report.seconds.emplace_back("write", writing);
  report.seconds.emplace_back("total", seconds_since(start));
  report.memory = {device.peak_bytes(), peak_resident_bytes(),
                   static_cast<double>(device.peak_bytes()) / static_cast<double>(volume.extent.voxels())};
  report.settings = s;

  if (!s.csv.empty()) io::write_text(s.csv, to_csv(report), s.overwrite);
  const std::string json = to_json(report).dump(2) + "\n";
  if (!s.json.empty() && s.json != "-") {
    io::write_text(s.json, json, s.overwrite);
    io::write_text(settings_path(s), to_study_file(s), s.overwrite);
  }
  if (s.json == "-") fmt::print("{}", json);
  if (!s.quiet || s.json.empty()) fmt::print(s.json == "-" ? stderr : stdout, "{}", to_text(report));
  return exit_code(report.results);
}

ExitCode run_inspect(const std::string& path, const io::ReadOptions& options, const std::string& json) {
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
      const Clusters clusters = find_clusters(map_labels(device, volume, classes), Connectivity::faces_6);
      along.clear();
      for (const Axis axis : all_axes) {
        bool any = false;
        for (std::int64_t k = 0; k < clusters.count(); ++k) any = any || clusters.spans(k, axis);
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
    fmt::print("{}\n", j.dump(2));
  else {
    if (!json.empty()) io::write_text(json, j.dump(2) + "\n", false);
    fmt::print("{}", text);
  }
  return ExitCode::success;
}

ExitCode run_generate(const GenerateSettings& settings, const std::string& path, bool overwrite) {
  io::check_output(path, overwrite);
  const Volume volume = generate(settings);
  io::write_volume(path, volume, overwrite);
  fmt::print("{}: {}\n  {}\n", path, to_string(volume.extent), volume.path);
  for (const Label& label : volume.labels)
    fmt::print("  label {}: {} voxels, fraction {:.6f}\n", label.value, label.voxels, volume.fraction(label));
  return ExitCode::success;
}

ExitCode run_info(bool json) {
  const CudaProbe probe = probe_cuda();
  const HostMemory memory = host_memory();
  nlohmann::ordered_json j = tool_json();
  j["processors"] = usable_processors();
  j["host_memory_bytes"] = memory.total;
  j["host_available_bytes"] = memory.available;
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
    fmt::print("{}\n", j.dump(2));
    return ExitCode::success;
  }
  fmt::print(
      "tauvox {}\n  compiler {}\n  reads {}\n  CUDA {}\n  CPU: {} processors, {:.1f} GB of {:.1f} GB free\n",
      j["version"].get<std::string>(), j["compiler"].get<std::string>(),
      fmt::join(io::readable_formats(), ", "), probe.built ? "built in" : "not built in", usable_processors(),
      static_cast<double>(memory.available) / 1e9, static_cast<double>(memory.total) / 1e9);
  if (!probe.unavailable.empty()) fmt::print("  no GPU: {}\n", probe.unavailable);
  for (const CudaDeviceInfo& d : probe.devices)
    fmt::print("  cuda:{} {}, {:.1f} GB free of {:.1f} GB, compute capability {}.{}\n", d.index, d.name,
               static_cast<double>(d.free_bytes) / 1e9, static_cast<double>(d.total_bytes) / 1e9,
               d.compute_major, d.compute_minor);
  return ExitCode::success;
}

}  // namespace tauvox
