#include "host/batch/claimed_row.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "host/batch/result_files.hpp"
#include "io/write.hpp"

namespace tauvox {
namespace {

namespace fs = std::filesystem;

/// Another machine that was silent for so long is taken for dead. File servers may show times a minute late.
constexpr double silence_seconds = 600;
constexpr double renew_seconds = 20;

std::string claim_of(const std::string& folder) { return folder + ".claim"; }
/// Where a worker that ended in order left what it had.
std::string left_of(const std::string& folder) { return folder + ".part"; }

}  // namespace

std::string job_of_this_process() {
  const auto text = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  const std::string array = text("SLURM_ARRAY_JOB_ID"), task = text("SLURM_ARRAY_TASK_ID");
  return array.empty() || task.empty() ? text("SLURM_JOB_ID") : array + "_" + task;
}

std::optional<ClaimedRow> ClaimedRow::take(const std::string& folder) {
  std::optional<io::Claim> claim = io::Claim::take(claim_of(folder), silence_seconds, job_of_this_process());
  if (!claim) return std::nullopt;
  return ClaimedRow(std::move(*claim), folder);
}

std::string ClaimedRow::claimant(const std::string& folder) {
  const std::optional<io::Claimant> found = io::claimant_of(claim_of(folder));
  return found ? found->text() : "";
}

bool ClaimedRow::is_claimed(const std::string& folder) {
  std::error_code unknown;
  return fs::exists(claim_of(folder), unknown);
}

std::string ClaimedRow::part_of(const std::string& folder) {
  return fmt::format("{}.{}.{}", left_of(folder), io::host_name(), ::getpid());
}

ClaimedRow::ClaimedRow(io::Claim claim, std::string folder)
    : claim_(std::move(claim)), folder_(std::move(folder)), part_(part_of(folder_)), renewed_(Clock::now()) {
  adopt(left_of(folder_));
  if (!claim_.taken_from()) return;
  // Of one that did not end in order: its folder has its name. Where it lives after all, it writes nowhere.
  const std::string prefix = fs::path(left_of(folder_)).filename().string() + ".";
  std::error_code failed;
  fs::directory_iterator entry(fs::path(folder_).parent_path(), failed);
  for (const fs::directory_iterator end; !failed && entry != end; entry.increment(failed)) {
    const fs::path found = entry->path();
    if (found.filename().string().starts_with(prefix) && found != part_) adopt(found.string());
  }
}

/// Its locks are those of a process that is gone, or that has lost it just now.
void ClaimedRow::adopt(const std::string& left) const {
  std::error_code failed;
  if (!fs::is_directory(left, failed)) return;
  fs::rename(left, part_, failed);
  if (failed) {  // another one is there already
    fs::remove_all(left, failed);
    return;
  }
  for (fs::directory_iterator entry(part_, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::error_code stays;
    if (entry->path().extension() == io::lock_ending) fs::remove(entry->path(), stays);
  }
}

bool ClaimedRow::is_ours() {
  if (!ours_ || seconds_since(renewed_) < renew_seconds) return ours_;
  renewed_ = Clock::now();
  return ours_ = claim_.renew();
}

bool ClaimedRow::finish() {
  if (!ours_ || !claim_.renew()) return ours_ = false;
  move_added_files(folder_, part_);
  fs::remove_all(folder_);
  fs::rename(part_, folder_);
  return true;
}

ClaimedRow::~ClaimedRow() {
  std::error_code failed;
  if (!folder_.empty() && ours_) fs::rename(part_, left_of(folder_), failed);
}

}  // namespace tauvox
