// What a run that was ended says of its checkpoint.
#include <fmt/format.h>

#include "host/app/checkpoint.hpp"
#include "host/app/iterate_file.hpp"

namespace tauvox {

/// Empty where nothing is lost.
std::string Checkpoint::text_of_loss() const {
  if (!failure_.empty()) {
    std::vector<std::string> lost;
    for (const auto& [part, kept] : parts_)
      if (!saved_parts_.contains(part)) lost.push_back(part);
    const bool nothing = !found_ && !announced_;
    if (!lost.empty() || nothing)
      return fmt::format(
          "progress is lost{}{}: {} could not be written ({}); {}; make room there, or name another place "
          "with "
          "--checkpoint, before the same command is run again",
          lost.empty() ? "" : ", of ", fmt::join(lost, ", "), path_, failure_,
          nothing ? "nothing is kept" : "what was written before stays");
  }
  if (iterate_ && !iterate_->failure().empty())
    return fmt::format("progress is lost: how far {} came could not be written ({})", work_,
                       iterate_->failure());
  return "";
}

std::string Checkpoint::how_to_go_on(const std::string& what, const std::string& options,
                                     const std::optional<Deadline>& over) {
  if (path_.empty())
    return fmt::format("nothing of it is kept: a run with {} goes on when it is given again", options);
  (void)keep_all();  // what cannot be written is said here
  std::string lost = text_of_loss();
  if (!failure_.empty() && !lost.empty()) return lost;
  if (!lost.empty()) lost += "; ";
  const std::vector<std::string> solves = iterate_ ? iterate_->kept() : std::vector<std::string>();
  if (progressed_ || !solves.empty() || (!over && work_.empty()))
    return fmt::format("{}{} kept in {}{}{}; run the same command again to go on", lost, what, path_,
                       solves.size() > 1    ? ", " + solves.front()
                       : solves.size() == 1 ? ", and " + solves.front()
                                            : "",
                       solves.size() > 1 ? ", and " + solves.back() : "");
  if (!over)
    return fmt::format(
        "{}nothing new was finished, {} had begun {:.2g} s before; {} kept in {}; run the same "
        "command again to go on",
        lost, work_, seconds_since(work_begun_), what, path_);
  const double seconds = std::chrono::duration<double>(over->at - work_begun_).count();
  return fmt::format(
      "{}nothing new was finished: {}; {} kept in {}; run the same command with more time", lost,
      seconds > 0 ? fmt::format("it is too short for {}, which takes more than {:.2g} s", work_, seconds)
                  : fmt::format("it was over before {} began", work_),
      what, path_);
}

}  // namespace tauvox
