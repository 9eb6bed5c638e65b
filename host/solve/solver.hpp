// Minimises the energy of a problem until a bound says that it is good enough.
// The solver keeps what it has found: a call with a smaller tolerance, or in FP64 where FP32 does not
// suffice, goes on from there, with the same hierarchy.
#pragma once

#include <memory>
#include <variant>

#include "host/solve/multigrid.hpp"
#include "host/solve/solution.hpp"

namespace tauvox {

enum class Preconditioning { multigrid, jacobi };

class Solver {
 public:
  /// Makes the hierarchy of a multigrid solver.
  /// @param octets of the same unknowns and classes, where another solver has them
  Solver(Problem problem, Preconditioning preconditioning, std::shared_ptr<const Octets> octets = nullptr);
  /// Of a problem with the same matrix, driven by something else: octets and hierarchy are shared.
  Solver(Problem problem, const Solver& same_matrix);

  /// Begins with this deviation in place of zero.   @pre minimise has not been called
  template <class T>
  void start_from(Buffer<T> deviation) {
    iterate_ = Iterate<T>{TransportOperator<T>(problem_, KernelForm::tuned, octets_), std::move(deviation)};
  }
  /// Goes on to an error of at most `tolerance`, for `limit` iterations in all, or as far as rounding allows.
  /// @param observe is told the number of all iterations and the estimated error
  template <class T>
  const Solution& minimise(double tolerance, std::int64_t limit, const IterationObserver& observe = {});

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
};

/// What to say where the error is above the tolerance, with that limit of iterations, and what would help.
std::string why_not_reached(const Solution& found, double tolerance, std::int64_t limit);

}  // namespace tauvox
