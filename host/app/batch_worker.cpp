#include "host/app/batch_worker.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/evaluate_process.hpp"
#include "host/app/outputs.hpp"
#include "host/app/study_file.hpp"
#include "host/batch/limits_text.hpp"
#include "host/batch/result_files.hpp"
#include "host/batch/results_rows.hpp"
#include "host/report/results_file.hpp"
#include "io/fetch_ahead.hpp"
#include "io/input_file.hpp"
#include "io/write.hpp"
#include "kernels/base/clock.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string joined(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

double changed_at(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return 0;
  return static_cast<double>(facts.st_mtim.tv_sec) + 1e-9 * static_cast<double>(facts.st_mtim.tv_nsec);
}

/// Success, and verdicts about a result that stands.
bool is_result(int exit_code) { return exit_code == 0 || exit_code == 10 || exit_code == 11; }

/// Whatever goes wrong with a volume is a fact about it.
template <class F>
void or_failed(LotVolume& volume, const F& act) {
  const auto fail = [&](ExitCode code, const std::string& reason) {
    volume.status = LotStatus::failed;
    volume.exit_code = static_cast<int>(code);
    volume.reason = reason;
    volume.rows.clear();
  };
  try {
    act();
  } catch (const Error& error) {
    fail(error.code(), error.what());
  } catch (const fs::filesystem_error& error) {
    fail(ExitCode::output, io::error_of(error).what());
  } catch (const Json::exception& error) {
    fail(ExitCode::input_refused, reason_of(error));
  }
}

void take(LotVolume& volume, const LotState& state) {
  volume.status = state.status;
  volume.exit_code = state.exit_code;
  volume.reason = state.reason;
}

std::string folder_in_lot(const std::string& path, const std::string& key) {
  return joined("volumes", folder_name(path, key));
}

/// What its limits say, in words: the worst of them, and each that is not a pass.
LotState finished_as(const std::string& part, LotState state) {
  state.status = LotStatus::finished;
  const Json results = read_json(joined(part, "results.json"));
  const std::string verdict = text_or_empty(results, "verdict");
  const bool by_limits = state.exit_code == static_cast<int>(ExitCode::failed_limits) ||
                         state.exit_code == static_cast<int>(ExitCode::not_decided);
  if (by_limits && !verdict.empty())
    state.reason =
        fmt::format("verdict: {} ({})", verdict, text_of_limits(results.value("judgements", Json()), false));
  return state;
}

/// The folder that it names is of this worker, and will be gone: not in a line that says how to evaluate the
/// volume alone, and elsewhere by the name that it will have.
std::string without_part(std::string reason, const std::string& folder) {
  const std::string part = ClaimedRow::part_of(folder), output = fmt::format(" -o {}", part);
  if (const std::size_t at = reason.find(output); at != std::string::npos) reason.erase(at, output.size());
  for (std::size_t at = 0; (at = reason.find(part, at)) != std::string::npos; at += folder.size())
    reason.replace(at, part.size(), folder);
  return reason;
}

/// For want of memory, room, rights or a device: that says nothing about the volume.
bool is_of_surroundings(int exit_code) {
  constexpr int not_started = 127, killed = 128 + SIGKILL;  // as systems do where memory ends
  for (const ExitCode code : {ExitCode::resources, ExitCode::output, ExitCode::device})
    if (exit_code == static_cast<int>(code)) return true;
  return exit_code == not_started || exit_code == killed;
}

/// Not a failure, and nothing that is known.
LotState running(const std::string& key, const std::string& folder) {
  const std::string who = ClaimedRow::claimant(folder);
  return {key, LotStatus::running, 0, who};
}

}  // namespace

BatchWorker::BatchWorker(std::string output, std::vector<std::string> words, Settings evaluation,
                         std::string key, bool retry_failed)
    : output_(std::move(output)),
      volumes_(joined(output_, "volumes")),
      words_(std::move(words)),
      evaluation_(std::move(evaluation)),
      settings_(std::move(key)),
      retry_failed_(retry_failed) {
  std::error_code failed;
  fs::create_directories(volumes_, failed);
  if (failed || !fs::is_directory(volumes_))
    throw Error(ExitCode::output, "the folder cannot be made", volumes_,
                failed ? failed.message() : "it is a file", "give -o another name");
  for (const char* file : {"batch.csv", "batch.html"}) io::check_output(joined(output_, file), true);
  const io::PendingFile now(joined(volumes_, "now"), true);
  failures_count_from_ = changed_at(now.temporary());
  contents_.look_into(volumes_);
}

