#include "host/bench/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <new>

#include "host/app/console.hpp"
#include "host/app/plan.hpp"
#include "host/bench/cases.hpp"
#include "host/bench/compare.hpp"
#include "host/bench/measure.hpp"
#include "host/bench/row.hpp"
#include "host/bench/tool.hpp"
#include "host/report/json_text.hpp"
#include "host/settings/parse.hpp"
#include "host/studies/assign_materials.hpp"
#include "host/studies/study.hpp"
#include "io/write.hpp"
#include "kernels/base/host_memory.hpp"

namespace tauvox::bench {
namespace {

using Json = nlohmann::ordered_json;

/// A word of a file name.
std::string slug(const std::string& text) {
  std::string word;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)))
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!word.empty() && word.back() != '-')
      word += '-';
  while (word.ends_with('-')) word.pop_back();
  return word;
}

std::string default_output(const Device& device) {
  const std::string threads =
      device.is_cuda() ? "" : fmt::format("-{}thread{}", device.threads(), device.threads() == 1 ? "" : "s");
  return "bench-" + slug(device_name(device)) + threads + "-" + date_now().substr(0, 10) + ".json";
}

std::int64_t free_on(const Device& device) {
  return device.is_cuda() ? device.free_bytes() : host_memory().available;
}

/// What is known of a case before its volume is made.
Contents contents_of(const Case& row) { return Contents::typical(row.conducting, row.conductivity.size()); }

/// Why a case does not fit in the memory that is free; empty when it does.
std::string misfit(const Case& row, const Settings& settings, std::int64_t edge, const Device& device) {
  const Plan plan = make_plan({edge, edge, edge}, settings, device, contents_of(row));
  const auto taken = [&](bool on_device) {
    return static_cast<std::int64_t>(row.memory_factor * static_cast<double>(plan.peak(on_device)));
  };
  const std::int64_t host = std::max(taken(false), row.generator_bytes * plan.extent.voxels());
  const auto gigabytes = [](std::int64_t bytes) { return static_cast<double>(bytes) / 1e9; };
  if (const std::int64_t available = host_memory().available; host > available)
    return fmt::format("needs {:.1f} GB of host memory, {:.1f} GB are free", gigabytes(host),
                       gigabytes(available));
  if (const std::int64_t available = free_on(device); device.is_cuda() && taken(true) > available)
    return fmt::format("needs {:.1f} GB of GPU memory, {:.1f} GB are free", gigabytes(taken(true)),
                       gigabytes(available));
  return "";
}

/// Edge of the largest cube that fits, a multiple of 64; 0: none.
std::int64_t largest_edge(const Case& row, const Settings& settings, const Device& device) {
  const std::int64_t most = largest_cube(settings, device, contents_of(row), free_on(device));
  for (std::int64_t edge = most / 64 * 64; edge > 0; edge -= 64)
    if (misfit(row, settings, edge, device).empty()) return edge;
  return 0;
}

/// A case has no volume of that edge: too few voxels for what it is made of.
struct NoVolume {
  std::string why;
};

Volume volume_of(const Case& row, std::int64_t edge) {
  try {
    return make_volume(row, edge);
  } catch (const Error& error) {
    if (error.code() != ExitCode::usage) throw;  // its settings are ours, but for the edge
    throw NoVolume{fmt::format("there is no such volume of {} voxels along an edge: {}", edge, error.what())};
  }
}

std::vector<std::string> without_repeats(const std::vector<std::string>& list) {
  std::vector<std::string> once;
  for (const std::string& item : list)
    if (std::find(once.begin(), once.end(), item) == once.end()) once.push_back(item);
  return once;
}

std::vector<std::string> sizes_of(const SuiteOptions& options) {
  if (!options.sizes.empty()) return without_repeats(options.sizes);
  if (options.quick) return {"64", "128"};
  return {"128", "256", "512", "1024", "largest"};
}

class Suite {
 public:
  Suite(const SuiteOptions& options, const Device& device) : options_(options), device_(device) {
    file_["schema_version"] = "1.1";
    file_["kind"] = "tauvox bench";
    file_["date"] = date_now();
    file_["finished"] = false;
    file_["tool"] = build_json();
    file_["hardware"] = hardware_json(device, GpuMonitor(device.cuda_index()).state(), options.name_host);
    file_["settings"] = {{"study", "effective_transport"},   {"axis", "z"},
                         {"precision", options.precision},   {"tolerance", options.tolerance},
                         {"least_repeats", options.repeats}, {"least_seconds", options.least_seconds}};
    file_["triad"] = nullptr;
    file_["rows"] = Json::array();
    file_["skipped"] = Json::array();
    by_.tolerance = options.tolerance;
    if (device.is_cuda())
      if (const double sheet = data_sheet_bandwidth(device_name(device)); sheet > 0) by_.data_sheet = sheet;
  }

