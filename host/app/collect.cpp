// `tauvox collect`: results of many evaluations in one table.
#include <fmt/format.h>

#include <filesystem>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/batch/collection.hpp"
#include "io/replaces_input.hpp"
#include "io/write.hpp"

namespace tauvox {
namespace {

struct CollectRun {
  std::vector<std::string> folders;
  std::string output;
  bool overwrite = false, quiet = false;
};

const std::vector<Setting<CollectRun>>& rows() {
  static const std::vector<Setting<CollectRun>> table{
      setting<CollectRun>({.name = "folders",
                           .kind = Kind::paths_in,
                           .group = "Input",
                           .meaning = "folders of evaluations or lots, or above them",
                           .positional = true,
                           .required = true},
                          &CollectRun::folders),
      setting<CollectRun>({.name = "output",
                           .letter = 'o',
                           .kind = Kind::path_out,
                           .group = "Output",
                           .meaning = "table to write, .csv or .json",
                           .required = true},
                          &CollectRun::output),
      setting<CollectRun>({.name = "overwrite",
                           .kind = Kind::flag,
                           .group = "Output",
                           .meaning = "replace the file, as after more evaluations"},
                          &CollectRun::overwrite),
      setting<CollectRun>({.name = "quiet",
                           .kind = Kind::flag,
                           .group = "Output",
                           .meaning = "errors only: neither notices nor what was written"},
                          &CollectRun::quiet)};
  return table;
}

void note(const std::vector<std::string>& folders, const std::string& what) {
  if (!folders.empty())
    print_notice(fmt::format("{} left out: {}, such as {}", folders.size(), what, folders.front()));
}

ExitCode run_collect(const Arguments& arguments, bool&) {
  CollectRun run;
  apply(rows(), arguments, run);
  if (run.quiet) leave_out_notes();
  const bool as_json = run.output.ends_with(".json");
  if (!as_json && !run.output.ends_with(".csv"))
    throw Error(ExitCode::usage, "the table is .csv or .json", run.output, "",
                "give -o NAME.csv or NAME.json");
  for (const std::string& found : io::check_output(run.output, run.overwrite)) print_notice(found);
  const Collection all = collected(run.folders, value_in_key);
  note(all.twice, "another folder holds the same evaluation");
  note(all.unfinished, "failed or not finished");
  note(all.unreadable, "not readable");
  if (all.results.empty())
    throw Error(ExitCode::input_refused, "no finished evaluation", run.folders.front(), "",
                "give folders that hold the results.json of tauvox evaluate or batch");
  for (const CollectedResults& results : all.results)
    io::check_replaces_no_input(run.output,
                                {(std::filesystem::path(results.folder) / "results.json").string()});
  io::write_text(run.output, as_json ? collection_json(all.results) : collection_csv(all.results),
                 run.overwrite);
  results_are_in_files();
  if (!run.quiet) print_line(fmt::format("written: {} ({} evaluations)", run.output, all.results.size()));
  return ExitCode::success;
}

}  // namespace

Command collect_command() {
  return {
      .name = "collect",
      .meaning = "gather results of many evaluations in one table",
      .settings = facts_of(rows()),
      .examples = {{"tauvox collect lot -o all.csv", "a row for each phase and axis of each evaluation"},
                   {"tauvox collect lots/ more/ -o all.json --overwrite", "the same as JSON, anew"}},
      .run = run_collect,
      .notes =
          "Every results.json below the folders is taken once: where several hold the same evaluation "
          "(content, settings, limits and version) the first by name. Rows are sorted by volume, so that the "
          "same results give the same file. What is not finished is left out with a notice."};
}

}  // namespace tauvox
