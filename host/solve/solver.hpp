// Minimises the energy of a problem until a bound says that it is good enough.
// The solver keeps what it has found: a call with a smaller tolerance, or in FP64 where FP32 does not
// suffice, goes on from there, with the same hierarchy. So does another run, where a keeper has kept it.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include "host/solve/multigrid.hpp"
#include "host/solve/solution.hpp"

namespace tauvox {

enum class Preconditioning { multigrid, jacobi };
class SolveStore;  // finished_solves.hpp

/// Keeps how far a solve came: a few numbers, and three vectors in the memory of the device.
class SolveKeeper {
 public:
  using Vectors = std::array<void*, 3>;
  virtual ~SolveKeeper() = default;
  /// The solve that begins, such as "axis z".
  /// @return the numbers that an earlier run has kept of it; empty where there are none
  virtual std::string begin(const std::string& solve) = 0;
  /// The vectors that belong to them.   @param bytes of each
  virtual void read(const Device& device, const Vectors& to, std::size_t bytes) = 0;
  /// Called in each iteration: whether it is kept now.   @param bytes of all
  virtual bool is_due(std::size_t bytes) = 0;
  virtual void keep(const Device& device, const std::string& numbers, const Vectors& from,
                    std::size_t bytes) = 0;
  /// Whether it has kept something since the run began.
  virtual bool has_kept() const = 0;
  /// Of a study's solves that are finished; null: none.
  virtual SolveStore* finished() { return nullptr; }
};

class Solver {
 public:
  /// Makes the hierarchy of a multigrid solver.
  /// @param octets of the same unknowns and classes, where another solver has them
  Solver(Problem problem, Preconditioning preconditioning, std::shared_ptr<const Octets> octets = nullptr);
  /// Of a problem with the same matrix, driven by something else: octets and hierarchy are shared.
  Solver(Problem problem, const Solver& same_matrix);

  /// Begins with this deviation in place of zero; where another run has found it, with what that said of it.
  /// @pre minimise has not been called
  template <class T>
  void start_from(Buffer<T> deviation, Solution found = {}) {
    iterate_ = Iterate<T>{TransportOperator<T>(problem_, KernelForm::tuned, octets_), std::move(deviation)};
    solution_ = std::move(found);
  }
  /// Goes on to an error of at most `tolerance`, for `limit` iterations in all, or as far as rounding allows.
  /// @param observe is told the number of all iterations and the estimated error
  template <class T>
  const Solution& minimise(double tolerance, std::int64_t limit, const IterationObserver& observe = {});

  /// From here on `keeper` is told how far it came; where that has kept something of this solve, minimise
  /// goes on from there with the same bits, once it is called as it was then.
  void keep_with(SolveKeeper& keeper, const std::string& solve);
  /// Whether what was kept is of a later call than this one would be.
  template <class T>
  bool is_past(double tolerance) const {
    return kept_.word > sizeof(T) || (kept_.word == sizeof(T) && kept_.tolerance < tolerance);
  }

  /// Whether minimise was ended early and goes on in another run. What it found is not to be taken then, be
  /// it good enough: it has other bits.
  bool goes_on() const { return solution_.why == StopReason::interrupted && keeper_ && keeper_->has_kept(); }

  const Problem& problem() const { return problem_; }
  const std::shared_ptr<const Octets>& octets() const { return octets_; }
  const Solution& solution() const { return solution_; }
  /// Null where it has been given back.
  const std::shared_ptr<const Hierarchy>& hierarchy() const { return hierarchy_; }
  /// Gives the memory of the hierarchy back; it is made anew where it is needed again.
  void drop_hierarchy() { hierarchy_.reset(); }

  /// Of the potential found, less its reference (problem.hpp).   @pre as of all here, minimise was called
  template <class T>
  Buffer<T> deviation() const;
  /// As it lies on the device, in FP64 where solution().precision is "double".
  std::span<const std::byte> bytes() const;
  std::vector<double> plane_fluxes(Axis axis) const;
  std::int64_t outside(double slack) const;
  /// [z][y][x] on the host, NaN where nothing conducts.
  std::vector<float> potential() const;

 private:
  template <class T>
  struct Iterate {
    TransportOperator<T> A;
    Buffer<T> x;
  };
  /// Where `run` is: all but the vectors and the terms of the stopping rule.
  struct State {
    std::size_t word = 0;  // bytes of a number; 0: nowhere
    double tolerance = 0, first_energy = 0, aim = 0, last = 1, energy = 0;
    std::int64_t start = 0, weakened = 0, wanted = 0, iterations = 0, operator_applications = 0;
    CgState at;
  };
  template <class T>
  Iterate<T>& iterate();
  template <class T, class Preconditioner>
  void run(Iterate<T>& at, Preconditioner& M, double tolerance, std::int64_t limit,
           const IterationObserver& observe);
  template <class T>
  void judge(Iterate<T>& at);
  template <class T>
  const Hierarchy& hierarchy(const TransportOperator<T>& A);
  template <class F>
  auto with_iterate(const F& f) const;

  Problem problem_;
  Preconditioning preconditioning_;
  std::shared_ptr<const Octets> octets_;
  std::shared_ptr<const Hierarchy> hierarchy_;
  std::variant<std::monostate, Iterate<float>, Iterate<double>> iterate_;
  Solution solution_;
  double first_energy_ = 0;
  SolveKeeper* keeper_ = nullptr;
  State kept_;  // of an earlier run, until it is gone on from
  std::vector<double> kept_terms_;
};

/// What to say where the error is above the tolerance, with that limit of iterations, and what would help.
std::string why_not_reached(const Solution& found, double tolerance, std::int64_t limit);

}  // namespace tauvox
