// tauvox_bench triad | apply | solve: verifies, warms up, times, prints one JSON line a run.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <iostream>

#include "benchmarks/bench.hpp"
#include "host/settings.hpp"

namespace tauvox::bench {

Device device_of(const Options& options) {
  Settings settings;
  settings.device = options.device;
  settings.threads = options.threads;
  std::string notice;
  return choose_device(settings, notice);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

nlohmann::ordered_json head(const char* benchmark, const Device& device, const Options& options) {
  const std::time_t now = std::time(nullptr);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  return {{"benchmark", benchmark}, {"version", TAUVOX_VERSION},      {"commit", options.commit},
          {"date", date},           {"device", device.description()}, {"threads", device.threads()}};
}

}  // namespace tauvox::bench

int main(int argc, char** argv) {
  using namespace tauvox;
  bench::Options options;
  CLI::App app("Benchmarks of tauvox; one JSON line a run");
  app.require_subcommand(1);
  const auto add = [&](const char* name, const char* meaning) {
    CLI::App* command = app.add_subcommand(name, meaning);
    command->add_option("--device", options.device, "cpu, cuda or cuda:N");
    command->add_option("--threads", options.threads, "CPU threads (default: all)");
    command->add_option("--commit", options.commit, "what was built, for the JSON line");
    command->add_option("--repeats", options.repeats, "timed runs; the median counts")
        ->check(CLI::PositiveNumber);
    return command;
  };
  CLI::App* triad = add("triad", "memory bandwidth: a = b + s c in FP64");
  CLI::App* apply = add("apply", "the transport operator on an electrode");
  CLI::App* solve = add("solve", "the effective transport of an electrode");
  for (CLI::App* command : {triad, apply})
    command->add_option("--megabytes", options.megabytes,
                        "of each array of the triad (default: 256, at least 4 x L3)");
  for (CLI::App* command : {apply, solve}) {
    command->add_option("--size", options.size, "edge of the electrode, voxels");
    command->add_option("--porosity", options.porosity, "of the electrode");
  }
  apply->add_option("--precision", options.precision, "double or single")
      ->check(CLI::IsMember({"double", "single"}));
  apply->add_option("--classes", options.classes, "material classes, wall and plate included")
      ->check(CLI::Range(3, 16));
  apply->add_option("--operator", options.form, "on the full grid, or on unknowns only")
      ->check(CLI::IsMember({"full", "unknowns"}));
  solve->add_option("--precision", options.precision, "mixed or double")
      ->check(CLI::IsMember({"mixed", "double"}));
  solve->add_option("--tolerance", options.tolerance, "relative error of D_eff");
  options.verify = "precision";
  solve
      ->add_option("--verify", options.verify,
                   "against the FP64 solve (precision) or the inlet flux (fluxes)")
      ->check(CLI::IsMember({"precision", "fluxes"}));
  CLI11_PARSE(app, argc, argv);
  try {
    const auto line = *triad   ? bench::run_triad(options)
                      : *apply ? bench::run_apply(options)
                               : bench::run_solve(options);
    std::cout << line.dump() << std::endl;
    return 0;
  } catch (const Error& error) {
    std::cerr << "error: " << error.what() << "\n";
    return static_cast<int>(error.code());
  }
}
