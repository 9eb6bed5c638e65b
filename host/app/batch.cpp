// `tauvox batch`: many volumes, each evaluated in a process and a folder of its own, and compared.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <span>

#include "host/app/batch_run.hpp"
#include "host/app/batch_worker.hpp"
#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/describe.hpp"
#include "host/app/forecast.hpp"
#include "host/app/interruption.hpp"
#include "host/app/log.hpp"
#include "host/app/outputs.hpp"
#include "host/app/reader_process.hpp"
#include "host/batch/volume_list.hpp"
#include "host/settings/local_rank.hpp"
#include "io/input_file.hpp"
#include "io/replaces_input.hpp"
#include "io/write.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;

/// In one line.
void say(const BatchRun& run, const std::string& text) {
  if (!run.evaluation.quiet) print_line(text);
}

/// That an array has fewer tasks than the lot has shards is seen here; that one of them dies is not.
void note_of_shard(const BatchRun& run, const Shard& shard, std::size_t volumes) {
  if (run.shard.empty()) return;
  std::size_t count = 0;
  for (std::size_t i = 0; i < volumes; ++i) count += shard.has(i) ? 1 : 0;
  say(run, fmt::format("shard {} of {}: {} of {} volumes", shard.index % shard.count, shard.count, count,
                       volumes));
  const char* tasks = std::getenv("SLURM_ARRAY_TASK_COUNT");
  if (tasks && std::strtoull(tasks, nullptr, 10) < shard.count)
    print_notice(fmt::format("this array has {} tasks and the lot {} shards: others have to be run too",
                             tasks, shard.count));
}

/// Each evaluation chooses it, and says so in its own folder.
void note_of_device(const BatchRun& run) {
  if (run.evaluation.quiet || run.evaluation.device != "auto" || !local_rank()) return;
  std::string notice;
  const CudaProbe probe = probe_cuda();
  if (!probe.devices.empty()) (void)device_of_rank(probe, notice);
  if (!notice.empty()) print_notice(notice);
}

/// Rows that others have claimed are looked at again after those that are free, until none is left.
class Round {
 public:
  Round(const BatchRun& run, const std::vector<std::string>& paths, BatchWorker& worker)
      : run_(run), paths_(paths), worker_(worker) {}

  /// @return what to do where it was ended: as the evaluation that was ended says, if it did
  std::string go(std::vector<std::size_t> rows) {
    constexpr const char* again = "run the same command again to go on";
    for (bool first = true; !rows.empty(); first = false) {
      std::vector<std::size_t> claimed;
      std::vector<std::string> later;
      for (const std::size_t row : rows) later.push_back(paths_[row]);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (asked_to_end()) return again;
        const LotVolume volume = visit(rows[i], std::span(later).subspan(i + 1), first);
        if (volume.exit_code == static_cast<int>(ExitCode::interrupted))
          return volume.reason.find("same command") < std::string::npos ? volume.reason : again;
        if (volume.status == LotStatus::running) claimed.push_back(rows[i]);
      }
      if (claimed.size() == rows.size() && run_.no_wait) break;
      if (claimed.size() == rows.size()) ::sleep(1);  // a signal ends it
      rows = claimed;
    }
    return again;
  }

 private:
  LotVolume visit(std::size_t row, std::span<const std::string> later, bool first) {
    const auto start = Clock::now();
    std::string what = "not read";
    LotVolume volume = worker_.evaluate(paths_[row], later, what);
    if (first || volume.status != LotStatus::running)
      say(run_, fmt::format("{}/{} {}: {} ({}, {:.1f} s){}", row + 1, paths_.size(), paths_[row],
                            name_of(volume.status), what, seconds_since(start),
                            volume.reason.empty() ? "" : ": " + volume.reason));
    return volume;
  }

  const BatchRun& run_;
  const std::vector<std::string>& paths_;
  BatchWorker& worker_;
};

/// One after the other. Nothing where others had it for so long that a run which was asked to end goes on.
std::optional<io::Claim> claim_of_tables(const std::string& file) {
  constexpr double silence_seconds = 600, patience_seconds = 30;
  const auto start = Clock::now();
  while (true) {
    std::optional<io::Claim> claim = io::Claim::take(file, silence_seconds, job_of_this_process());
    if (claim || (asked_to_end() && seconds_since(start) > patience_seconds)) return claim;
    ::usleep(50000);
  }
}

