#include "host/app/outputs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "host/app/describe.hpp"
#include "host/app/study_file.hpp"
#include "host/app/tables.hpp"
#include "host/pages/field_picture.hpp"
#include "host/studies/study_table.hpp"
#include "io/input_file.hpp"
#include "io/printable.hpp"
#include "io/replaces_input.hpp"

namespace tauvox {
namespace {

bool is_file(const std::string& output) { return !output.empty() && output != "-"; }

/// What the names of the pictures begin with: --png a.png and --png a mean the same.
std::string picture_stem(const Settings& s) {
  const std::string ending = picture_ending(s);
  return s.png.ends_with(ending) ? s.png.substr(0, s.png.size() - ending.size()) : s.png;
}

/// @throws Error(usage) for a form that pictures cannot have, or cannot have here
void check_picture_form(const Settings& s) {
  static constexpr const char* others[] = {".jpg", ".jpeg", ".tif", ".tiff", ".bmp",
                                           ".gif", ".eps",  ".ps",  ".webp", ".html"};
  for (const char* ending : others)
    if (s.png.ends_with(ending))
      throw Error(ExitCode::usage, "pictures cannot have this form", "--png " + s.png, ending,
                  "give a name that ends in .png, .svg or .pdf");
  if (picture_ending(s) != ".png" && !pages::have_plotter())
    throw Error(ExitCode::usage, "pictures cannot have this form here", "--png " + s.png,
                "no program gnuplot is on the PATH (Debian: gnuplot-nox)",
                "give a name that ends in .png, for slices without axes");
}

/// The settings beside the results, where the study file that was read is just that and says the same.
bool is_own_echo(const Settings& s, const std::string& path) {
  return path == settings_path(s) && s.study_file && io::same_file(path, *s.study_file) &&
         repeats_study_file(s);
}

/// Those of each axis, or of each time.
std::vector<std::string> paths_of_fields(const Settings& s) {
  std::vector<std::string> paths;
  if (s.field.empty()) return paths;
  for (const Axis axis : s.axes) {
    paths.push_back(field_path(s, axis));
    for (std::int64_t frame = 0; writes_series(s) && frame <= s.frames; ++frame)
      paths.push_back(frame_path(settings_along(s, axis), frame));
  }
  return paths;
}

/// @throws Error(usage) for a form that the study does not give, or this build does not
void check_field_form(const Settings& s) {
  if (s.field.empty()) return;
  const bool is_series = s.field.ends_with(".pvd");
  if (writes_series(s) && !is_series) {
    Settings named = s;
    named.field = std::filesystem::path(s.field).replace_extension(".pvd").string();
    throw Error(ExitCode::usage, "a study in time gives a series of fields", "--field " + s.field,
                "of --study " + s.study,
                fmt::format("give --field {}, which lists {}, {}, ...", named.field,
                            frame_path(settings_along(named, s.axes.front()), 0),
                            frame_path(settings_along(named, s.axes.front()), 1)));
  }
  if (!writes_series(s) && is_series)
    throw Error(ExitCode::usage, "a series of fields is of a study in time", "--field " + s.field,
                "--study " + s.study + " gives one field an axis", "give a name that ends in .vti or .h5");
  io::check_field_ending(is_series ? frame_path(s, 0) : s.field);
}

}  // namespace

void check_is_utf8(const std::string& name, const std::string& option) {
  if (!io::is_utf8(name))
    throw Error(ExitCode::usage, "a name is not valid UTF-8", option + name,
                "reports and settings files could not repeat it",
                "rename the file, or make a link with another name");
}

void check_names(const Settings& s) {
  for (const Setting<Settings>& row : describe())
    if (const nlohmann::ordered_json value = row.value(s); value.is_string())
      check_is_utf8(value.get<std::string>(), "--" + row.name + " ");
}

std::string field_path(const Settings& s, Axis axis) {
  if (s.axes.size() == 1) return s.field;
  const std::filesystem::path path(s.field);
  return (path.parent_path() / (path.stem().string() + "_" + axis_name(axis) + path.extension().string()))
      .string();
}

bool writes_series(const Settings& s) { return !s.field.empty() && study_named(s.study).gives_frames; }

std::string frame_path(const Settings& s, std::int64_t number) {
  const std::filesystem::path path(s.field);
  return (path.parent_path() / fmt::format("{}_{:04}.vti", path.stem().string(), number)).string();
}

Settings settings_along(const Settings& s, Axis axis) {
  Settings one = s;
  one.axes = {axis};
  if (!s.field.empty()) one.field = field_path(s, axis);
  return one;
}

std::string curve_path(const Settings& s, const std::string& name) {
  const std::filesystem::path path(s.csv);
  return (path.parent_path() / fmt::format("{}_{}.csv", path.stem().string(), name)).string();
}

std::string picture_ending(const Settings& s) {
  for (const char* ending : pages::picture_endings)
    if (s.png.ends_with(ending)) return ending;
  return pages::picture_endings[0];
}

std::string curve_picture_path(const Settings& s, const std::string& name) {
  return fmt::format("{}_{}{}", picture_stem(s), name, picture_ending(s));
}

std::string structure_picture_path(const Settings& s) {
  return picture_stem(s) + "_structure" + picture_ending(s);
}

std::string field_picture_path(const Settings& s, const std::string& what, Axis axis) {
  return fmt::format("{}_{}_{}{}", picture_stem(s), what, axis_name(axis), picture_ending(s));
}

std::string settings_path(const Settings& s) {
  const std::string& first = is_file(s.json) ? s.json : is_file(s.csv) ? s.csv : s.field;
  if (!first.empty()) return std::filesystem::path(first).replace_extension(".settings.toml").string();
  return s.png.empty() ? "" : picture_stem(s) + ".settings.toml";
}

std::vector<std::string> output_paths(const Settings& s) {
  std::vector<std::string> paths;
  for (const std::string& path : paths_of_fields(s)) paths.push_back(path);
  if (is_file(s.json)) paths.push_back(s.json);
  if (is_file(s.csv)) paths.push_back(s.csv);
  if (!s.png.empty()) {
    paths.push_back(structure_picture_path(s));
    for (const Axis axis : s.axes) paths.push_back(field_picture_path(s, "concentration", axis));
    if (s.flux)
      for (const Axis axis : s.axes) paths.push_back(field_picture_path(s, "flux", axis));
  }
  if (is_file(s.csv))
    for (const std::string& name : table_names(study_named(s.study), s, s.phases))
      paths.push_back(curve_path(s, name));
  if (s.impedance && !s.png.empty()) paths.push_back(curve_picture_path(s, "impedance"));
  for (const Axis axis : s.axes)
    if (s.study == "transient" && !s.png.empty())
      paths.push_back(curve_picture_path(s, curve_name(s, "transient", axis)));
  if (const std::string settings = settings_path(s); !settings.empty()) paths.push_back(settings);
  return paths;
}

std::vector<std::string> report_paths(const Settings& s) {
  std::vector<std::string> paths = output_paths(s);
  const std::vector<std::string> fields = paths_of_fields(s);
  std::erase_if(paths, [&](const std::string& path) {
    return std::find(fields.begin(), fields.end(), path) != fields.end();
  });
  for (const Axis axis : s.axes)
    std::erase_if(paths, [&](const std::string& path) {
      return !s.png.empty() && (path == field_picture_path(s, "concentration", axis) ||
                                path == field_picture_path(s, "flux", axis));
    });
  return paths;
}

void check_replaces_no_input(const std::string& output, const Settings& s,
                             const std::vector<std::string>& other_files) {
  std::vector<std::string> files = s.input_files();
  for (const std::string& volume : {s.input, s.mask})
    if (!volume.empty())
      for (const std::string& file : io::files_of_reading(volume)) files.push_back(file);
  files.insert(files.end(), other_files.begin(), other_files.end());
  std::error_code failed;
  io::check_replaces_no_input(output, files, std::filesystem::is_directory(s.input, failed) ? s.input : "");
}

namespace {

/// Files of the run whose settings lie beside an output that is replaced: of the same --csv, --png or
/// --field, but of other phases, another study or another axis, so that nothing replaces them.
std::vector<std::string> left_of_former_run(const Settings& s) {
  using Output = std::string Settings::*;
  std::set<std::string> own, former_settings, left;
  for (const std::string& path : output_paths(s)) own.insert(io::full_path(path));
  for (const Output output : {&Settings::json, &Settings::csv, &Settings::field, &Settings::png}) {
    Settings one;
    one.*output = s.*output;
    if (const std::string path = settings_path(one); !path.empty()) former_settings.insert(path);
  }
  std::error_code failed;
  for (const std::string& path : former_settings) {
    if (!std::filesystem::exists(path, failed)) continue;
    Settings former;
    try {
      (void)read_study_file(path, former, true, &SettingFacts::for_solve);
    } catch (const Error&) {
      continue;  // what that run wrote nobody knows
    }
    former.json.clear();
    for (const Output output : {&Settings::csv, &Settings::field, &Settings::png})
      if (!(former.*output).empty() && io::full_path(former.*output) != io::full_path(s.*output))
        (former.*output).clear();
    for (const std::string& file : output_paths(former))
      if (!file.ends_with(".settings.toml") && !own.contains(io::full_path(file)) &&
          std::filesystem::exists(file, failed))
        left.insert(file);
  }
  return {left.begin(), left.end()};
}

}  // namespace

ReservedOutputs reserve_outputs(const Settings& s, const std::vector<std::string>& other_files,
                                const std::function<bool(const std::string&)>& is_own) {
  check_names(s);
  check_picture_form(s);
  check_field_form(s);
  const std::vector<std::string> paths = output_paths(s);
  std::set<std::string> seen;
  ReservedOutputs reserved;
  if (const std::vector<std::string> left = left_of_former_run(s); !left.empty())
    reserved.notices.push_back(fmt::format(
        "files of the run before, which this one does not write, stay beside its own and are not of it: {}",
        fmt::join(left, ", ")));
  for (const std::string& path : paths) {
    if (!is_own_echo(s, path)) check_replaces_no_input(path, s, other_files);
    if (!seen.insert(io::full_path(path)).second)
      throw Error(ExitCode::usage, "two outputs have the same name", path, "", "give them different names");
    for (const std::string& notice : io::check_output(path, s.overwrite || is_own(path)))
      reserved.notices.push_back(notice);
    if (s.dry_run) continue;
    reserved.locks.emplace_back(path);
    if (reserved.locks.back().notice()) reserved.notices.push_back(*reserved.locks.back().notice());
  }
  return reserved;
}

io::PlannedOutput planned_field(const std::string& path, const Extent& extent, double conducting,
                                bool with_flux) {
  const auto voxels = static_cast<double>(extent.voxels());
  // FP32 in conducting voxels, NaN elsewhere: compressed to 0.97 (HDF5) and 1.3 (.vti) of the former's bytes
  // in a packed electrode, to 0.04 where everything conducts. Half of them is a safe least.
  // Fluxes are as many numbers that compress as badly.
  const double values = with_flux ? 4 : 1;
  const double least = conducting >= 1 ? 0 : 0.5 * 4 * values * conducting * voxels;
  const double most = (4 * values + 4) * voxels;  // and the labels
  return {path, static_cast<std::uint64_t>(least), static_cast<std::uint64_t>(most)};
}

namespace {

std::vector<io::PlannedOutput> planned_outputs(const Settings& s, const Extent& extent, double conducting) {
  constexpr std::uint64_t report = 4096;  // at least; tables and pictures are small beside any field
  const std::vector<std::string> fields = paths_of_fields(s);
  std::vector<io::PlannedOutput> outputs;
  for (const std::string& path : output_paths(s)) outputs.push_back({path, report, report});
  for (const std::string& path : fields)
    if (!path.ends_with(".pvd"))  // frames that are empty, or full, take next to nothing
      outputs.push_back(planned_field(path, extent, writes_series(s) ? 1 : conducting, s.flux));
  return outputs;
}

}  // namespace

std::vector<io::PlannedOutput> without_own(std::vector<io::PlannedOutput> outputs,
                                           const std::function<bool(const std::string&)>& is_own) {
  std::error_code failed;
  std::erase_if(outputs, [&](const io::PlannedOutput& output) {
    return is_own(output.path) && std::filesystem::exists(output.path, failed);
  });
  return outputs;
}

std::vector<std::string> check_room(const Settings& s, const Extent& extent, double conducting,
                                    const std::function<bool(const std::string&)>& is_own) {
  return io::check_space(without_own(planned_outputs(s, extent, conducting), is_own));
}

std::uint64_t most_bytes_of_outputs(const Settings& s, const Extent& extent) {
  std::uint64_t sum = 0;
  for (const io::PlannedOutput& output : planned_outputs(s, extent, 1)) sum += output.most_bytes;
  return sum;
}

}  // namespace tauvox
