#include "host/bench/command.hpp"

#include <CLI/CLI.hpp>

#include "host/app/console.hpp"
#include "host/bench/compare.hpp"
#include "host/bench/suite.hpp"

namespace tauvox::bench {

struct Command::Parts {
  CLI::App* bench = nullptr;
  SuiteOptions suite;
  std::vector<std::string> compared;
};

namespace {

void add_device(CLI::App* command, std::string& device, int& threads) {
  command->add_option("--device", device, "auto, cpu, cuda or cuda:N");
  command->add_option("--threads", threads, "CPU threads (default: all)")->check(CLI::NonNegativeNumber);
}

/// What this program did once, and `tauvox_dev` of a developer's build does now.
constexpr const char* moved[] = {"triad", "apply", "passes", "solve", "io", "answers"};

}  // namespace

Command::Command(CLI::App& program) : parts_(std::make_unique<Parts>()) {
  Parts& p = *parts_;
  SuiteOptions& s = p.suite;
  p.bench = program.add_subcommand("bench", "how fast is this machine, at the same answer; compare machines");
  p.bench->require_subcommand(0, 1);
  p.bench->footer(
      "Examples:\n"
      "  tauvox bench --quick                     under two minutes on a laptop\n"
      "  tauvox bench --device cuda -o gpu.json   every case from 128^3 to the largest that fits\n"
      "  tauvox bench --compare a.json b.json     tables and a picture");
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

  p.bench->add_option("--csv", s.csv, "every row as a line of a table")->type_name("FILE");
  for (const char* name : moved) p.bench->add_subcommand(name)->group("")->prefix_command();
}

Command::~Command() = default;

bool Command::chosen() const { return parts_->bench->parsed(); }

ExitCode Command::run() const {
  const Parts& p = *parts_;
  for (const std::string name : moved)
    if (p.bench->got_subcommand(name))
      throw Error(ExitCode::usage, "tauvox bench " + name + " is a program of its own now", "command line",
                  "", "build the sources and run `tauvox_dev " + name + "`");
  if (p.compared.empty()) return run_suite(p.suite);
  return run_compare(p.compared, p.suite.output, p.suite.csv, p.suite.overwrite);
}

}  // namespace tauvox::bench
