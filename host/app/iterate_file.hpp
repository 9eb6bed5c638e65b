// How far a long solve came, in a file beside the checkpoint, NAME.iterate: a line that says of which run and
// solve it is, sizes, the numbers of the solver, its vectors, a checksum. Vectors go there and back in
// pieces, so that no copy of them is made; each file takes the place of the one before when it is whole.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "host/app/interruption.hpp"
#include "host/solve/solver.hpp"
#include "kernels/base/clock.hpp"

namespace tauvox {

class IterateFile : public SolveKeeper {
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
  /// Times of a solve in this run, s: since it began, since it was written last, for all that was written,
  /// and for the next one.
  struct Times {
    double all = 0, work = 0, written = 0, writing = 0;
  };
  /// Whether writing pays: once a minute, where it takes 3 % at most of all the time with what was written
  /// before; of a run that ends, where it is less than the work that would be lost, two seconds at least.
  static bool pays(const Times& times, bool ends);
  bool is_due(std::size_t bytes) override;
  void keep(const Device& device, const std::string& numbers, const Vectors& from,
            std::size_t bytes) override;

  bool has_kept() const override { return !kept_.empty(); }

  /// What this run has kept there last; empty where that is nothing.
  const std::string& kept() const { return kept_; }
  /// What was at work is finished, and kept elsewhere.
  void remove();

 private:
  using Take = std::function<void(std::size_t vector, std::size_t offset, std::span<const char> piece)>;
  std::optional<std::string> read_all(const Take& take) const;
  std::string head() const;
  bool is_over(double in_seconds) const;

  std::string path_, identity_, of_, solve_, kept_;
  std::optional<Deadline> deadline_;
  Say note_, warn_;
  bool failed_ = false;
  double bytes_per_second_ = 100e6;  // until it is measured
  double written_ = 0;               // seconds
  Clock::time_point begun_ = Clock::now(), since_ = begun_;
};

}  // namespace tauvox
