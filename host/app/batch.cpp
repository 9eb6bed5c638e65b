// `tauvox batch`: many volumes, each evaluated in a process and a folder of its own, and what they have in
// common.
#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/evaluate_process.hpp"
#include "host/app/interruption.hpp"
#include "host/app/study_file.hpp"
#include "host/batch/lot.hpp"
#include "host/report/results_file.hpp"
#include "io/input_file.hpp"
#include "io/write.hpp"
#include "kernels/base/clock.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct BatchRun {
  Settings evaluation;  // of every volume; its input and output are set for each
  std::vector<std::string> volumes;
  std::string list, settings, output;
  bool retry_failed = false;
};

using Rows = std::vector<Setting<BatchRun>>;

/// Not those of one volume.
bool is_for_every_volume(const SettingFacts& facts) {
  for (const char* own : {"input", "output", "overwrite", "progress", "checkpoint", "time-limit"})
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
  rows.push_back(
      setting<BatchRun>({.name = "settings",
                         .kind = Kind::path_in,
                         .group = "Input",
                         .meaning = "study file with settings of evaluate, such as the settings.toml of one"},
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
                                    .meaning = "evaluate those again that failed before"},
                                   &BatchRun::retry_failed));
}

const Rows& rows() {
  static const Rows table = [] {
    Rows r;
    add_batch(r);
    for (const Setting<Settings>& row : describe()) {
      if (!is_for_every_volume(row)) continue;
      Setting<BatchRun> of_all;
      static_cast<SettingFacts&>(of_all) = row;
      of_all.assign = [&row](BatchRun& b, const Value& v) { row.assign(b.evaluation, v); };
      of_all.value = [&row](const BatchRun& b) { return row.value(b.evaluation); };
      r.push_back(of_all);
    }
    return r;
  }();
  return table;
}

/// The settings file first, then what the command line says otherwise.
BatchRun run_from(const Arguments& arguments) {
  BatchRun run;
  run.evaluation.axes.clear();  // all, unless some are named
  if (const Given* settings = arguments.find("settings"))
    read_study_file(settings->text(), run.evaluation, false);
  apply(rows(), arguments, run);
  Settings& s = run.evaluation;
  if (s.axes.empty()) s.axes.assign(all_axes.begin(), all_axes.end());
  s.input.clear();
  s.output.clear();
  s.study_file.reset();
  if (s.phases.named.empty())
    throw Error(ExitCode::usage, "no phase has a name", "--phases", "what the labels mean is not guessed",
                "give --phases NAME=LABEL,... which holds for every volume; tauvox inspect lists labels");
  return run;
}

/// What a pattern matches, sorted; a name that exists is one, whatever signs are in it.
std::vector<std::string> matched(const std::string& pattern) {
  if (fs::exists(pattern)) return {pattern};
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  // A name without * that is not there is a volume that fails, by that name.
  if (paths.empty() && pattern.find_first_of("*?[") == std::string::npos) return {pattern};
  if (paths.empty()) throw Error(ExitCode::input_refused, "no volume matches", pattern);
  return paths;
}

std::vector<std::string> volumes_of(const BatchRun& run) {
  std::vector<std::string> patterns = run.volumes, paths;
  if (!run.list.empty()) {
    constexpr std::uint64_t most_bytes = 64 << 20;
    std::istringstream lines(io::read_text(run.list, most_bytes));
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty() && !line.starts_with('#'))
        patterns.push_back((fs::path(run.list).parent_path() / line).string());
    }
  }
  for (const std::string& pattern : patterns)
    for (const std::string& path : matched(pattern))
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  if (paths.empty())
    throw Error(ExitCode::usage, "no volume given", "command line", "",
                "name volumes, a pattern in quotes, or --list");
  return paths;
}

/// As the command line of `evaluate` takes them.
std::vector<std::string> words_of(const Settings& s) {
  std::vector<std::string> words;
  for (const Setting<Settings>& row : describe()) {
    const Value value = row.value(s);
    const bool said = row.name == "axis" || value != row.standard;  // without --axis it is all axes
    if (is_for_every_volume(row) && row.name != "quiet" && !value.is_null() && said)
      words.push_back(fmt::format("--{}={}", row.name, text_of(row, value)));
  }
  return words;
}

