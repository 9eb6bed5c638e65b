// `tauvox export`: results of an evaluation as parameters of a cell model.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/handover/cell_file.hpp"
#include "host/report/json_text.hpp"
#include "host/report/results_file.hpp"
#include "io/printable.hpp"
#include "io/replaces_input.hpp"
#include "io/write.hpp"

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

struct ExportRun {
  std::string format, results;
  LayerRequest layer;
  std::string into, output;
  std::int64_t samples = 0, seed = 1;
  bool overwrite = false, quiet = false;
};

using Rows = std::vector<Setting<ExportRun>>;

std::vector<Choice> formats() {
  std::vector<Choice> choices;
  for (const CellFormat& format : cell_formats()) choices.push_back({format.name, format.meaning});
  return choices;
}

void add_input(Rows& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Input";
    rows.push_back(setting<ExportRun>(facts, member));
  };
  add({.name = "format",
       .kind = Kind::choice,
       .meaning = "for which program",
       .choices = formats(),
       .positional = true,
       .required = true},
      &ExportRun::format);
  add({.name = "results",
       .kind = Kind::path_in,
       .meaning = "results.json of tauvox evaluate",
       .positional = true,
       .required = true},
      &ExportRun::results);
  add({.name = "into",
       .kind = Kind::path_in,
       .meaning = "bpx, battmo: file of the cell, of which a copy gets the numbers"},
      &ExportRun::into);
}

void add_layer(Rows& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Layer";
    rows.push_back(setting<ExportRun>(
        facts, [member](auto& s) -> auto& { return std::invoke(member, s.layer); }));
  };
  add({.name = "electrode",
       .kind = Kind::choice,
       .meaning = "which layer of the cell it is",
       .choices = named({"positive", "negative", "separator"})},
      &LayerRequest::electrode);
  add({.name = "active", .meaning = "name of the phase that stores lithium"}, &LayerRequest::active);
  add({.name = "radius",
       .kind = Kind::choice,
       .meaning = "what the radius of the particles preserves",
       .choices = {{"surface", "3 x volume fraction / surface with what carries ions"},
                   {"particles", "half of the median particle"}}},
      &LayerRequest::radius);
  add({.name = "solid-conductivity",
       .kind = Kind::number,
       .meaning = "conductivity of what --electronic gave the largest value",
       .unit = "S/m",
       .range = Range{0, {}, true}},
      &LayerRequest::solid_conductivity);
  add({.name = "full-thickness",
       .kind = Kind::flag,
       .meaning = "the volume reaches from one end of the layer to the other: its length is handed over too"},
      &LayerRequest::full_thickness);
}

const Rows& rows() {
  static const Rows table = [] {
    Rows r;
    add_input(r);
    add_layer(r);
    const auto add = [&](SettingFacts facts, auto member) {
      facts.group = "Output";
      r.push_back(setting<ExportRun>(facts, member));
    };
    add({.name = "samples",
         .kind = Kind::integer,
         .meaning = "besides, so many layers as the uncertainties let them be",
         .range = Range{0, 10000}},
        &ExportRun::samples);
    add({.name = "seed", .kind = Kind::integer, .meaning = "of the samples", .range = Range{0}},
        &ExportRun::seed);
    add({.name = "output",
         .letter = 'o',
         .kind = Kind::path_out,
         .meaning = "file to write; standard output unless given"},
        &ExportRun::output);
    add({.name = "overwrite", .kind = Kind::flag, .meaning = "replace files that exist"},
        &ExportRun::overwrite);
    add({.name = "quiet", .kind = Kind::flag, .meaning = "errors only: neither notices nor what was written"},
        &ExportRun::quiet);
    return r;
  }();
  return table;
}

void check(const ExportRun& run, const Arguments& arguments) {
  if (run.samples == 0 && arguments.find("seed"))
    throw Error(ExitCode::usage, "--seed has no effect without --samples", arguments.find("seed")->text(),
                "nothing is drawn", "add --samples N, or leave --seed out");
  if (run.layer.electrode == "separator")
    for (const char* option : {"active", "radius", "solid-conductivity"})
      if (arguments.find(option))
        throw Error(ExitCode::usage, fmt::format("--{} has no effect on a separator", option),
                    arguments.find(option)->text(), "a separator has neither particles nor electrons",
                    "leave it out");
  if (run.format == "pybamm" && !run.into.empty())
    throw Error(ExitCode::usage, "--into is for bpx and battmo", run.into, "",
                "PyBaMM takes the file by ParameterValues.update");
  if (run.samples > 0 && run.format != "pybamm" && run.output.empty())
    throw Error(ExitCode::usage, "samples need a file name", "--samples", "each is a file of its own",
                "give -o NAME.json");
}