/// Table and page over all that is known. Whoever writes them has looked after all who wrote them before: the
/// last worker's are complete. @return the rows; nothing where the files are left to others
std::optional<std::vector<LotVolume>> write_tables(const BatchRun& run, const std::vector<std::string>& paths,
                                                   BatchWorker& worker) {
  const fs::path lot(run.output);
  const std::string csv = (lot / "batch.csv").string(), page = (lot / "batch.html").string();
  const std::optional<io::Claim> claim = claim_of_tables(csv + ".claim");
  if (!claim) return std::nullopt;
  std::vector<LotVolume> volumes = worker.gathered(paths);
  io::write_text(csv, lot_csv(volumes), true);
  io::write_text(page, lot_page(volumes, "Comparison of volumes: " + lot.string()), true);
  results_are_in_files();
  say(run, fmt::format("written: {}, {}", csv, page));
  return volumes;
}

/// What became of the volumes of this worker.
struct Tally {
  std::size_t volumes = 0, finished = 0, elsewhere = 0, kept_as_failed = 0;
  int verdict = 0;
};

Tally tally_of(const std::vector<LotVolume>& known, const std::vector<std::string>& paths, const Shard& shard,
               const BatchWorker& worker) {
  std::map<std::string, const LotVolume*> by_path;
  for (const LotVolume& volume : known) by_path[volume.path] = &volume;
  Tally tally;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!shard.has(i)) continue;
    ++tally.volumes;
    const auto found = by_path.find(paths[i]);
    if (found == by_path.end()) continue;
    if (found->second->status == LotStatus::finished) ++tally.finished;
    if (found->second->status == LotStatus::running) ++tally.elsewhere;
    if (worker.stays_failed(*found->second)) ++tally.kept_as_failed;
    tally.verdict = std::max(tally.verdict, found->second->exit_code);
  }
  return tally;
}

/// Which of those without results the same command evaluates.
std::string text_of_failed(const Tally& tally) {
  if (tally.kept_as_failed == 0) return "; the same command tries them again";
  const bool are_all = tally.kept_as_failed == tally.volumes - tally.finished;
  return fmt::format(
      "; {} kept as failed until --retry-failed is given{}",
      are_all ? (tally.kept_as_failed == 1 ? "it is" : "they are")
              : fmt::format("{} of them {}", tally.kept_as_failed, tally.kept_as_failed == 1 ? "is" : "are"),
      are_all ? "" : ", the same command tries the others again");
}

ExitCode code_of(const Tally& tally, const BatchRun& run) {
  if (asked_to_end()) return ExitCode::interrupted;
  const std::size_t known = tally.finished + (run.no_wait ? tally.elsewhere : 0);
  return known == tally.volumes ? ExitCode{tally.verdict} : ExitCode::incomplete;
}

/// All volumes, also those that are finished: which those are only reading them would say.
ExitCode dry_run(const BatchRun& run, const std::vector<std::string>& paths, const Shard& shard) {
  if (run.calibration.empty())
    throw Error(ExitCode::usage, "nothing says what an evaluation takes", "--dry-run", "",
                "evaluate one of the volumes, and give --calibration its results.json");
  const EvaluationCost cost = EvaluationCost::from(run.calibration);
  double voxels = 0, largest = 0;
  Interval seconds;
  std::size_t count = 0, unreadable = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!shard.has(i)) continue;
    end_if_asked();
    Settings one = run.evaluation;
    one.input = paths[i];
    try {
      const auto size = static_cast<double>(ReaderProcess(one).description().read_extent.voxels());
      const Interval of_one = cost.of(size);
      seconds.least += of_one.least;
      seconds.most += of_one.most;
      voxels += size;
      largest = std::max(largest, size);
      ++count;
    } catch (const Error& error) {
      print_notice(error.what());
      ++unreadable;
    }
  }
  const auto bytes = static_cast<std::int64_t>(cost.bytes_per_voxel * largest);
  print_text(fmt::format("{} volumes, {:.4g} voxels{}\nnode hours: {:.3g} to {:.3g}, by {}\nslurm: {}\n",
                         count, voxels, unreadable == 0 ? "" : fmt::format("; {} cannot be read", unreadable),
                         seconds.least / 3600, seconds.most / 3600, one_line(run.calibration),
                         slurm_options(bytes, &seconds)));
  return unreadable == 0 ? ExitCode::success : ExitCode::incomplete;
}

