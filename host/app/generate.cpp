// `tauvox generate`
#include <fmt/format.h>

#include <algorithm>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/plan.hpp"
#include "io/printable.hpp"
#include "io/write.hpp"

namespace tauvox {
namespace {

struct GenerateRun {
  GenerateSettings volume;
  std::string output;
  bool overwrite = false, quiet = false;
};

using Rows = std::vector<Setting<GenerateRun>>;

std::vector<Choice> shapes() {
  std::vector<Choice> choices;
  for (const Generator& g : generators()) choices.push_back({g.name, g.meaning});
  return choices;
}

void add_volume(Rows& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Volume";
    rows.push_back(setting<GenerateRun>(
        facts, [member](auto& s) -> auto& { return std::invoke(member, s.volume); }));
  };
  add({.name = "shape",
       .kind = Kind::choice,
       .meaning = "what to make",
       .choices = shapes(),
       .positional = true,
       .required = true},
      &GenerateSettings::shape);
  add({.name = "size", .kind = Kind::shape, .meaning = "one number, or z,y,x", .unit = "voxels"},
      &GenerateSettings::size);
  add({.name = "porosity",
       .kind = Kind::number,
       .meaning = "electrode: fraction of pore",
       .range = Range{0, 1, true, true}},
      &GenerateSettings::porosity);
  add({.name = "binder",
       .kind = Kind::number,
       .meaning = "electrode: fraction of carbon-binder",
       .range = Range{0, 1, true, true}},
      &GenerateSettings::binder);
  add({.name = "fraction",
       .kind = Kind::number,
       .meaning = "lattices, channel, site-percolation: fraction of the inclusion or pore",
       .range = Range{0, 1}},
      &GenerateSettings::fraction);
  add({.name = "diameter",
       .kind = Kind::numbers,
       .meaning = "electrode: smallest,largest particle",
       .unit = "fraction of the smallest edge"},
      &GenerateSettings::diameter);
  add({.name = "seed", .kind = Kind::integer, .meaning = "of the random numbers", .range = Range{0}},
      &GenerateSettings::seed);
  add({.name = "voxel-size", .kind = Kind::length, .meaning = "edge of a voxel", .unit = "nm, um, mm, cm, m"},
      &GenerateSettings::voxel_size);
}

const Rows& rows() {
  static const Rows table = [] {
    Rows r;
    add_volume(r);
    r.push_back(
        setting<GenerateRun>({.name = "output",
                              .letter = 'o',
                              .kind = Kind::path_out,
                              .group = "Output",
                              .meaning = "file to write (.h5, .tif, .vti, .mha, .nrrd, .nii.gz, .npy, .raw)",
                              .required = true},
                             &GenerateRun::output));
    r.push_back(setting<GenerateRun>({.name = "overwrite",
                                      .kind = Kind::flag,
                                      .group = "Output",
                                      .meaning = "replace the file if it exists"},
                                     &GenerateRun::overwrite));
    r.push_back(setting<GenerateRun>({.name = "quiet",
                                      .kind = Kind::flag,
                                      .group = "Output",
                                      .meaning = "errors only: neither notices nor what was written"},
                                     &GenerateRun::quiet));
    return r;
  }();
  return table;
}

/// @throws Error(usage) for an option that the shape does not heed and another one does
void refuse_options_of_others(const Arguments& arguments, const std::string& shape) {
  for (const Given& given : arguments.given) {
    std::string takers;
    bool heeded = false;
    for (const Generator& g : generators()) {
      if (std::ranges::find(g.options, given.setting->name) == g.options.end()) continue;
      heeded = heeded || g.name == shape;
      takers += (takers.empty() ? "" : ", ") + g.name;
    }
    if (!takers.empty() && !heeded)
      throw Error(ExitCode::usage, fmt::format("--{} has no effect on '{}'", given.setting->name, shape),
                  given.text(), "it is heeded by: " + takers, "leave it out, or give another shape");
  }
}

ExitCode run(const Arguments& arguments, bool&) {
  GenerateRun settings;
  apply(rows(), arguments, settings);
  refuse_options_of_others(arguments, settings.volume.shape);
  if (settings.quiet) leave_out_notes();
  const std::string& path = settings.output;
  for (const std::string& notice : io::check_output(path, settings.overwrite)) print_notice(notice);
  // Labels, and the distances from which an electrode is cut.
  check(settings.volume);
  check_fits(make_extent(settings.volume.size), settings.volume.shape == "electrode" ? 5 : 1);
  const Volume volume = generate(settings.volume);
  const std::string phases = phases_of(settings.volume.shape, volume);
  io::write_volume(path, io::FieldFile{.volume = &volume, .phases = phases}, settings.overwrite);
  results_are_in_files();
  std::string text =
      fmt::format("{}: {}\n  {}\n", io::printable(path), to_string(volume.extent), volume.path);
  for (const Label& label : volume.labels)
    text += fmt::format("  label {}: {} voxels, fraction {:.6f}\n", label.value, label.voxels,
                        volume.fraction(label));
  if (!settings.quiet) print_text(text);
  return ExitCode::success;
}

}  // namespace

Command generate_command() {
  return {.name = "generate",
          .meaning = "make a volume: an electrode or a test shape",
          .settings = facts_of(rows()),
          .examples = {{"tauvox generate electrode --size 128 --porosity 0.4 --seed 1 -o electrode.h5",
                        "a packed electrode"}},
          .run = run};
}

}  // namespace tauvox
