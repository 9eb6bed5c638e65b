#include <fmt/format.h>

#include "host/settings/parse.hpp"
#include "host/settings/settings.hpp"
#include "host/studies/study.hpp"
#include "kernels/base/process.hpp"

namespace tauvox {
namespace {

std::string triple(const std::array<std::int64_t, 3>& n) { return fmt::format("{},{},{}", n[0], n[1], n[2]); }

std::string text_of(const io::Crop& crop) {
  std::vector<std::string> ranges;
  for (std::size_t axis = 0; axis < 3; ++axis)
    ranges.push_back(
        fmt::format("{}:{}", crop.begin[axis], crop.end[axis] < 0 ? "" : std::to_string(crop.end[axis])));
  return fmt::format("{}", fmt::join(ranges, ","));
}

std::vector<Axis> axes_from(const std::string& text, const std::string& option) {
  if (text == "all") return {all_axes.begin(), all_axes.end()};
  std::vector<Axis> axes;
  for (const std::string& item : parse::list(text)) {
    const std::string name = parse::choice(item, option, {"z", "y", "x", "0", "1", "2", "all"});
    if (name == "all") return {all_axes.begin(), all_axes.end()};
    axes.push_back(name == "z" || name == "0" ? Axis::z : name == "y" || name == "1" ? Axis::y : Axis::x);
    if (std::count(axes.begin(), axes.end(), axes.back()) > 1)
      throw Error(ExitCode::usage, "axis given twice", option + " " + text);
  }
  if (axes.empty())
    throw Error(ExitCode::usage, "no axis given", option, "", "give z, y, x, a list of them, or all");
  return axes;
}

std::vector<std::int64_t> labels_from(const std::string& text, const std::string& option) {
  std::vector<std::int64_t> labels = parse::integers(text, option);
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (std::count(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(i), labels[i]) > 0)
      throw Error(ExitCode::usage, "label given twice", option + " " + text,
                  fmt::format("it is {}", labels[i]), "name each label once");
  return labels;
}

std::string joined_pairs(const std::vector<std::pair<std::int64_t, double>>& pairs) {
  std::vector<std::string> items;
  for (const auto& [label, value] : pairs) items.push_back(fmt::format("{}={}", label, value));
  return fmt::format("{}", fmt::join(items, ","));
}

// Rows for the three commonest kinds of setting.
Setting text_row(const char* name, const char* group, const char* meaning, std::string Settings::*member) {
  return {name,
          group,
          "",
          meaning,
          false,
          [member](Settings& s, const std::string& t, const std::string&) { s.*member = t; },
          [member](const Settings& s) { return s.*member; }};
}
Setting choice_row(const char* name, const char* group, const char* meaning, std::string Settings::*member,
                   std::vector<std::string> valid) {
  return {name,
          group,
          "",
          fmt::format("{}: {}", meaning, fmt::join(valid, ", ")),
          false,
          [member, valid](Settings& s, const std::string& t, const std::string& o) {
            s.*member = parse::choice(t, o, valid);
          },
          [member](const Settings& s) { return s.*member; }};
}
Setting switch_row(const char* name, const char* group, const char* meaning, bool Settings::*member) {
  return {
      name,
      group,
      "",
      meaning,
      true,
      [member](Settings& s, const std::string& t, const std::string& o) { s.*member = parse::boolean(t, o); },
      [member](const Settings& s) { return s.*member ? "true" : "false"; }};
}

}  // namespace

const std::vector<Setting>& describe() {
  using Text = const std::string&;
  static const std::vector<Setting> rows = [] {
    std::vector<Setting> r;
    r.push_back(text_row("input", "Input", "volume file (HDF5, TIFF, .vti, raw)", &Settings::input));
    r.push_back({"dataset", "Input", "", "HDF5, .vti: name of the dataset, where a file holds several", false,
                 [](Settings& s, Text t, Text) { s.read.dataset = t; },
                 [](const Settings& s) { return s.read.dataset; }});
    r.push_back({"shape", "Input", "voxels z,y,x", "raw: shape of the array", false,
                 [](Settings& s, Text t, Text o) { s.read.shape = parse::shape(t, o); },
                 [](const Settings& s) { return s.read.shape ? triple(*s.read.shape) : std::string(); }});
    r.push_back({"dtype", "Input", "", "raw: uint8, int8, uint16, ..., float64", false,
                 [](Settings& s, Text t, Text o) {
                   s.read.dtype = parse::choice(t, o,
                                                {"uint8", "int8", "uint16", "int16", "uint32", "int32",
                                                 "uint64", "int64", "float32", "float64"});
                 },
                 [](const Settings& s) { return s.read.dtype; }});
    r.push_back({"byte-order", "Input", "", "raw: little (default), big", false,
                 [](Settings& s, Text t, Text o) {
                   s.read.byte_order = parse::choice(t, o, {"little", "big"});
                 },
                 [](const Settings& s) { return s.read.byte_order; }});
    r.push_back({"header-bytes", "Input", "bytes", "raw: skip this many before the voxels", false,
                 [](Settings& s, Text t, Text o) { s.read.header_bytes = parse::integer(t, o); },
                 [](const Settings& s) { return std::to_string(s.read.header_bytes); }});
    r.push_back({"as-2d", "Input", "", "accept a 2-D image as one layer", true,
                 [](Settings& s, Text t, Text o) { s.read.as_2d = parse::boolean(t, o); },
                 [](const Settings& s) { return s.read.as_2d ? "true" : "false"; }});
    r.push_back({"crop", "Input", "voxels", "ranges z,y,x to read, e.g. 0:100,50:200,: (end not included)",
                 false, [](Settings& s, Text t, Text o) { s.read.crop = parse::crop(t, o); },
                 [](const Settings& s) { return s.read.crop ? text_of(*s.read.crop) : std::string(); }});
    r.push_back({"threshold", "Input", "grey value", "grey volumes: label = number of thresholds <= value",
                 false, [](Settings& s, Text t, Text o) { s.read.thresholds = parse::numbers(t, o); },
                 [](const Settings& s) { return fmt::format("{}", fmt::join(s.read.thresholds, ",")); }});
    r.push_back({"voxel-size", "Input", "length", "e.g. 0.4um, or z,y,x as 0.4,0.4,0.5um; wins over the file",
                 false, [](Settings& s, Text t, Text o) { s.read.voxel_size = parse::lengths(t, o); },
                 [](const Settings& s) {
                   if (!s.read.voxel_size) return std::string();
                   const auto& h = *s.read.voxel_size;
                   return fmt::format("{}m,{}m,{}m", h[0], h[1], h[2]);
                 }});
    r.push_back({"phase", "Material", "", "label(s) that conduct (D0 = 1); all others insulate", false,
                 [](Settings& s, Text t, Text o) { s.phase = labels_from(t, o); },
                 [](const Settings& s) { return fmt::format("{}", fmt::join(s.phase, ",")); }});
    r.push_back({"conductivity", "Material", "--unit", "label=value for every label, e.g. 0=0,1=0.01,2=1",
                 false, [](Settings& s, Text t, Text o) { s.conductivity = parse::conductivities(t, o); },
                 [](const Settings& s) { return joined_pairs(s.conductivity); }});
    r.push_back(text_row("unit", "Material",
                         "unit of the conductivities, e.g. S/m or m2/s (default: relative)",
                         &Settings::unit));
    r.push_back(switch_row("default-insulating", "Material", "labels without a conductivity insulate",
                           &Settings::default_insulating));
    r.push_back(switch_row("allow-absent", "Material",
                           "labels that were named need not occur in the volume (a batch of volumes)",
                           &Settings::allow_absent));
    r.push_back(choice_row("study", "Problem", "what to compute", &Settings::study, study_names()));
    r.push_back({"axis", "Problem", "", "direction of transport: z (default), y, x or 0, 1, 2, a list, all",
                 false,
                 [](Settings& s, Text t, Text o) {
                   s.axes = axes_from(t, o);
                   s.axes_named = t.find("all") == std::string::npos;
                 },
                 [](const Settings& s) {
                   std::vector<std::string> names;
                   for (Axis axis : s.axes) names.emplace_back(axis_name(axis));
                   return fmt::format("{}", fmt::join(names, ","));
                 }});
    r.push_back(switch_row("periodic-sides", "Problem",
                           "join the sides across the other two axes (default: no flux)",
                           &Settings::periodic_sides));
    r.push_back(switch_row("resolution-study", "Problem",
                           "solve copies with voxels 2 and 4 times as large: the error due to the voxels",
                           &Settings::resolution_study));
    r.push_back(choice_row("solver", "Solver", "preconditioner of the conjugate gradients", &Settings::solver,
                           {"multigrid", "jacobi"}));
    r.push_back({"tolerance", "Solver", "relative error of D_eff",
                 "target on the discrete problem (default 1e-4)", false,
                 [](Settings& s, Text t, Text o) { s.tolerance = parse::number(t, o); },
                 [](const Settings& s) { return fmt::format("{}", s.tolerance); }});
    r.push_back({"max-iterations", "Solver", "", "give up after this many (default 100000)", false,
                 [](Settings& s, Text t, Text o) { s.max_iterations = parse::integer(t, o); },
                 [](const Settings& s) { return std::to_string(s.max_iterations); }});
    r.push_back(choice_row("precision", "Solver", "of the vectors (sums are FP64 always)",
                           &Settings::precision, {"mixed", "double"}));
    r.push_back(text_row("device", "Solver",
                         "auto (default: a GPU that the run fits, else the CPU), cpu, cuda or cuda:N",
                         &Settings::device));
    r.push_back(
        {"threads", "Solver", "",
         "CPU threads (default: what affinity, OMP_NUM_THREADS, SLURM and CPU quotas allow)", false,
         [](Settings& s, Text t, Text o) {
           const std::int64_t n = parse::integer(t, o);
           if (n < 1 || n > 4096)
             throw Error(ExitCode::usage, "bad number of threads", o + " " + t, "", "give 1 to 4096");
           s.threads = static_cast<int>(n);
         },
         [](const Settings& s) { return s.threads > 0 ? std::to_string(s.threads) : std::string(); }});
    r.push_back(text_row("field", "Output",
                         "concentration field: NAME.vti or NAME.h5 (several axes: NAME_z.vti ...)",
                         &Settings::field));
    r.push_back(text_row("json", "Output", "report; - for standard output", &Settings::json));
    r.push_back(text_row("csv", "Output", "table, one row per axis", &Settings::csv));
    r.push_back(text_row("png", "Output", "slices: NAME_structure.png, NAME_concentration_z.png, ...",
                         &Settings::png));
    r.push_back(switch_row("overwrite", "Output", "replace outputs that exist", &Settings::overwrite));
    r.push_back(switch_row("dry-run", "Run", "say what would be done and what memory it takes; no solve",
                           &Settings::dry_run));
    r.push_back(choice_row("progress", "Run", "progress on standard error", &Settings::progress,
                           {"auto", "always", "plain", "never"}));
    r.push_back(switch_row("quiet", "Run", "errors only on standard error", &Settings::quiet));
    return r;
  }();
  return rows;
}

void check(const Settings& s) {
  if (s.input.empty())
    throw Error(ExitCode::usage, "no input given", "", "",
                "name a volume file: tauvox solve VOLUME --phase 0");
  if (s.input == "-" || s.input.starts_with("/dev/stdin") || s.input.find("://") != std::string::npos)
    throw Error(ExitCode::usage, "input must be a file on disk", s.input, "", "store the volume first");
  if (!s.phase.empty() && !s.conductivity.empty())
    throw Error(ExitCode::usage, "--phase and --conductivity exclude each other", "", "",
                "give --phase for one transport property of 1, --conductivity for several values");
  if (s.phase.empty() && s.conductivity.empty())
    throw Error(ExitCode::usage, "nothing said about what conducts", "", "",
                "give --phase LABEL, or --conductivity LABEL=VALUE,...; 'tauvox inspect " + s.input +
                    "' lists the labels");
  if (!(s.tolerance >= 1e-12 && s.tolerance <= 0.1))
    throw Error(ExitCode::usage, "bad tolerance", fmt::format("--tolerance {}", s.tolerance), "",
                "give a relative error of D_eff from 1e-12 to 0.1");
  if (s.max_iterations < 1)
    throw Error(ExitCode::usage, "bad iteration limit", fmt::format("--max-iterations {}", s.max_iterations),
                "", "give 1 or more");
}

namespace {

/// Fewer threads than asked for are said, never silent.
Device cpu_device(const Settings& s, std::string& notice) {
  Device device = Device::cpu(s.threads);
  const int wanted = s.threads > 0 ? s.threads : usable_processors();
  if (device.threads() < wanted)
    notice += fmt::format("{}{} of {} threads are used: no more can be started (see ulimit -u and pids.max)",
                          notice.empty() ? "" : "; ", device.threads(), wanted);
  return device;
}

}  // namespace

Device choose_device(const Settings& s, std::string& notice) {
  if (s.device == "cpu") return cpu_device(s, notice);
  if (s.device == "auto") {
    const CudaProbe probe = probe_cuda();
    if (probe.unavailable.empty()) return Device::cuda(0);
    if (probe.built) notice = "no GPU is used: " + probe.unavailable;
    return cpu_device(s, notice);
  }
  if (s.device == "cuda") return Device::cuda(0);
  if (s.device.starts_with("cuda:")) {
    const std::int64_t index = parse::integer(s.device.substr(5), "--device cuda:N");
    if (index >= 0 && index < 1024) return Device::cuda(static_cast<int>(index));
  }
  throw Error(ExitCode::usage, "bad value for --device", "'" + s.device + "'", "",
              "give auto, cpu, cuda or cuda:N with N from 0");
}

}  // namespace tauvox