ExitCode run_batch(const Arguments& arguments, bool&) {
  const BatchRun run = batch_run_from(arguments);
  begin_log();
  const Shard shard = shard_from(run.shard);
  std::vector<std::string> said_of_paths;
  const std::vector<std::string> paths = volumes_of(run.volumes, run.list, &said_of_paths);
  if (!run.evaluation.quiet)
    for (const std::string& said : said_of_paths) print_notice(said);
  Settings checked = run.evaluation;
  checked.input = paths.front();
  check(checked);
  if (run.dry_run) return dry_run(run, paths, shard);
  if (!run.calibration.empty())
    throw Error(ExitCode::usage, "--calibration is for --dry-run", run.calibration, "",
                "leave it out, or add --dry-run to see how many node hours all volumes take");
  check_is_utf8(run.output, "--output ");
  std::string key = result_key(run.evaluation);
  if (!run.evaluation.limits.empty()) key += io::read_text(run.evaluation.limits);
  if (!run.evaluation.mask.empty()) {
    io::Digest digest;
    for (const std::string& file : io::files_of_reading(run.evaluation.mask)) digest.add(io::InputFile(file));
    key += digest.text();
  }
  for (const char* name : {"batch.csv", "batch.html"}) {
    std::vector<std::string> inputs = paths;
    inputs.insert(inputs.end(), {run.list, run.settings, run.evaluation.limits, run.evaluation.mask});
    io::check_replaces_no_input((fs::path(run.output) / name).string(), inputs);
  }
  BatchWorker worker(run.output, words_of_evaluation(run.evaluation), run.evaluation, key, run.retry_failed);
  if (!run.evaluation.quiet) print_log_head("batch", run.evaluation.device + ", taken by each evaluation");
  note_of_device(run);
  listen_to_signals();
  end_by(deadline_of(Clock::now(), {}));
  note_of_shard(run, shard, paths.size());
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (shard.has(i)) rows.push_back(i);
  const std::string advice = Round(run, paths, worker).go(rows);
  if (const auto said = worker.text_of_kept(); said && !run.evaluation.quiet) print_notice(*said);
  const std::optional<std::vector<LotVolume>> volumes = write_tables(run, paths, worker);
  if (!volumes) print_notice("batch.csv and batch.html are left to the other workers");
  if (const auto said = volumes ? text_of_other_phases(*volumes) : std::nullopt;
      said && !run.evaluation.quiet)
    print_notice(*said);
  const Tally tally = tally_of(volumes ? *volumes : std::vector<LotVolume>(), paths, shard, worker);
  const ExitCode code = code_of(tally, run);
  if (code == ExitCode::interrupted)
    report_failure("interrupted", code,
                   fmt::format("ended by {} after {} of {} volumes; {}", *asked_to_end(), tally.finished,
                               tally.volumes, advice));
  else if (code == ExitCode::incomplete)
    report_failure("failed", code,
                   fmt::format("no results of {} of {} volumes; batch.csv has the reasons{}",
                               tally.volumes - tally.finished, tally.volumes, text_of_failed(tally)));
  return code;
}

}  // namespace

Command batch_command() {
  return {
      .name = "batch",
      .meaning = "evaluate many volumes, and compare them",
      .settings = facts_of(batch_rows()),
      .examples = {{"tauvox batch 'scans/*.tif' --phases pore=0,active=1,binder=2 --voxel-size 0.4um -o lot",
                    "every volume in a folder of its own, batch.csv and batch.html"},
                   {"tauvox batch 'scans/*.tif' --settings report/settings.toml -o lot --retry-failed",
                    "settings of an earlier evaluation; those that failed once more"},
                   {"tauvox batch --list scans.txt --settings settings.toml -o lot --shard "
                    "$SLURM_ARRAY_TASK_ID/100",
                    "one task of an array 0-99 or 1-100"}},
      .run = run_batch,
      .notes =
          "A volume whose content and settings are those of a finished one is not evaluated again while all "
          "files of its results are there: a batch that was stopped goes on where it was. A volume that "
          "fails is a row with its reason and does not "
          "stop the others; the exit code is 12 then. Where it failed for want of memory, room, rights or a "
          "device the same command tries it again, else --retry-failed does. Without --phases each has those "
          "that its file states, "
          "and "
          "fails where that states none. The same command started several times, on one machine "
          "or on many that see the folder, shares the volumes: each is claimed by one worker, and taken over "
          "from one that was killed, or is on another machine and gave no sign of life for ten minutes."};
}

}  // namespace tauvox
