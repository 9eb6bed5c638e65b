// `tauvox convert`: a volume from any form that is read into one that is written; its labels, the size of a
// voxel and where it comes from are kept.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/outputs.hpp"
#include "host/app/plan.hpp"
#include "host/app/progress.hpp"
#include "host/app/read_sample.hpp"
#include "host/app/statements.hpp"
#include "host/report/run_report.hpp"
#include "host/settings/named_labels.hpp"
#include "host/studies/absent_labels.hpp"
#include "io/grey.hpp"
#include "io/printable.hpp"
#include "io/write.hpp"

namespace tauvox {
namespace {

struct ConvertRun {
  Settings reading;
  std::string output;
  bool overwrite = false, quiet = false;
};

using Rows = std::vector<Setting<ConvertRun>>;

const Rows& rows() {
  static const Rows table = [] {
    Rows all;
    for (const Setting<Settings>& row : describe()) {
      if (row.group != "Input" && row.name != "phases" && row.name != "allow-absent") continue;
      Setting<ConvertRun> mine{row,
                               [row](ConvertRun& run, const Value& value) { row.assign(run.reading, value); },
                               [row](const ConvertRun& run) { return row.value(run.reading); }};
      all.push_back(mine);
    }
    all.push_back(setting<ConvertRun>(
        {.name = "output",
         .kind = Kind::path_out,
         .group = "Output",
         .meaning = "file to write (.h5, recommended; .tif, .vti, .mha, .nrrd, .nii.gz, .npy, .raw)",
         .positional = true,
         .required = true},
        &ConvertRun::output));
    all.push_back(setting<ConvertRun>({.name = "overwrite",
                                       .kind = Kind::flag,
                                       .group = "Output",
                                       .meaning = "replace the file if it exists"},
                                      &ConvertRun::overwrite));
    all.push_back(setting<ConvertRun>({.name = "quiet",
                                       .kind = Kind::flag,
                                       .group = "Output",
                                       .meaning = "errors only: neither notices nor what was written"},
                                      &ConvertRun::quiet));
    return all;
  }();
  return table;
}

/// What was read of the input, so that the new file says how it came about.
std::vector<std::pair<std::string, std::string>> texts_of(const Settings& settings, const Volume& volume) {
  std::vector<std::pair<std::string, std::string>> texts{{"converted_by", "tauvox " TAUVOX_VERSION}};
  for (const Setting<Settings>& row : describe()) {
    const Value value = row.value(settings);
    if (row.group != "Input" || row.positional || value.is_null() || value == row.standard) continue;
    texts.emplace_back("read_" + row.name, io::printable(text_of(row, value)));
  }
  if (settings.read.thresholds.otsu > 0)
    texts.emplace_back("read_threshold_found", io::text_of_thresholds(volume.thresholds));
  return texts;
}

/// Names hold no quotes.
std::string shell_word(const std::string& text) {
  const bool is_plain = std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("=,+-_.").find(static_cast<char>(c)) != std::string_view::npos;
  });
  return is_plain ? text : "'" + text + "'";
}

ExitCode run_convert(ConvertRun run) {
  Settings& settings = run.reading;
  if (run.quiet) leave_out_notes();
  io::check_volume_ending(run.output);
  for (const std::string& notice : io::check_output(run.output, run.overwrite)) print_notice(notice);
  ReaderProcess reader(settings);
  const io::VolumeDescription description = description_of_sample(reader, settings);
  take_statements(description, settings);
  check_replaces_no_input(run.output, settings, other_files_of(reader, settings));
  constexpr std::int64_t bytes_per_voxel = 3;  // codes, and labels as they are stored where they are no codes
  check_fits(description.read_extent, bytes_per_voxel);
  const io::OutputLock lock(run.output);
  ProgressPrinter printer(run.quiet ? "never" : "auto");
  const Volume volume =
      read_sample(reader, settings, [&](double fraction) { printer("reading", fraction, ""); });
  printer.clear();
  for (const std::string& notice : volume.notices) print_notice(notice);
  std::vector<std::string> warnings = check_named_labels(volume, settings);
  warnings.insert(warnings.begin(), volume.warnings.begin(), volume.warnings.end());
  for (const std::string& warning : warnings) print_note("warning: " + one_line(warning) + "\n");
  io::FieldFile file{.volume = &volume};
  file.phases = phases_text(settings.phases);
  file.texts = texts_of(settings, volume);
  file.history = settings.history;
  io::write_volume(run.output, file, run.overwrite);
  results_are_in_files();
  std::string text = fmt::format("{}: {}\n{}", io::printable(run.output), to_string(volume.extent),
                                 text_of_voxel_size(volume));
  for (const Label& label : volume.labels)
    text += fmt::format("  label {}: {} voxels, fraction {:.6f}\n", label.value, label.voxels,
                        volume.fraction(label));
  if (volume.outside)
    text += fmt::format("{}  they have label {}: read the file with --outside {}\n", text_of_outside(volume),
                        volume.outside->label, volume.outside->label);
  if (!io::keeps_texts(run.output)) {
    std::string options = io::options_to_read(run.output, volume);
    if (!file.phases.empty())
      options += fmt::format("{}--phases {}", options.empty() ? "" : " ", shell_word(file.phases));
    text += fmt::format("  the form keeps labels alone, and not where they come from{}{}\n",
                        options.empty() ? "" : "; read it with ", options);
    if (!volume.voxel_size && volume.voxel_ratio) {
      const auto& [z, y, x] = *volume.voxel_ratio;
      text += fmt::format(
          "  of the size of a voxel only the ratio z : y : x = {:g} : {:g} : {:g} is known, which the form "
          "does not keep: "
          "the true size, --voxel-size z,y,x, has to be given with it, here or there\n",
          z, y, x);
    }
  }
  if (!run.quiet) print_text(text);
  return ExitCode::success;
}

ExitCode convert(const Arguments& arguments, bool&) {
  ConvertRun run;
  apply(rows(), arguments, run);
  return run_convert(run);
}

}  // namespace

Command convert_command() {
  return {.name = "convert",
          .meaning = "a volume in another form: HDF5, TIFF, .vti, MetaImage, NRRD, NIfTI, .npy, raw",
          .settings = facts_of(rows()),
          .examples = {{"tauvox convert slices/ cathode.h5 --voxel-size 0.4um",
                        "a folder of slices as one file that says all"},
                       {"tauvox convert scan.nrrd labels.tif --threshold 118,137 --crop 0:100,:,:",
                        "a part of a grey volume as labels"}},
          .run = convert,
          .notes =
              "HDF5 (/label, element_size_um) is the form we recommend. All but .npy and .raw keep the size "
              "of a voxel, --phases and where the labels come from; those two have no place for them, and "
              "the line to read them with is printed."};
}

}  // namespace tauvox
