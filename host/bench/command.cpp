#include "host/bench/command.hpp"

#include <CLI/CLI.hpp>

#include "host/app/console.hpp"
#include "host/bench/bench.hpp"
#include "host/bench/compare.hpp"
#include "host/bench/suite.hpp"

namespace tauvox::bench {

struct Command::Parts {
  CLI::App* bench = nullptr;
  CLI::App *triad = nullptr, *apply = nullptr, *passes = nullptr, *solve = nullptr, *io = nullptr,
           *answers = nullptr;
  SuiteOptions suite;
  Options single;
  std::vector<std::string> compared;
};

namespace {

void add_device(CLI::App* command, std::string& device, int& threads) {
  command->add_option("--device", device, "auto, cpu, cuda or cuda:N");
  command->add_option("--threads", threads, "CPU threads (default: all)")->check(CLI::NonNegativeNumber);
}

CLI::App* add_single(CLI::App* bench, Options& options, const char* name, const char* meaning) {
  CLI::App* command = bench->add_subcommand(name, meaning);
  add_device(command, options.device, options.threads);
  command->add_option("--repeats", options.repeats, "timed runs; the median counts")
      ->check(CLI::PositiveNumber);
  return command;
}

}  // namespace

Command::Command(CLI::App& program) : parts_(std::make_unique<Parts>()) {
  Parts& p = *parts_;
  SuiteOptions& s = p.suite;
  Options& o = p.single;
  p.bench = program.add_subcommand("bench", "how fast is this machine, at the same answer; compare machines");
  p.bench->require_subcommand(0, 1);
  p.bench->footer(
      "Examples:\n"
      "  tauvox bench --quick                     under two minutes on a laptop\n"
      "  tauvox bench --device cuda -o gpu.json   every case from 128^3 to the largest that fits\n"
      "  tauvox bench --compare a.json b.json     tables, and a picture by gnuplot\n"
      "  tauvox bench triad                       one benchmark, one JSON line");
  p.bench->add_flag("--quick", s.quick, "64^3 and 128^3 only");
  p.bench->add_option("--sizes", s.sizes, "edges in voxels, or largest (default 128,256,512,1024,largest)")
      ->delimiter(',');
  p.bench->add_option("--cases", s.cases, "names of cases (default: all)")->delimiter(',');
  add_device(p.bench, s.device, s.threads);
  p.bench->add_option("--repeats", s.repeats, "timed runs of a row, at least (default 7)");
  p.bench->add_option("--least-seconds", s.least_seconds, "timed runs of a row together (default 2)")
      ->check(CLI::NonNegativeNumber);
  p.bench->add_option("--row-minutes", s.most_minutes, "rows that would take longer are skipped (default 60)")
      ->check(CLI::PositiveNumber);
  p.bench->add_option("--tolerance", s.tolerance, "relative error of D_eff (default 1e-4)");
  p.bench->add_option("--precision", s.precision, "mixed or double")
      ->check(CLI::IsMember({"mixed", "double"}));
  p.bench->add_flag("--no-triad", s.no_triad, "without the triad, and the shares of it");
  p.bench->add_flag("--name-host", s.name_host, "write the name of this machine into the file");
  p.bench->add_option("--compare", p.compared, "files to compare; the first is the reference")
      ->type_name("FILE");
  p.bench
      ->add_option("-o,--output", s.output,
                   "file to write (default bench-DEVICE-DATE.json); with --compare: name without ending "
                   "(default bench-compare)")
      ->type_name("FILE");
  p.bench->add_flag("--overwrite", s.overwrite, "replace files that exist");

  p.triad = add_single(p.bench, o, "triad", "memory bandwidth: a = b + s c in FP64");
  p.apply = add_single(p.bench, o, "apply", "the transport operator on an electrode");
  p.passes = add_single(p.bench, o, "passes", "the passes over the voxels, tuned and plain");
  p.solve = add_single(p.bench, o, "solve", "the effective transport of an electrode");
  p.io = add_single(p.bench, o, "io", "writing and reading a volume");
  p.answers = add_single(p.bench, o, "answers", "the answers that the suite is judged by, solved anew");
  for (CLI::App* command : {p.triad, p.apply, p.passes})
    command->add_option("--megabytes", o.megabytes,
                        "of each array of the triad (default: 256, at least 4 x the last cache)");
  for (CLI::App* command : {p.apply, p.passes, p.solve, p.io}) {
    command->add_option("--size", o.size, "edge of the electrode, voxels");
    command->add_option("--porosity", o.porosity, "of the electrode");
  }
  p.apply->add_option("--precision", o.precision, "double or single")
      ->check(CLI::IsMember({"double", "single"}));
  for (CLI::App* command : {p.apply, p.passes}) {
    command->add_flag("--no-triad", o.no_triad, "without the triad, and the share of it");
    command->add_option("--classes", o.classes, "material classes, wall and plate included")
        ->check(CLI::Range(3, 16));
  }
  p.solve->add_option("--precision", o.precision, "mixed or double")
      ->check(CLI::IsMember({"mixed", "double"}));
  p.solve->add_option("--verify", o.verify, "against the FP64 solve (precision) or the inlet flux (fluxes)")
      ->check(CLI::IsMember({"precision", "fluxes"}));
  p.io->add_option("--format", o.format, "raw, h5 or vti")->check(CLI::IsMember({"raw", "h5", "vti"}));
  p.io->add_option("--folder", o.folder, "where the file is written, and removed again");
  for (CLI::App* command : {p.solve, p.answers})
    command->add_option("--tolerance", o.tolerance, "relative error of D_eff (answers: 1e-9)");
  p.answers->add_option("--sizes", o.sizes, "edges, voxels")->delimiter(',')->required();
  p.answers->add_option("--cases", o.cases, "names of cases (default: all)")->delimiter(',');
}

Command::~Command() = default;

bool Command::chosen() const { return parts_->bench->parsed(); }

ExitCode Command::run() const {
  const Parts& p = *parts_;
  Options options = p.single;
  const auto print_line = [](const nlohmann::ordered_json& line) {
    print_report(line.dump() + "\n");
    return ExitCode::success;
  };
  if (*p.triad) return print_line(run_triad(options));
  if (*p.apply) return print_line(run_apply(options));
  if (*p.passes) return print_line(run_passes(options));
  if (*p.solve) return print_line(run_solve(options));
  if (*p.io) return print_line(run_io(options));
  if (*p.answers) {
    if (p.answers->count("--tolerance") == 0) options.tolerance = 1e-9;
    print_report(run_answers(options));
    return ExitCode::success;
  }
  if (p.compared.empty()) return run_suite(p.suite);
  return run_compare(p.compared, p.suite.output, p.suite.overwrite);
}

}  // namespace tauvox::bench