LotVolume BatchWorker::evaluate(const std::string& path, std::span<const std::string> later,
                                std::string& what) {
  LotVolume volume{path, "", LotStatus::failed, 0, "", {}};
  std::string folder;
  or_failed(volume, [&] {
    check_is_utf8(path, "");
    const VolumeContent content = contents_.of(path);
    volume.folder = folder_in_lot(path, key_of(content, settings_));
    folder = joined(output_, volume.folder);
    take(volume, state_for(path, content, folder, later, what));
    if (what == "kept") compare_drawn(folder);
  });
  if (!folder.empty()) volume.reason = without_part(volume.reason, folder);
  failed_here_.erase(path);
  if (volume.status == LotStatus::failed && volume.exit_code != static_cast<int>(ExitCode::interrupted))
    failed_here_[path] = volume;
  return volume;
}

/// Nothing is computed where it is known how this ended, and what it left is whole.
std::optional<LotState> BatchWorker::known(const std::string& key, const std::string& folder,
                                           std::string& fault) const {
  std::optional<LotState> state = whole_state_of(folder, key, fault);
  if (!state) return state;
  const bool again = state->status == LotStatus::failed &&
                     (retry_failed_ || is_of_surroundings(state->exit_code)) &&
                     changed_at(joined(folder, state_file)) < failures_count_from_;
  if (again) state.reset();
  return state;
}

LotState BatchWorker::state_for(const std::string& path, const VolumeContent& content,
                                const std::string& folder, std::span<const std::string> later,
                                std::string& what) {
  const std::string key = key_of(content, settings_);
  std::string fault;
  what = "kept";
  if (std::optional<LotState> state = known(key, folder, fault)) return *state;
  std::optional<ClaimedRow> row = ClaimedRow::take(folder);
  what = "claimed";
  if (!row) return running(key, folder);
  what = "kept";
  if (std::optional<LotState> state = known(key, folder, fault)) return *state;  // meanwhile
  if (const std::optional<io::Claimant>& gone = row->taken_from(); gone && !evaluation_.quiet)
    print_notice(fmt::format("{} is taken over from a worker that is gone: {}", path, gone->text()));
  if (!fault.empty() && !evaluation_.quiet)
    print_notice(
        fmt::format("{} is evaluated again, as its results in {} are not whole: {}", path, folder, fault));
  what = "evaluated";
  fetch_first_of(later);
  return evaluated(path, content, *row, !fault.empty());
}

/// Settings that make no result another are not part of its key.
void BatchWorker::compare_drawn(const std::string& folder) {
  const std::string file = joined(folder, "settings.toml");
  if (!fs::exists(file)) return;  // it failed
  Settings then;
  try {
    (void)read_study_file(file, then, false, &SettingFacts::for_evaluate);
  } catch (const Error&) {
    return;  // how it was drawn nobody knows
  }
  bool otherwise = false;
  for (const Setting<Settings>& row : describe()) {
    if (row.name != "operator" && row.name != "slice-at") continue;
    const Value now = row.value(evaluation_);
    if (now.is_null() || now == row.value(then)) continue;
    drawn_otherwise_.insert("--" + row.name);
    otherwise = true;
  }
  if (otherwise) ++volumes_drawn_otherwise_;
}

std::optional<std::string> BatchWorker::text_of_kept() const {
  if (drawn_otherwise_.empty()) return std::nullopt;
  return fmt::format(
      "of volumes that are kept as they were evaluated {} had another value of {}: they are not drawn anew",
      volumes_drawn_otherwise_, fmt::join(drawn_otherwise_, ", "));
}

/// Which others have claimed is not known before their contents are.
void BatchWorker::fetch_first_of(std::span<const std::string> later) {
  for (const std::string& path : later)
    if (!contents_.is_known(path)) return io::fetch_ahead(path);
}