  /// Where there is no room for its arrays it is left out.
  void measure_triad_where_it_fits() {
    const std::int64_t needed = Triad::host_bytes(device_), available = host_memory().available;
    const auto leave_out = [&](const std::string& why) {
      print_notice(
          fmt::format("without the triad, and the shares of it, as with --no-triad: it needs {:.1f} GB of "
                      "host memory, {}",
                      static_cast<double>(needed) / 1e9, why));
    };
    if (needed > available)
      return leave_out(fmt::format("{:.1f} GB are free", static_cast<double>(available) / 1e9));
    constexpr const char* less = "and so much cannot be had (ulimit -v, or others took it)";
    try {
      measure_triad();
    } catch (const std::bad_alloc&) {
      leave_out(less);
    } catch (const Error& error) {
      if (!std::string(error.what()).starts_with("out of")) throw;
      leave_out(less);  // what it advises is for a solve
    }
  }

  void measure_triad() {
    print_note("triad ...\n");
    Triad triad(device_, 0);
    triad.run();
    triad.verify();
    std::vector<double> seconds;
    for (int r = 0; r < std::max(options_.repeats, 7); ++r)
      seconds.push_back(seconds_of(device_, [&] { triad.run(); }));
    by_.triad = triad.bytes() / median(seconds);
    file_["triad"] = {{"gb_per_second", *by_.triad * 1e-9},
                      {"best_gb_per_second", triad.bytes() / quantile(seconds, 0) * 1e-9},
                      {"megabytes_per_array", triad.megabytes()},
                      {"repeats", seconds.size()}};
  }

  /// One case in one size: skipped with a reason, or measured and judged.
  void run(const Case& row, const std::string& size) {
    const Settings settings = solve_settings(row, options_.precision, options_.tolerance);
    std::int64_t edge = 0;
    if (size == "largest") {
      edge = largest_edge(row, settings, device_);
      if (const std::int64_t done = done_[row.name].edge; edge <= done)
        return skip(row, nullptr, fmt::format("no cube larger than {} fits", done));
    } else {
      edge = parse::integer(size, "--sizes");
      if (const std::string why = misfit(row, settings, edge, device_); !why.empty())
        return skip(row, Json::array({edge, edge, edge}), why);
    }
    const Json cube = Json::array({edge, edge, edge});
    if (const double minutes = minutes_of(row, edge); minutes > options_.most_minutes)
      return skip(row, cube,
                  fmt::format("would take some {:.2g} min, --row-minutes allows {:g}", minutes,
                              options_.most_minutes));
    try {
      const Measured measured = measure(row, edge, settings);
      const Result& first = measured.runs.front();
      if (first.status == Status::not_percolating && !stored_answer(row.name, measured.size))
        return skip(row, cube, fmt::format("there is nothing to time: {}", first.reason.value_or("")));
      add(row, edge, measured);
    } catch (const NoVolume& none) {
      skip(row, cube, none.why);
    } catch (const Error& error) {
      if (!std::string(error.what()).starts_with("out of")) throw;  // memory: the next row may fit
      skip(row, cube, error.what());
    }
  }

  void write() { io::write_text(options_.output, json_text(file_, 2) + "\n", true); }
  void finish() {
    file_["finished"] = true;
    write();
  }
  bool all_valid() const { return all_valid_; }
  /// The table of its own file, as --compare shows it.
  std::string summary() const {
    return to_text(Comparison({parse_bench_file(options_.output, json_text(file_))}));
  }
  std::string csv() const { return to_csv({parse_bench_file(options_.output, json_text(file_))}); }

 private:
  Measured measure(const Case& row, std::int64_t edge, const Settings& settings) {
    print_note(fmt::format("{} {}: making the volume ...\n", row.name, edge));
    const Volume volume = volume_of(row, edge);
    const Materials materials = assign_materials(volume, settings);
    const StudyInput input{volume, materials, settings, device_};
    Measured measured;
    measured.name = row.name;
    measured.size = volume.extent.zyx();
    measured.conducting_fraction = eight_digits(materials.volume_fraction);
    device_.reset_peak();
    const Result warm = effective_transport(input, {}, {}).results.back();
    measured.peak_bytes = device_.peak_bytes();
    if (warm.status != Status::converged) {  // nothing to time
      measured.runs.push_back(warm);
      return measured;
    }
    EnergyMeter energy(device_);
    double seconds = 0;
    while (std::ssize(measured.runs) < options_.repeats || seconds < options_.least_seconds) {
      seconds += seconds_of(
          device_, [&] { measured.runs.push_back(effective_transport(input, {}, {}).results.back()); });
      measured.joule = energy.joule();
    }
    measured.sm_clock_mhz = energy.gpu().sm_clock_mhz;
    return measured;
  }