/// Volumes of a lot, one after the other.
class Batch {
 public:
  explicit Batch(const BatchRun& run)
      : run_(run), volumes_(fs::path(run.output) / "volumes"), key_(result_key(run.evaluation)) {
    if (!run.evaluation.limits.empty()) key_ += io::read_text(run.evaluation.limits);
    std::error_code failed;
    fs::create_directories(volumes_, failed);
    if (failed || !fs::is_directory(volumes_))
      throw Error(ExitCode::output, "the folder cannot be made", volumes_.string(),
                  failed ? failed.message() : "it is a file", "give -o another name");
    for (const char* file : {"batch.csv", "batch.html"})
      io::check_output((fs::path(run.output) / file).string(), true);
  }

  /// @return how it ended, with its results; `what` says whether anything was computed
  LotVolume of(const std::string& path, std::string& what) {
    LotVolume volume{path, "", LotStatus::failed, 0, "", {}};
    try {
      const std::string key = key_of(path, key_), name = folder_name(path, key);
      volume.folder = (fs::path("volumes") / name).string();
      take(volume, state_for(path, key, volumes_ / name, what));
    } catch (const Error& error) {
      fail(volume, error.code(), error.what());
    } catch (const fs::filesystem_error& error) {
      fail(volume, ExitCode::output, error.what());
    } catch (const Json::exception& error) {
      fail(volume, ExitCode::input_refused, error.what());
    }
    return volume;
  }

 private:
  static void fail(LotVolume& volume, ExitCode code, const std::string& reason) {
    volume.status = LotStatus::failed;
    volume.exit_code = static_cast<int>(code);
    volume.reason = reason;
  }

  /// Nothing is computed where it is known how this ended.
  std::optional<LotState> known(const std::string& key, const fs::path& folder) const {
    std::optional<LotState> state = state_of(folder.string());
    if (state && (state->key != key || (run_.retry_failed && state->status == LotStatus::failed)))
      state.reset();
    return state;
  }

  LotState state_for(const std::string& path, const std::string& key, const fs::path& folder,
                     std::string& what) {
    what = "kept";
    if (const std::optional<LotState> state = known(key, folder)) return *state;
    std::optional<io::OutputLock> claim;
    try {
      claim.emplace(folder.string() + ".claim");
    } catch (const Error& error) {
      return {key, LotStatus::running, 0, error.what()};
    }
    if (const std::optional<LotState> state = known(key, folder)) return *state;  // meanwhile
    what = "evaluated";
    return evaluated(path, key, folder);
  }

  /// In a folder beside its place, which is renamed when it is whole.
  LotState evaluated(const std::string& path, const std::string& key, const fs::path& folder) const {
    const fs::path part = folder.string() + ".part", errors = part / "errors.txt";
    fs::create_directories(part);  // what an evaluation that ended early left there, it goes on from
    std::vector<std::string> words = words_of(run_.evaluation);
    for (const char* word : {"--quiet", "--progress=never", "--overwrite"}) words.emplace_back(word);
    words.push_back("--output=" + part.string());
    words.insert(words.end(), {"--", path});
    const EvaluationEnd end = evaluate_in_a_process(words, errors.string());
    LotState state{key, LotStatus::failed, end.exit_code, end.reason};
    if (end.exit_code == static_cast<int>(ExitCode::interrupted)) return state;  // nothing is known of it yet
    if (key_of(path, key_) != key)
      throw Error(ExitCode::input_refused, "the volume changed while it was evaluated", path, "",
                  "run the same command again once it is complete");
    if (is_result(end.exit_code) && fs::exists(part / "results.json")) state.status = LotStatus::finished;
    if (fs::exists(errors) && fs::file_size(errors) == 0) fs::remove(errors);
    write_state(part.string(), state, path);
    fs::remove_all(folder);
    fs::rename(part, folder);
    return state;
  }

