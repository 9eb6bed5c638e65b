#include "host/bench/command.hpp"

#include <fmt/format.h>

#include "host/bench/cases.hpp"
#include "host/bench/compare.hpp"
#include "host/bench/suite.hpp"

namespace tauvox::bench {
namespace {

struct Run {
  SuiteOptions suite;
  std::vector<std::string> compared;
};

using Rows = std::vector<Setting<Run>>;

std::vector<Choice> case_choices() {
  std::vector<Choice> choices;
  for (const Case& row : cases()) choices.push_back({row.name, row.meaning});
  return choices;
}

template <class Member>
Setting<Run> suite_row(const char* group, SettingFacts facts, Member member) {
  facts.group = group;
  return setting<Run>(
      facts, [member](auto& s) -> auto& { return std::invoke(member, s.suite); });
}

void add_what(Rows& rows) {
  const auto add = [&](SettingFacts facts, auto member) { rows.push_back(suite_row("What", facts, member)); };
  add({.name = "quick", .kind = Kind::flag, .meaning = "64^3 and 128^3 only: under two minutes on a laptop"},
      &SuiteOptions::quick);
  add({.name = "sizes",
       .kind = Kind::texts,
       .meaning =
           "edges in voxels from 8 to 8192, or largest; unless given, 128,256,512,1024,largest. A case that "
           "has no volume of so few voxels, or none with a way through, is skipped"},
      &SuiteOptions::sizes);
  add({.name = "cases",
       .kind = Kind::texts,
       .meaning = "unless given, all of them",
       .choices = case_choices()},
      &SuiteOptions::cases);
  add({.name = "tolerance",
       .kind = Kind::number,
       .meaning = "of the solver",
       .unit = "relative error of D_eff",
       .range = Range{1e-12, 0.1}},
      &SuiteOptions::tolerance);
  add({.name = "precision",
       .kind = Kind::choice,
       .meaning = "of the vectors; sums are FP64 always",
       .choices = {{"mixed", "FP32"}, {"double", "FP64"}}},
      &SuiteOptions::precision);
}

void add_how(Rows& rows) {
  const auto add = [&](SettingFacts facts, auto member) { rows.push_back(suite_row("How", facts, member)); };
  add({.name = "device",
       .kind = Kind::device,
       .meaning = "auto (a GPU where there is one, else the CPU), cpu, cuda or cuda:N",
       .choices = named({"auto", "cpu", "cuda"})},
      &SuiteOptions::device);
  add({.name = "threads",
       .kind = Kind::integer,
       .meaning = "CPU threads; unless given, all that this process may use",
       .range = Range{0, 4096},
       .unset = 0},
      &SuiteOptions::threads);
  add({.name = "repeats",
       .kind = Kind::integer,
       .meaning = "timed runs of a row, at least; the median counts",
       .range = Range{1}},
      &SuiteOptions::repeats);
  add({.name = "least-seconds",
       .kind = Kind::number,
       .meaning = "timed runs of a row together",
       .unit = "s",
       .range = Range{0}},
      &SuiteOptions::least_seconds);
  add({.name = "row-minutes",
       .kind = Kind::number,
       .meaning = "rows that would take longer, by the time of the size before, are skipped; the first size "
                  "of a case never is",
       .unit = "min",
       .range = Range{0, {}, true}},
      &SuiteOptions::most_minutes);
  add({.name = "quiet", .kind = Kind::flag, .meaning = "errors only on standard error"},
      &SuiteOptions::quiet);
  add({.name = "no-triad",
       .kind = Kind::flag,
       .meaning = "without the triad, and the shares of it; on the CPU it takes 16 times its last cache, and "
                  "1.1 GB at least, and is left out where so much memory is not free"},
      &SuiteOptions::no_triad);
}

void add_output(Rows& rows) {
  rows.push_back(setting<Run>({.name = "compare",
                               .kind = Kind::paths_in,
                               .group = "Output",
                               .meaning = "no suite: files to compare; the first is the reference"},
                              &Run::compared));
  const auto add = [&](SettingFacts facts, auto member) {
    rows.push_back(suite_row("Output", facts, member));
  };
  add({.name = "output",
       .letter = 'o',
       .kind = Kind::path_out,
       .meaning = "file to write, unless given bench-DEVICE-DATE.json; with --compare: name without ending, "
                  "unless given bench-compare"},
      &SuiteOptions::output);
  add({.name = "csv", .kind = Kind::path_out, .meaning = "every row as a line of a table"},
      &SuiteOptions::csv);
  add({.name = "name-host", .kind = Kind::flag, .meaning = "write the name of this machine into the file"},
      &SuiteOptions::name_host);
  add({.name = "overwrite", .kind = Kind::flag, .meaning = "replace files that exist"},
      &SuiteOptions::overwrite);
}

const Rows& rows() {
  static const Rows table = [] {
    Rows r;
    add_what(r);
    add_how(r);
    add_output(r);
    return r;
  }();
  return table;
}

/// Comparing runs nothing, so nothing that says what to run or how.
void refuse_beside_compare(const Arguments& arguments) {
  for (const SettingFacts* row : facts_of(rows()))
    if ((row->group != std::string("Output") || row->name == std::string("name-host")) &&
        arguments.find(row->name))
      throw Error(ExitCode::usage, "option without effect", "command line", fmt::format("--{}", row->name),
                  "with --compare nothing is run; leave it out, or leave out --compare");
}

ExitCode run(const Arguments& arguments, bool&) {
  Run settings;
  apply(rows(), arguments, settings);
  if (!arguments.find("compare")) return run_suite(settings.suite);
  refuse_beside_compare(arguments);
  return run_compare(settings.compared, settings.suite.output, settings.suite.csv, settings.suite.overwrite);
}

/// The benchmarks of single parts, which developers run.
std::vector<Removed> single_benchmarks() {
  std::vector<Removed> removed;
  for (const char* name : {"triad", "apply", "passes", "solve", "io", "answers"})
    removed.push_back({name, std::string("it is a benchmark for developers now: tauvox_dev ") + name +
                                 ", built from benchmarks/dev"});
  return removed;
}

}  // namespace

Command command() {
  return {.name = "bench",
          .meaning = "how fast is this machine, at the same answer; compare machines",
          .settings = facts_of(rows()),
          .examples = {{"tauvox bench --quick", "under two minutes on a laptop"},
                       {"tauvox bench --device cuda -o gpu.json",
                        "every case from 128^3 to the largest that fits"},
                       {"tauvox bench --compare a.json b.json", "tables, and a picture"}},
          .run = run,
          .removed = single_benchmarks()};
}

}  // namespace tauvox::bench