  /// How long a row should take, with the voxels per second of the largest before it; 0: unknown.
  double minutes_of(const Case& row, std::int64_t edge) {
    const Done& done = done_[row.name];
    if (done.edge == 0) return 0;
    const double ratio = static_cast<double>(edge) / static_cast<double>(done.edge);
    return done.seconds * ratio * ratio * ratio * (1 + options_.repeats) / 60;
  }

  void add(const Case& row, std::int64_t edge, const Measured& measured) {
    const Json json = row_json(measured, stored_answer(row.name, measured.size), by_);
    file_["rows"].push_back(json);
    write();
    if (json["valid"] == false) {
      all_valid_ = false;
      return print_unstamped(  // an error, also of a quiet run
          fmt::format("{} {}: NOT VALID: {}\n", row.name, edge, json["reason"].get<std::string>()));
    }
    if (edge > done_[row.name].edge) done_[row.name] = {edge, json["seconds"]["total"].get<double>()};
    print_note(fmt::format("{} {}: {:.3g} s, {:.4g} Mvoxel/s, {} iterations, {} repeats\n", row.name, edge,
                           json["seconds"]["total"].get<double>(),
                           json["voxels_per_second"].get<double>() * 1e-6, json["iterations"].get<int>(),
                           measured.runs.size()));
  }

  void skip(const Case& row, const Json& size, const std::string& reason) {
    file_["skipped"].push_back({{"case", row.name}, {"size", size}, {"reason", reason}});
    write();
    print_note(fmt::format("{} {}: skipped: {}\n", row.name,
                           size.is_null() ? "largest" : std::to_string(size[0].get<std::int64_t>()), reason));
  }

  const SuiteOptions& options_;
  const Device& device_;
  Json file_;
  Yardstick by_;
  struct Done {
    std::int64_t edge = 0;
    double seconds = 0;
  };
  std::map<std::string, Done> done_;  // case -> largest edge measured
  bool all_valid_ = true;
};

void check(const SuiteOptions& options, const std::vector<std::string>& sizes) {
  for (const std::string& size : sizes) {
    if (size == "largest") continue;
    if (const std::int64_t edge = parse::integer(size, "--sizes"); edge < 8 || edge > 8192)
      throw Error(ExitCode::usage, "bad value for --sizes", size, "",
                  "give edges from 8 to 8192, or largest");
  }
  if (options.repeats < 1)
    throw Error(ExitCode::usage, "bad value for --repeats", std::to_string(options.repeats), "",
                "give a whole number from 1");
  if (!(options.tolerance >= 1e-12 && options.tolerance < 1))
    throw Error(ExitCode::usage, "bad value for --tolerance", fmt::format("{:g}", options.tolerance), "",
                "give a number from 1e-12 to below 1");
}

}  // namespace

ExitCode run_suite(const SuiteOptions& given) {
  SuiteOptions options = given;
  if (options.quiet) leave_out_notes();
  const std::vector<std::string> sizes = sizes_of(options);
  check(options, sizes);
  std::vector<const Case*> wanted;
  for (const std::string& name : without_repeats(options.cases)) wanted.push_back(&case_named(name));
  if (wanted.empty())
    for (const Case& row : cases()) wanted.push_back(&row);

  Settings chosen;
  chosen.device = options.device;
  chosen.threads = options.threads;
  std::string notice;
  const Device device = choose_device(chosen, notice);
  if (!notice.empty()) print_notice(notice);
  if (options.output.empty()) options.output = default_output(device);
  io::check_output(options.output, options.overwrite);
  if (!options.csv.empty()) io::check_output(options.csv, options.overwrite);

  Suite suite(options, device);
  if (!options.no_triad) suite.measure_triad_where_it_fits();
  for (const std::string& size : sizes)
    for (const Case* row : wanted) suite.run(*row, size);
  suite.finish();
  results_are_in_files();
  if (!options.quiet || given.output.empty()) print_text(suite.summary());
  if (!options.csv.empty()) io::write_text(options.csv, suite.csv(), options.overwrite);
  return suite.all_valid() ? ExitCode::success : ExitCode::internal;
}

}  // namespace tauvox::bench