  /// Success, and verdicts about a result that stands.
  static bool is_result(int exit_code) { return exit_code == 0 || exit_code == 10 || exit_code == 11; }

  void take(LotVolume& volume, const LotState& state) const {
    volume.status = state.status;
    volume.exit_code = state.exit_code;
    volume.reason = state.reason;
    if (state.status != LotStatus::finished) return;
    const fs::path folder = fs::path(run_.output) / volume.folder;
    volume.rows = rows_of(read_json((folder / "results.json").string()), folder.string());
  }

  const BatchRun& run_;
  fs::path volumes_;
  std::string key_;
};

void say(const BatchRun& run, const std::string& text) {
  if (!run.evaluation.quiet) print_text(text);
}

ExitCode outcome(const std::vector<LotVolume>& volumes) {
  int verdict = 0;
  bool all = true;
  for (const LotVolume& volume : volumes) {
    all = all && volume.status == LotStatus::finished;
    verdict = std::max(verdict, volume.exit_code);
  }
  return all ? ExitCode{verdict} : ExitCode::incomplete;
}

ExitCode run_batch(const Arguments& arguments, bool&) {
  const BatchRun run = run_from(arguments);
  const std::vector<std::string> paths = volumes_of(run);
  Settings checked = run.evaluation;
  checked.input = paths.front();
  check(checked);
  Batch batch(run);
  std::vector<LotVolume> volumes;
  listen_to_signals();
  end_by(deadline_of(Clock::now(), {}));
  for (std::size_t i = 0; i < paths.size() && !asked_to_end(); ++i) {
    const auto start = Clock::now();
    std::string what = "not read";
    volumes.push_back(batch.of(paths[i], what));
    const LotVolume& volume = volumes.back();
    say(run,
        fmt::format("{}/{} {}: {} ({}, {:.1f} s){}\n", i + 1, paths.size(), paths[i], name_of(volume.status),
                    what, seconds_since(start), volume.reason.empty() ? "" : ": " + volume.reason));
  }
  // Of a volume that was asked to end nothing is known yet.
  if (!volumes.empty() && volumes.back().exit_code == static_cast<int>(ExitCode::interrupted))
    volumes.pop_back();
  const fs::path lot(run.output);
  io::write_text((lot / "batch.csv").string(), lot_csv(volumes), true);
  io::write_text((lot / "batch.html").string(), lot_page(volumes, "Lot " + lot.string()), true);
  results_are_in_files();
  say(run, fmt::format("written: {}, {}\n", (lot / "batch.csv").string(), (lot / "batch.html").string()));
  const ExitCode code = asked_to_end() ? ExitCode::interrupted : outcome(volumes);
  const auto failed = std::count_if(volumes.begin(), volumes.end(), [](const LotVolume& volume) {
    return volume.status != LotStatus::finished;
  });
  if (code == ExitCode::interrupted)
    report_failure("interrupted", code,
                   fmt::format("ended by {} after {} of {} volumes; run the same command again to go on",
                               *asked_to_end(), volumes.size(), paths.size()));
  else if (failed > 0)
    report_failure(
        "failed", code,
        fmt::format("{} of {} volumes have no results; batch.csv has the reasons", failed, volumes.size()));
  return code;
}

}  // namespace

Command batch_command() {
  return {
      .name = "batch",
      .meaning = "evaluate many volumes, and compare them",
      .settings = facts_of(rows()),
      .examples = {{"tauvox batch 'scans/*.tif' --phases pore=0,active=1,binder=2 --voxel-size 0.4um -o lot",
                    "every volume in a folder of its own, batch.csv and batch.html"},
                   {"tauvox batch 'scans/*.tif' --settings report/settings.toml -o lot --retry-failed",
                    "settings of an earlier evaluation; those that failed once more"}},
      .run = run_batch,
      .notes =
          "A volume whose content and settings are those of a finished one is not evaluated again: a batch "
          "that was stopped goes on where it was. A volume that fails is a row with its reason and does not "
          "stop the others; the exit code is 12 then."};
}

}  // namespace tauvox
