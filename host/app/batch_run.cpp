#include "host/app/batch_run.hpp"

#include <fmt/format.h>

#include <utility>

#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/study_file.hpp"
#include "host/app/unheeded.hpp"

namespace tauvox {
namespace {

using Rows = std::vector<Setting<BatchRun>>;

/// Not those of one volume.
bool is_for_every_volume(const SettingFacts& facts) {
  for (const char* own :
       {"input", "output", "overwrite", "progress", "checkpoint", "time-limit", "dry-run", "calibration"})
    if (facts.name == own) return false;
  return facts.for_evaluate;
}

void add_batch(Rows& rows) {
  rows.push_back(setting<BatchRun>({.name = "volumes",
                                    .kind = Kind::paths_in,
                                    .group = "Input",
                                    .meaning = "files, or patterns in quotes such as 'scans/*.tif'",
                                    .positional = true},
                                   &BatchRun::volumes));
  rows.push_back(setting<BatchRun>({.name = "list",
                                    .kind = Kind::path_in,
                                    .group = "Input",
                                    .meaning = "file with a path or pattern in each line"},
                                   &BatchRun::list));
  rows.push_back(setting<BatchRun>(
      {.name = "settings",
       .kind = Kind::path_in,
       .group = "Input",
       .meaning = "study file with settings of evaluate, such as the settings.toml of one; its "
                  "input is not taken"},
      &BatchRun::settings));
  rows.push_back(setting<BatchRun>({.name = "output",
                                    .letter = 'o',
                                    .kind = Kind::path_out,
                                    .group = "Output",
                                    .meaning = "folder of the lot",
                                    .required = true},
                                   &BatchRun::output));
  rows.push_back(setting<BatchRun>({.name = "retry-failed",
                                    .kind = Kind::flag,
                                    .group = "Run",
                                    .meaning = "evaluate those again that failed before this worker began"},
                                   &BatchRun::retry_failed));
  rows.push_back(setting<BatchRun>({.name = "shard",
                                    .group = "Run",
                                    .meaning = "I/N: only every Nth volume, I from 0 to N, where N is as 0"},
                                   &BatchRun::shard));
  rows.push_back(setting<BatchRun>({.name = "no-wait",
                                    .kind = Kind::flag,
                                    .group = "Run",
                                    .meaning = "end where other workers have all that is left"},
                                   &BatchRun::no_wait));
  rows.push_back(setting<BatchRun>({.name = "dry-run",
                                    .kind = Kind::flag,
                                    .group = "Run",
                                    .meaning = "say how many node hours all volumes take (--calibration)"},
                                   &BatchRun::dry_run));
  rows.push_back(
      setting<BatchRun>({.name = "calibration",
                         .kind = Kind::path_in,
                         .group = "Run",
                         .meaning = "with --dry-run: results.json of one evaluation with these settings"},
                        &BatchRun::calibration));
}

/// Of a settings file: also the input, in whose place there are the volumes, and what batch has itself.
bool is_taken_from_file(const SettingFacts& facts) {
  return is_for_every_volume(facts) || facts.name == "input" || facts.name == "dry-run" ||
         facts.name == "calibration";
}

}  // namespace

const Rows& batch_rows() {
  static const Rows table = [] {
    Rows r;
    add_batch(r);
    for (const Setting<Settings>& row : describe()) {
      if (!is_for_every_volume(row)) continue;
      Setting<BatchRun> of_all;
      static_cast<SettingFacts&>(of_all) = row;
      if (row.name == "axis") of_all.standard = "all";
      of_all.assign = [&row](BatchRun& b, const Value& v) { row.assign(b.evaluation, v); };
      of_all.value = [&row](const BatchRun& b) { return row.value(b.evaluation); };
      r.push_back(of_all);
    }
    return r;
  }();
  return table;
}

BatchRun batch_run_from(const Arguments& arguments) {
  BatchRun run;
  Settings& s = run.evaluation;
  s.axes.clear();  // all, unless some are named
  StudyFileNotices notices;
  if (const Given* settings = arguments.find("settings"))
    notices = read_study_file(settings->text(), s, false, is_taken_from_file);
  std::swap(run.dry_run, s.dry_run);
  std::swap(run.calibration, s.calibration);
  apply(batch_rows(), arguments, run);
  std::vector<std::string> given;
  for (const Given& one : arguments.given) given.push_back(one.setting->name);
  refuse_unheeded_by_evaluate(s, given);
  if (notices.left_out && !s.quiet) print_notice(*notices.left_out);
  if (s.axes.empty()) s.axes.assign(all_axes.begin(), all_axes.end());
  s.input.clear();
  s.kept = {};
  s.study_file.reset();
  if (!s.read.external_files.empty())
    throw Error(ExitCode::usage, "batch reads no other files", "--external-files",
                "it knows a volume by its own bytes: a change in another file would go unseen",
                "tauvox convert makes one file of each volume first");
  return run;
}

std::vector<std::string> words_of_evaluation(const Settings& s) {
  std::vector<std::string> words;
  for (const Setting<Settings>& row : describe()) {
    const Value value = row.value(s);
    const bool said = row.name == "axis" || value != row.standard;  // without --axis it is all axes
    if (is_for_every_volume(row) && row.name != "quiet" && !value.is_null() && said)
      words.push_back(fmt::format("--{}={}", row.name, text_of(row, value)));
  }
  return words;
}

}  // namespace tauvox
