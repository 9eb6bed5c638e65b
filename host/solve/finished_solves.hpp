// Studies of several solves: what each of those that are finished found, a vector and a few numbers, is kept
// as it is, so that another run begins with the first that is not, and finds the same bits.
//
// A vector is written where that takes little of the time so far. Until then it waits where the study has it,
// at most until the run is asked to end.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/solve/solver.hpp"
#include "kernels/base/clock.hpp"

namespace tauvox {

struct FoundSolve {
  Solution solution;
  std::vector<double> more;  // of the study
};

/// Where it is kept. Each solve has a place among those of its study, from 1 to `places`.
class SolveStore {
 public:
  static constexpr int places = 16;
  struct Kept {
    int place = 0;
    std::string solve, numbers;
    const Device* device = nullptr;
    std::span<const std::byte> vector;  // on it
  };
  virtual ~SolveStore() = default;
  /// Numbers of a solve that an earlier run has finished; empty where there are none.
  virtual std::string find(int place, const std::string& solve) = 0;
  /// The vector that belongs to them.
  virtual void read(int place, const std::string& solve, const Device& device, std::span<std::byte> to) = 0;
  /// Whether a vector is written now.
  /// @param all that waits, and what the solve at work has, in bytes
  /// @param seconds that the solves took whose vectors wait
  virtual bool is_due(std::size_t bytes, std::size_t all, double seconds) = 0;
  virtual void keep(const Kept& solve) = 0;
};

/// The solves of a study, one after the other: a keeper of the one at work as well.
class FinishedSolves : public SolveKeeper {
 public:
  /// @param keeper of the solve at work; null: nothing is kept
  /// @param begun  when the first was
  explicit FinishedSolves(SolveKeeper* keeper, Clock::time_point begun = Clock::now())
      : keeper_(keeper), store_(keeper ? keeper->finished() : nullptr), since_(begun) {}

  /// What an earlier run found.
  std::optional<FoundSolve> find(int place, const std::string& solve) const;
  /// Its vector.   @pre find has found it
  template <class T>
  void read(int place, const std::string& solve, Buffer<T>& to) const {
    store_->read(place, solve, to.device(),
                 std::as_writable_bytes(std::span(to.data(), static_cast<std::size_t>(to.size()))));
  }
  /// A solve that was not ended early.
  /// @param vector stays where it is, with all its bits, as long as this object is asked for anything
  void add(int place, const std::string& solve, const FoundSolve& found, const Device& device,
           std::span<const std::byte> vector);
  /// Writes what is due of that.   @param at_work what the solve at work has, in bytes
  void keep_waiting(std::size_t at_work = 0);
  /// Null where nothing is kept, else this.
  SolveKeeper* keeper() { return keeper_ ? this : nullptr; }

  std::string begin(const std::string& solve) override { return keeper_->begin(solve); }
  void read(const Device& device, const Vectors& to, std::size_t bytes) override {
    keeper_->read(device, to, bytes);
  }
  bool is_due(std::size_t bytes) override {
    keep_waiting(bytes);
    return keeper_->is_due(bytes);
  }
  void keep(const Device& device, const std::string& numbers, const Vectors& from,
            std::size_t bytes) override {
    keeper_->keep(device, numbers, from, bytes);
  }
  bool has_kept() const override { return keeper_->has_kept(); }

 private:
  SolveKeeper* keeper_;
  SolveStore* store_;
  std::deque<SolveStore::Kept> waiting_;
  double seconds_ = 0;  // that those took
  Clock::time_point since_;
};

}  // namespace tauvox