/// "cell.json" -> "cell_07.json"
std::string numbered(const std::string& path, std::int64_t index, std::int64_t count) {
  const std::filesystem::path whole(path);
  const std::size_t digits = std::max<std::size_t>(2, std::to_string(count).size());
  std::filesystem::path name = whole.parent_path();
  name /= fmt::format("{}_{:0{}}{}", whole.stem().string(), index, digits, whole.extension().string());
  return name.string();
}

std::string text_of(const CellLayer& layer, const std::vector<CellEntry>& entries) {
  std::string text = fmt::format("the {}{}\n", layer.electrode, layer.is_separator() ? "" : " electrode");
  for (const CellEntry& entry : entries)
    text += fmt::format(
        "  {:<62} = {}   {}\n", fmt::format("{}", fmt::join(entry.key, ".")),
        entry.value.is_number() ? fmt::format("{:.6g}", entry.value.get<double>()) : json_text(entry.value),
        entry.source);
  return text;
}

/// What samples vary, with its name.
std::vector<std::pair<std::string, Measured>> varied(const CellLayer& layer) {
  std::vector<std::pair<std::string, Measured>> all{{"porosity", layer.porosity},
                                                    {"transport efficiency", layer.transport_efficiency}};
  const auto add = [&](const char* name, const std::optional<Measured>& measured) {
    if (measured) all.emplace_back(name, *measured);
  };
  add("electronic conductivity", layer.conductivity_ratio);
  add("active material", layer.active_fraction);
  add("surface", layer.surface);
  return all;
}

/// Where samples vary less than is in doubt.
std::vector<std::string> texts_of_doubt(const CellLayer& layer) {
  std::vector<std::string> texts;
  for (const auto& [name, measured] : varied(layer))
    if (measured.deviation && !measured.unknown.empty())
      texts.push_back(
          fmt::format("{} is in more doubt than its samples show: its uncertainty of {} is not known", name,
                      fmt::join(measured.unknown, " and ")));
  return texts;
}

/// What varies in the samples, and what does not.
std::string text_of_samples(const CellLayer& layer, const ExportRun& run) {
  std::string known, unknown;
  for (const auto& [name, measured] : varied(layer)) {
    std::string& list = measured.deviation ? known : unknown;
    list += list.empty() ? name : ", " + name;
  }
  return fmt::format(
      "{} samples, seed {}: drawn are {}{}{}\n", run.samples, run.seed, known.empty() ? "none" : known,
      unknown.empty() ? "" : "; the same in all, as the results have no +- for them: ", unknown);
}

/// How the radius is defined, and what the other definition gives: they may be far apart.
std::string text_of_radius(CellLayer layer) {
  const std::optional<Measured> taken = layer.particle_radius();
  const bool by_surface = layer.radius == "surface";
  layer.radius = by_surface ? "particles" : "surface";
  const std::optional<Measured> other = layer.particle_radius();
  if (layer.is_separator() || !taken || !other) return "";
  const char* surface = "3 x volume fraction / surface that meets what carries ions";
  const char* median = "half of the median particle, by volume";
  return fmt::format("the particle radius is {:.3g} um: {}; {} is {:.3g} um (--radius {})",
                     taken->value * 1e6, by_surface ? surface : median, by_surface ? median : surface,
                     other->value * 1e6, layer.radius);
}

void note(const std::string& text) { print_notice(text); }

/// All can be written, and none is read, before the first is written.
void check_outputs(const ExportRun& run) {
  if (run.output.empty()) return;
  std::vector<std::string> paths{run.output};
  for (std::int64_t i = 1; i <= run.samples && run.format != "pybamm"; ++i)
    paths.push_back(numbered(run.output, i, run.samples));
  for (const std::string& path : paths) {
    io::check_replaces_no_input(path, {run.results, run.into});
    for (const std::string& found : io::check_output(path, run.overwrite)) note(found);
  }
}

