// How far a long solve came, in a file beside the checkpoint, NAME.iterate: a line that says of which run and
// solve it is, sizes, the numbers of the solver, its vectors, a checksum. Vectors go there and back in
// pieces, so that no copy of them is made; each file takes the place of the one before when it is whole.
//
// Of a study of several solves the vector of each that is finished has a file of the same kind,
// NAME.iterate.1 and on: so none of them is written twice.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/app/interruption.hpp"
#include "host/solve/finished_solves.hpp"
#include "kernels/base/clock.hpp"

namespace tauvox {

class IterateFile : public SolveKeeper, public SolveStore {
 public:
  /// @param identity of a run that finds the same bits
  /// @param of       what precedes the name of a solve: "ionic transport, "
  /// @param deadline of the run: what pays is written before
  /// @param note     told that a solve goes on, or why it cannot
  /// @param warn     told, once, why nothing is kept
  using Say = std::function<void(const std::string&)>;
  IterateFile(std::string path, const std::string& identity, std::string of,
              const std::optional<Deadline>& deadline, Say note, Say warn);

  std::string begin(const std::string& solve) override;
  void read(const Device& device, const Vectors& to, std::size_t bytes) override;
  /// Seconds: since the file has been there, since a solve began or was written last, for all that was
  /// written, and for the next one.
  struct Times {
    double all = 0, work = 0, written = 0, writing = 0;
  };
  /// Whether writing pays: once a minute, where it takes 3 % at most of all the time with what was written
  /// before; of a run that ends, where it is less than the work that would be lost, two seconds at least.
  static bool pays(const Times& times, bool ends);
  /// The same of a solve that is finished, which is written once: no minute is waited for.
  static bool pays_finished(const Times& times, bool ends);
  bool is_due(std::size_t bytes) override;
  void keep(const Device& device, const std::string& numbers, const Vectors& from,
            std::size_t bytes) override;
  bool has_kept() const override { return !kept_.empty(); }

  SolveStore* finished() override { return this; }
  std::string find(int place, const std::string& solve) override;
  void read(int place, const std::string& solve, const Device& device, std::span<std::byte> to) override;
  bool is_due(std::size_t bytes, std::size_t all, double seconds) override;
  void keep(const Kept& solve) override;

  /// What this run has kept, and where: "2 solves in NAME.iterate.1 and .2", "how far axis z came in
  /// NAME.iterate"; empty where that is nothing.
  std::vector<std::string> kept() const;
  /// Why something could not be written; empty where all was.
  const std::string& failure() const { return failure_; }
  /// What was at work is finished, and kept elsewhere.
  void remove();
  /// All files that may be there of that name.
  static std::vector<std::string> paths_of(const std::string& path);

 private:
  using Take = std::function<void(std::size_t vector, std::size_t offset, std::span<const char> piece)>;
  std::string head(const std::string& solve) const;
  std::string path_of(int place) const;
  std::optional<std::string> read_all(const std::string& path, const std::string& solve, std::size_t vectors,
                                      const Take& take) const;
  bool is_of_another_solve(const std::string& path, const std::string& solve) const;
  bool write(const std::string& path, const std::string& solve, const Device& device,
             const std::string& numbers, std::span<const void* const> from, std::size_t bytes);
  void tell_taken();
  bool is_over(double in_seconds) const;

  std::string path_, identity_, of_, solve_, kept_;
  std::optional<Deadline> deadline_;
  Say note_, warn_;
  std::string failure_;
  std::string at_work_;                     // whose iterate is there
  std::vector<int> kept_places_;            // of finished solves, by this run
  std::vector<std::string> taken_;          // names of finished solves, not told yet
  std::optional<Clock::time_point> asked_;  // when it was seen that the run shall end
  double bytes_per_second_ = 100e6;         // until it is measured
  double written_ = 0;                      // seconds
  const Clock::time_point begun_ = Clock::now();
  Clock::time_point since_ = begun_;
};

}  // namespace tauvox
