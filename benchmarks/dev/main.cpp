// tauvox_dev: one benchmark of a part of the program, one line of JSON. Not installed; users have `tauvox
// bench`.
#include <CLI/CLI.hpp>

#include "benchmarks/dev/dev.hpp"
#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/bench/tool.hpp"

namespace tauvox::bench {

Device device_of(const Options& options) {
  Settings settings;
  settings.device = options.device;
  settings.threads = options.threads;
  std::string notice;
  return choose_device(settings, notice);
}

nlohmann::ordered_json head(const char* benchmark, const Device& device) {
  return {{"benchmark", benchmark}, {"version", TAUVOX_VERSION},      {"commit", commit()},
          {"date", date_now()},     {"device", device.description()}, {"threads", device.threads()}};
}

namespace {

using Run = std::string (*)(const Options&);

template <nlohmann::ordered_json run(const Options&)>
std::string line_of(const Options& options) {
  return run(options).dump() + "\n";
}

struct Benchmark {
  const char *name, *meaning;
  Run run;
  std::vector<std::string> options;  // beside --device, --threads and --repeats
};

const Benchmark benchmarks[] = {
    {"triad", "memory bandwidth: a = b + s c in FP64", line_of<run_triad>, {"--megabytes"}},
    {"apply",
     "the transport operator on an electrode",
     line_of<run_apply>,
     {"--size", "--porosity", "--precision", "--classes", "--no-triad", "--megabytes"}},
    {"passes",
     "the passes over the voxels, tuned and plain",
     line_of<run_passes>,
     {"--size", "--porosity", "--classes", "--no-triad", "--megabytes"}},
    {"solve",
     "the effective transport of an electrode",
     line_of<run_solve>,
     {"--size", "--porosity", "--precision", "--tolerance", "--verify"}},
    {"io", "writing and reading a volume", line_of<run_io>, {"--size", "--porosity", "--format", "--folder"}},
    {"geometry",
     "metrics of geometry of a phase of a volume",
     line_of<run_geometry>,
     {"--size", "--porosity", "--file", "--label", "--metric"}},
    {"answers",
     "the answers that `tauvox bench` is judged by, solved anew",
     run_answers,
     {"--sizes", "--cases", "--tolerance"}},
};

void add_option(CLI::App* command, const std::string& name, Options& o) {
  const bool is_solve = command->get_name() == "solve";
  const auto set = [&](auto& target, const char* meaning) {
    return command->add_option(name, target, meaning);
  };
  if (name == "--size") set(o.size, "edge of the electrode, voxels (256)");
  if (name == "--porosity") set(o.porosity, "of the electrode (0.4)");
  if (name == "--precision")
    set(o.precision, "of the vectors")
        ->check(is_solve ? CLI::IsMember({"mixed", "double"}) : CLI::IsMember({"double", "single"}));
  if (name == "--classes")
    set(o.classes, "material classes, wall and plate included")->check(CLI::Range(3, 16));
  if (name == "--no-triad") command->add_flag(name, o.no_triad, "without the triad, and the share of it");
  if (name == "--megabytes")
    set(o.megabytes, "of each array of the triad (256, at least 4 x the last cache)");
  if (name == "--tolerance") set(o.tolerance, "relative error of D_eff");
  if (name == "--verify")
    set(o.verify, "against the FP64 solve (precision) or the inlet flux (fluxes)")
        ->check(CLI::IsMember({"precision", "fluxes"}));
  if (name == "--format") set(o.format, "raw, h5 or vti")->check(CLI::IsMember({"raw", "h5", "vti"}));
  if (name == "--folder") set(o.folder, "where the file is written, and removed again");
  if (name == "--file") set(o.file, "volume to read, in place of an electrode");
  if (name == "--label") set(o.label, "of the phase (0)");
  if (name == "--metric") set(o.metric, "only this one; memory is that of a fresh process");
  if (name == "--sizes") set(o.sizes, "edges, voxels")->delimiter(',')->required();
  if (name == "--cases") set(o.cases, "names of cases (all)")->delimiter(',');
}

int run(int argc, char** argv) {
  CLI::App app("tauvox_dev: benchmarks of the parts of tauvox, one line of JSON each", "tauvox_dev");
  app.require_subcommand(1);
  Options options;
  for (const Benchmark& row : benchmarks) {
    CLI::App* command = app.add_subcommand(row.name, row.meaning);
    command->add_option("--device", options.device, "auto, cpu, cuda or cuda:N");
    command->add_option("--threads", options.threads, "CPU threads (all)")->check(CLI::NonNegativeNumber);
    command->add_option("--repeats", options.repeats, "timed runs; the median counts")
        ->check(CLI::PositiveNumber);
    for (const std::string& name : row.options) add_option(command, name, options);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  for (const Benchmark& row : benchmarks) {
    const CLI::App* command = app.get_subcommand(row.name);
    if (!command->parsed()) continue;
    if (row.run == run_answers && command->count("--tolerance") == 0) options.tolerance = 1e-9;
    print_report(row.run(options));
  }
  return 0;
}

}  // namespace
}  // namespace tauvox::bench

int main(int argc, char** argv) {
  using namespace tauvox;
  try {
    return bench::run(argc, argv);
  } catch (const Error& error) {
    print_note("error: " + one_line(error.what()) + "\n");
    return static_cast<int>(error.code());
  }
}
