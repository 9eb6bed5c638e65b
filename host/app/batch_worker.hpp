// One of those who work on a lot: takes volumes that nobody has, and knows what became of all.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "host/batch/claimed_row.hpp"
#include "host/batch/known_contents.hpp"
#include "host/batch/lot.hpp"
#include "host/settings/settings.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {

class BatchWorker {
 public:
  /// @param output folder of the lot   @param words of `evaluate`, the same for each volume
  /// @param evaluation of every volume   @param key its settings that change a result, as text
  /// @param retry_failed those that failed before now count as not evaluated; where it was for want of
  /// memory, room, rights or a device they do so anyway
  /// @throws Error(output)
  BatchWorker(std::string output, std::vector<std::string> words, Settings evaluation, std::string key,
              bool retry_failed);

  /// Evaluates a volume that is not finished and that nobody else has.
  /// @param later volumes that this worker will look at: the first that is not known is fetched meanwhile
  /// @return how it ended, without its results; `what` says whether anything was computed
  LotVolume evaluate(const std::string& path, std::span<const std::string> later, std::string& what);

  /// Whether the same command leaves a volume that failed as it is: the failure is of the volume.
  bool stays_failed(const LotVolume& volume) const;

  /// That finished volumes were kept whose pages and pictures other settings would change; or nothing.
  std::optional<std::string> text_of_kept() const;

  /// What is known of these, by whomever, with results; not those that nobody has begun.
  std::vector<LotVolume> gathered(const std::vector<std::string>& paths);

 private:
  std::optional<LotState> known(const std::string& key, const std::string& folder, std::string& fault) const;
  LotState state_for(const std::string& path, const VolumeContent& content, const std::string& folder,
                     std::span<const std::string> later, std::string& what);
  LotState evaluated(const std::string& path, const VolumeContent& content, ClaimedRow& row,
                     bool only_finished);
  void compare_drawn(const std::string& folder);
  void fetch_first_of(std::span<const std::string> later);
  std::optional<LotVolume> found(const std::string& path);

  std::string output_, volumes_;
  std::vector<std::string> words_;
  Settings evaluation_;
  std::string settings_;            // those that change a result
  double failures_count_from_ = 0;  // by the clock of the file server
  bool retry_failed_;
  KnownContents contents_;
  std::map<std::string, LotVolume> failed_here_;  // without a folder that says so
  std::set<std::string> drawn_otherwise_;         // names of settings
  std::size_t volumes_drawn_otherwise_ = 0;
};

}  // namespace tauvox
