// One of those who work on a lot: takes volumes that nobody has, and knows what became of all.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "host/batch/claimed_row.hpp"
#include "host/batch/known_contents.hpp"
#include "host/batch/lot.hpp"
#include "kernels/base/error.hpp"

namespace tauvox {

class BatchWorker {
 public:
  /// @param output folder of the lot   @param words of `evaluate`, the same for each volume
  /// @param settings that change a result, as text
  /// @param retry_failed those that failed before now count as not evaluated
  /// @throws Error(output)
  BatchWorker(std::string output, std::vector<std::string> words, std::string settings, bool retry_failed);

  /// Evaluates a volume that is not finished and that nobody else has.
  /// @param later volumes that this worker will look at: the first that is not known is fetched meanwhile
  /// @return how it ended, without its results; `what` says whether anything was computed
  LotVolume evaluate(const std::string& path, std::span<const std::string> later, std::string& what);

  /// What is known of these, by whomever, with results; not those that nobody has begun.
  std::vector<LotVolume> gathered(const std::vector<std::string>& paths);

 private:
  std::optional<LotState> known(const std::string& key, const std::string& folder) const;
  LotState state_for(const std::string& path, const VolumeContent& content, const std::string& folder,
                     std::span<const std::string> later, std::string& what);
  LotState evaluated(const std::string& path, const VolumeContent& content, ClaimedRow& row);
  void fetch_first_of(std::span<const std::string> later);
  std::optional<LotVolume> found(const std::string& path);

  std::string output_, volumes_;
  std::vector<std::string> words_;
  std::string settings_;
  std::optional<double> failures_count_from_;  // by the clock of the file server
  KnownContents contents_;
  std::map<std::string, LotVolume> failed_here_;  // without a folder that says so
};

}  // namespace tauvox