/// In a folder beside its place, which is renamed when it is whole.
/// @param only_finished else what is left of its results stays
LotState BatchWorker::evaluated(const std::string& path, const VolumeContent& content, ClaimedRow& row,
                                bool only_finished) {
  const std::string key = key_of(content, settings_), folder = joined(output_, folder_in_lot(path, key));
  const std::string part = row.part(), errors = joined(part, errors_file);
  fs::create_directories(part);  // what an evaluation that ended early left there, it goes on from
  std::vector<std::string> words = words_;
  for (const char* word : {"--quiet", "--progress=never", "--overwrite"}) words.emplace_back(word);
  words.push_back("--output=" + part);
  words.insert(words.end(), {"--", path});
  const EvaluationEnd end = evaluate_in_a_process(words, errors, [&] { return row.is_ours(); });
  if (!row.is_ours()) return running(key, folder);
  LotState state{key, LotStatus::failed, end.exit_code, without_part(end.reason, folder)};
  if (end.exit_code == static_cast<int>(ExitCode::interrupted)) return state;  // nothing is known of it yet
  if (contents_.of(path).digest != content.digest)
    throw Error(ExitCode::input_refused, "the volume changed while it was evaluated", path, "",
                "run the same command again once it is complete");
  if (is_result(end.exit_code) && fs::exists(joined(part, "results.json")))
    state = finished_as(part, std::move(state));
  if (only_finished && state.status != LotStatus::finished) return state;
  if (fs::exists(errors) && fs::file_size(errors) == 0) fs::remove(errors);
  state.volume = path;
  state.content = content;
  state.host = io::host_name();
  state.job = job_of_this_process();
  state.ended = utc_text(std::time(nullptr));
  state.files = files_in(part);
  write_state(part, state);
  return row.finish() ? state : running(key, folder);
}

bool BatchWorker::stays_failed(const LotVolume& volume) const {
  if (volume.status != LotStatus::failed || is_of_surroundings(volume.exit_code) || volume.folder.empty())
    return false;
  const std::optional<LotState> state = state_of(joined(output_, volume.folder));
  return state && state->status == LotStatus::failed;
}

std::vector<LotVolume> BatchWorker::gathered(const std::vector<std::string>& paths) {
  contents_.look_into(volumes_);  // what the others have done
  std::vector<LotVolume> volumes;
  for (const std::string& path : paths)
    if (std::optional<LotVolume> volume = found(path)) volumes.push_back(std::move(*volume));
  return volumes;
}

std::optional<LotVolume> BatchWorker::found(const std::string& path) {
  LotVolume volume{path, "", LotStatus::failed, 0, "", {}};
  bool begun = true;
  std::string fault;
  or_failed(volume, [&] {
    begun = false;
    const std::optional<VolumeContent> content = contents_.if_known(path);
    if (!content) (void)io::files_of_reading(path);  // one that is missing is a fact
    if (!content) return;
    const std::string key = key_of(*content, settings_);
    volume.folder = folder_in_lot(path, key);
    const std::string folder = joined(output_, volume.folder);
    std::optional<LotState> state = whole_state_of(folder, key, fault);
    if (!state && ClaimedRow::is_claimed(folder))
      state = running(key, folder);
    else if (!state)
      state = whole_state_of(folder, key, fault);  // it may have been replaced at that moment
    begun = state.has_value();
    if (!begun) return;
    take(volume, *state);
    if (state->status != LotStatus::finished) return;
    ResultsRows results = rows_of_file(joined(folder, "results.json"));
    volume.rows = std::move(results.rows);
    volume.verdict = text_or_empty(results.facts, "verdict");
    const Json settings = results.facts.value("settings", Json::object());
    const Json phases = settings.is_object() ? settings.value("phases", Json::object()) : Json::object();
    for (const auto& [name, labels] : phases.items()) volume.phases.insert(name);
  });
  if (begun || volume.exit_code != 0) return volume;
  const auto here = failed_here_.find(path);
  if (here != failed_here_.end()) return here->second;
  if (fault.empty()) return std::nullopt;
  volume.exit_code = static_cast<int>(ExitCode::incomplete);
  volume.reason = fmt::format("its results are not whole: {}", fault);
  return volume;
}

}  // namespace tauvox
