// The program: parses the command line, runs a command, turns errors into messages and exit codes.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/bench/command.hpp"
#include "host/settings/parse.hpp"

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
    g.option = g.setting->is_switch
                   ? app->add_flag("--" + g.setting->name, help)
                   : app->add_option("--" + g.setting->name, g.text, help)->type_name("VALUE");
    g.option->group(g.setting->group);
  }
}

/// "did you mean --phase?" for the first argument that looks like an option or a command and is none.
std::string suggestion(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> commands, options;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    commands.push_back(command->get_name());
    for (const CLI::Option* option : command->get_options())
      for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  }
  for (int i = 1; i < argc; ++i) {
    const std::string given = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
    if (i > 1 && !given.starts_with("--")) continue;
    const std::vector<std::string>& valid = given.starts_with("--") ? options : commands;
    if (std::find(valid.begin(), valid.end(), given) != valid.end()) continue;
    if (const std::string near = parse::nearest(given, valid); !near.empty())
      return "did you mean " + near + "? ";
  }
  return "";
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
  solve->footer(
      "Examples:\n"
      "  tauvox solve cathode.h5 --phase 0 --axis all\n"
      "  tauvox solve cathode.tif --conductivity 0=0,1=0.01,2=1 --unit S/m --json out.json --field out.vti\n"
      "  tauvox solve study.toml        every option above is also a key of a study file: axis = \"z\"\n"
      "The effective settings are written beside the results, as NAME.settings.toml, a study file.");
  std::string input;
  solve->add_option("input", input, "volume (HDF5, TIFF, .vti, raw) or study file (.toml)")
      ->required()
      ->type_name("");
  std::vector<Given> solve_given;
  add_settings(solve, solve_given, [](const Setting& s) { return s.name != "input"; });

  CLI::App* inspect =
      app.add_subcommand("inspect", "what is in a volume: shape, labels, percolation; no solve");
  std::string inspect_input, inspect_json;
  inspect->add_option("input", inspect_input, "volume")->required()->type_name("");
  inspect->add_option("--json", inspect_json, "report; - for standard output")->type_name("FILE");
  bool inspect_overwrite = false;
  inspect->add_flag("--overwrite", inspect_overwrite, "replace the report if it exists");
  std::vector<Given> inspect_given;
  add_settings(inspect, inspect_given,
               [](const Setting& s) { return s.group == "Input" && s.name != "input"; });

  CLI::App* make = app.add_subcommand("generate", "make a volume: an electrode or a test shape");
  GenerateSettings generate_settings;
  std::string output, shapes;
  for (const Generator& g : generators()) shapes += "\n  " + g.name + ": " + g.meaning;
  bool overwrite = false;
  make->add_option("shape", generate_settings.shape, "one of:" + shapes)->required()->type_name("");
  const auto made_with = [&](const std::string& option, const std::string& meaning, const auto& set) {
    make->add_option_function<std::string>(
            option,
            [&generate_settings, option, set](const std::string& t) { set(generate_settings, t, option); },
            meaning)
        ->type_name("VALUE");
  };
  using Text = const std::string&;
  made_with("--size", "voxels: one number, or z,y,x (default 128)",
            [](GenerateSettings& s, Text t, Text o) { s.size = parse::shape(t, o); });
  made_with("--porosity", "electrode: fraction of pore (default 0.4)",
            [](GenerateSettings& s, Text t, Text o) { s.porosity = parse::number(t, o); });
  made_with("--binder", "electrode: fraction of carbon-binder (default 0.08)",
            [](GenerateSettings& s, Text t, Text o) { s.binder = parse::number(t, o); });
  made_with("--fraction",
            "lattices, channel, site-percolation: fraction of the inclusion or pore (default 0.4)",
            [](GenerateSettings& s, Text t, Text o) { s.fraction = parse::number(t, o); });
  made_with("--diameter",
            "electrode: smallest,largest particle, fraction of the smallest edge (default 0.1,0.25)",
            [](GenerateSettings& s, Text t, Text o) {
              const std::vector<double> d = parse::numbers(t, o);
              if (d.size() != 2)
                throw Error(ExitCode::usage, "bad value for " + o, t, "", "give smallest,largest");
              s.diameter = {d[0], d[1]};
            });
  made_with("--seed", "of the random numbers (default 1)", [](GenerateSettings& s, Text t, Text o) {
    const std::int64_t seed = parse::integer(t, o);
    if (seed < 0) throw Error(ExitCode::usage, "bad value for " + o, t, "", "give a whole number from 0");
    s.seed = static_cast<std::uint64_t>(seed);
  });
  made_with("--voxel-size", "length, e.g. 0.4um (the default)", [](GenerateSettings& s, Text t, Text o) {
    const std::array<double, 3> size = parse::lengths(t, o);
    if (size[0] != size[1] || size[1] != size[2])
      throw Error(ExitCode::usage, "bad value for " + o, t, "",
                  "generated voxels are cubes: give one length");
    s.voxel_size = size[0];
  });
  make->add_option("-o,--output", output, "file to write (.h5, .raw, .vti)")->required()->type_name("FILE");
  make->add_flag("--overwrite", overwrite, "replace the file if it exists");

  const bench::Command benchmark(app);

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
                suggestion(app, argc, argv) + "see tauvox --help and tauvox COMMAND --help");
  }

  if (*solve) {
    for (const Given& g : solve_given)  // known before anything can fail
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
    return run_inspect(inspect_input, settings.read, inspect_json, inspect_overwrite);
  }
  if (*make) return run_generate(generate_settings, output, overwrite);
  if (benchmark.chosen()) return benchmark.run();
  return run_info(info_json);
}

/// Idle threads must sleep, not spin: on a shared machine a spinning one takes the core from who has work (a
/// 48^3 solve took ten times as long). OpenMP reads this before main, so the program starts itself again.
void let_threads_sleep(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT")) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  execv("/proc/self/exe", argv);  // comes back only where it fails, and then spinning is no error
}

}  // namespace

int main(int argc, char** argv) {
  let_threads_sleep(argv);
  guard_standard_streams();
  bool json_to_stdout = false;
  const auto failed = [&](ExitCode code, const std::string& message) {
    const std::string line = report_failure(Status::failed, code, message);
    if (json_to_stdout) print_text(line);  // whoever reads reports there gets the status there
    return static_cast<int>(code);
  };
  try {
    return static_cast<int>(run(argc, argv, json_to_stdout));
  } catch (const Error& error) {
    return failed(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return failed(ExitCode::resources, "out of memory; use --crop or --precision mixed");
  } catch (const std::exception& error) {
    return failed(ExitCode::internal, std::string("internal error: ") + error.what());
  }
}