/// Of one layer; those of the samples say nothing twice.
Json file_of(const CellLayer& layer, const ExportRun& run, const Json& cell, const Origin& origin,
             std::vector<std::string>& notices) {
  return run.format == "bpx" ? bpx_file(layer, cell, run.into, origin)
                             : battmo_file(layer, cell, run.into, origin, notices);
}

void write_json(const std::string& path, const Json& file, bool overwrite) {
  io::write_text(path, json_text(file, 2) + "\n", overwrite);
}

void print_what_was_written(const CellLayer& layer, const ExportRun& run) {
  for (const CellFormat& format : cell_formats())
    if (format.name == run.format) print_text(text_of(layer, format.entries(layer)));
  if (run.samples > 0) print_text(text_of_samples(layer, run));
  print_line("written: " + run.output);
}

ExitCode run_export(const Arguments& arguments, bool&) {
  ExportRun run;
  apply(rows(), arguments, run);
  if (run.quiet) leave_out_notes();
  check(run, arguments);
  check_outputs(run);
  const Json results = read_json(run.results);
  const Json cell = run.into.empty() ? Json() : read_json(run.into);
  Json file;
  std::vector<std::string> notices;
  try {
    const CellLayer layer = layer_of(results, run.results, run.layer);
    const Json input = results.value("input", Json::object());
    const std::string hash = text_or_empty(input, "sha256");
    const Origin origin{fmt::format("tauvox {}", TAUVOX_VERSION),
                        io::printable(fmt::format("{} (sha256 {})", text_or_empty(input, "path"),
                                                  hash.empty() ? "not known" : hash))};
    std::vector<CellLayer> samples;
    for (std::int64_t i = 0; i < run.samples; ++i)
      samples.push_back(drawn(layer, static_cast<std::uint64_t>(run.seed), static_cast<std::uint64_t>(i)));
    file = run.format == "pybamm" ? pybamm_file(layer, samples, origin, static_cast<std::uint64_t>(run.seed))
                                  : file_of(layer, run, cell, origin, notices);
    if (run.output.empty()) {
      print_report(json_text(file, 2) + "\n");
    } else {
      write_json(run.output, file, run.overwrite);
      std::vector<std::string> unused;
      for (std::size_t i = 0; i < samples.size() && run.format != "pybamm"; ++i)
        write_json(numbered(run.output, static_cast<std::int64_t>(i) + 1, run.samples),
                   file_of(samples[i], run, cell, origin, unused), run.overwrite);
      results_are_in_files();
      if (!run.quiet) print_what_was_written(layer, run);
    }
    if (const std::string radius = text_of_radius(layer); !radius.empty()) note(radius);
    if (run.samples > 0)
      for (const std::string& doubt : texts_of_doubt(layer)) note(doubt);
    for (const std::string& missing : layer.missing) note("not handed over: " + missing);
  } catch (const Json::exception& error) {
    throw Error(ExitCode::input_refused, "the results or the cell are not as they should be", run.results,
                reason_of(error), "give the results.json of tauvox evaluate");
  }
  for (const std::string& said : notices) note(said);
  return ExitCode::success;
}

}  // namespace

Command export_command() {
  return {
      .name = "export",
      .meaning = "hand an evaluated electrode or separator over to a cell model",
      .settings = facts_of(rows()),
      .examples = {{"tauvox export pybamm report/results.json --electrode positive -o cathode.json",
                    "for ParameterValues.update"},
                   {"tauvox export bpx report/results.json --electrode negative --into cell.json -o new.json",
                    "a BPX file with the measured numbers"},
                   {"tauvox export battmo report/results.json --samples 20 -o cathode.json",
                    "twenty more, as the uncertainties let them be"}},
      .run = run_export,
      .notes =
          "Cell models are one-dimensional: what is handed over is measured along the thickness. Each number "
          "has its source beside it. PyBaMM and BattMo raise 1 - porosity to an exponent to correct a "
          "conductivity: the exponent is the one with which that gives the measured value. BPX takes the "
          "effective conductivity itself."};
}

}  // namespace tauvox
