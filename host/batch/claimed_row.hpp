// A row of a lot while this process alone evaluates it.
#pragma once

#include <optional>
#include <string>

#include "io/claim.hpp"
#include "kernels/base/clock.hpp"

namespace tauvox {

/// Slurm's name of the job that this process is part of, such as 123 or 123_4 of an array; empty elsewhere.
std::string job_of_this_process();

class ClaimedRow {
 public:
  /// Nothing where another worker has it.
  /// @param folder where its results shall lie
  static std::optional<ClaimedRow> take(const std::string& folder);
  /// Who has the row, for a message.
  static std::string claimant(const std::string& folder);
  static bool is_claimed(const std::string& folder);
  /// Where a worker in this process works on the row.
  static std::string part_of(const std::string& folder);
  ClaimedRow(ClaimedRow&&) noexcept = default;
  ClaimedRow& operator=(ClaimedRow&&) = delete;
  /// What is not finished stays beside its place: whoever takes the row goes on from it.
  ~ClaimedRow();

  /// Where to work: no other process ever writes into a folder of this name.
  const std::string& part() const { return part_; }
  /// To be called often; gives a sign of life now and then. False once another worker has the row.
  bool is_ours();
  /// The part becomes the folder, unless another worker has the row by now. What somebody put into the folder
  /// stays there.
  bool finish();
  const std::optional<io::Claimant>& taken_from() const { return claim_.taken_from(); }

 private:
  ClaimedRow(io::Claim claim, std::string folder);
  void adopt(const std::string& left) const;

  io::Claim claim_;
  std::string folder_, part_;
  Clock::time_point renewed_;
  bool ours_ = true;
};

}  // namespace tauvox
