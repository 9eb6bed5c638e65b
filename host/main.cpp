// The program: parses the command line, runs a command, turns errors into messages and exit codes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "host/commands.hpp"
#include "host/parse.hpp"

namespace {

using namespace tauvox;

/// A setting on the command line; kept to be applied after the study file, which it overrides.
struct Given {
  const Setting* setting;
  std::string text;
  CLI::Option* option = nullptr;
};

void add_settings(CLI::App* app, std::vector<Given>& given,
                  const std::function<bool(const Setting&)>& wanted) {
  for (const Setting& row : describe()) {
    if (!wanted(row)) continue;
    given.push_back({&row, row.is_switch ? "true" : "", nullptr});
  }
  for (Given& g : given) {  // after the last push_back: CLI11 keeps addresses
    const std::string help =
        g.setting->meaning + (g.setting->unit.empty() ? "" : " [" + g.setting->unit + "]");
    g.option = g.setting->is_switch ? app->add_flag("--" + g.setting->name, help)
                                    : app->add_option("--" + g.setting->name, g.text, help)->type_name("");
    g.option->group(g.setting->group);
  }
}

void apply_given(const std::vector<Given>& given, Settings& settings) {
  for (const Given& g : given)
    if (g.option->count() > 0) g.setting->set(settings, g.text, "--" + g.setting->name);
}

ExitCode run(int argc, char** argv, bool& json_to_stdout) {
  CLI::App app("tauvox: effective transport of battery electrode microstructures, from segmented tomography",
               "tauvox");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("tauvox ") + TAUVOX_VERSION);

  CLI::App* solve =
      app.add_subcommand("solve", "effective diffusivity or conductivity and tortuosity factor");
  std::string input;
  solve->add_option("input", input, "volume (HDF5, TIFF, raw) or study file (.toml)")
      ->required()
      ->type_name("");
  std::vector<Given> solve_given;
  add_settings(solve, solve_given, [](const Setting& s) { return s.name != "input"; });

  CLI::App* inspect =
      app.add_subcommand("inspect", "what is in a volume: shape, labels, percolation; no solve");
  std::string inspect_input, inspect_json;
  inspect->add_option("input", inspect_input, "volume")->required()->type_name("");
  inspect->add_option("--json", inspect_json, "report; - for standard output")->type_name("");
  std::vector<Given> inspect_given;
  add_settings(inspect, inspect_given,
               [](const Setting& s) { return s.group == "Input" && s.name != "input"; });

  CLI::App* make = app.add_subcommand("generate", "make a volume: an electrode or a test shape");
  GenerateSettings generate_settings;
  std::string size = "128", diameter, voxel_size, output;
  std::string shapes;
  for (const Generator& g : generators()) shapes += "\n  " + g.name + ": " + g.meaning;
  bool overwrite = false;
  make->add_option("shape", generate_settings.shape, "one of:" + shapes)->required()->type_name("");
  make->add_option("--size", size, "voxels: one number, or z,y,x")->type_name("");
  make->add_option("--porosity", generate_settings.porosity, "electrode: fraction of pore")->type_name("");
  make->add_option("--binder", generate_settings.binder, "electrode: fraction of carbon-binder")
      ->type_name("");
  make->add_option("--fraction", generate_settings.fraction,
                   "lattices, channel: fraction of the inclusion or pore")
      ->type_name("");
  make->add_option("--diameter", diameter,
                   "electrode: smallest,largest particle, fraction of the smallest edge")
      ->type_name("");
  make->add_option("--seed", generate_settings.seed, "of the random numbers")->type_name("");
  make->add_option("--voxel-size", voxel_size, "length, e.g. 0.4um")->type_name("");
  make->add_option("-o,--output", output, "file to write (.h5, .raw, .vti)")->required()->type_name("");
  make->add_flag("--overwrite", overwrite, "replace the file if it exists");

  CLI::App* info = app.add_subcommand("info", "version, build, devices");
  bool info_json = false;
  info->add_flag("--json", info_json, "as JSON");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
      app.exit(error);
      return ExitCode::success;
    }
    throw Error(ExitCode::usage, error.what(), "command line", "",
                "see tauvox --help and tauvox COMMAND --help");
  }

  if (*solve) {
    for (const Given& g : solve_given)
      if (g.setting->name == "json" && g.text == "-") json_to_stdout = true;
    Settings settings;
    if (input.ends_with(".toml"))
      read_study_file(input, settings);
    else
      settings.input = input;
    apply_given(solve_given, settings);
    json_to_stdout = settings.json == "-";
    return run_solve(settings);
  }
  if (*inspect) {
    Settings settings;
    json_to_stdout = inspect_json == "-";
    apply_given(inspect_given, settings);
    return run_inspect(inspect_input, settings.read, inspect_json);
  }
  if (*make) {
    generate_settings.size = parse::shape(size, "--size");
    if (!voxel_size.empty()) generate_settings.voxel_size = parse::lengths(voxel_size, "--voxel-size")[0];
    if (!diameter.empty()) {
      const std::vector<double> d = parse::numbers(diameter, "--diameter");
      if (d.size() != 2)
        throw Error(ExitCode::usage, "bad value for --diameter", diameter, "", "give smallest,largest");
      generate_settings.diameter = {d[0], d[1]};
    }
    return run_generate(generate_settings, output, overwrite);
  }
  return run_info(info_json);
}

/// The message, and one JSON line with the status for programs that read standard error (and for --json -).
int report_error(ExitCode code, const std::string& message, bool json_to_stdout) {
  nlohmann::ordered_json line{
      {"status", "failed"}, {"exit_code", static_cast<int>(code)}, {"error", message}};
  const std::string text = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  fmt::print(stderr, "error: {}\n{}\n", message, text);
  if (json_to_stdout) fmt::print("{}\n", text);
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe must not lose results
  bool json_to_stdout = false;
  try {
    return static_cast<int>(run(argc, argv, json_to_stdout));
  } catch (const Error& error) {
    return report_error(error.code(), error.what(), json_to_stdout);
  } catch (const std::bad_alloc&) {
    return report_error(ExitCode::resources, "out of memory; use --crop or --precision mixed",
                        json_to_stdout);
  } catch (const std::exception& error) {
    return report_error(ExitCode::internal, std::string("internal error: ") + error.what(), json_to_stdout);
  }
}
