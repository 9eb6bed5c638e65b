#include "host/solve/solver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "host/solve/jacobi.hpp"

namespace tauvox {

Solver::Solver(Problem problem, Preconditioning preconditioning, std::shared_ptr<const Octets> octets)
    : problem_(std::move(problem)), preconditioning_(preconditioning) {
  const TransportOperator<float> A(problem_, KernelForm::tuned, std::move(octets));
  octets_ = A.octets();
  if (preconditioning_ == Preconditioning::multigrid) hierarchy(A);
}

Solver::Solver(Problem problem, const Solver& same_matrix)
    : problem_(std::move(problem)),
      preconditioning_(same_matrix.preconditioning_),
      octets_(same_matrix.octets_),
      hierarchy_(same_matrix.hierarchy_) {}

template <class T>
const Hierarchy& Solver::hierarchy(const TransportOperator<T>& A) {
  if (!hierarchy_) hierarchy_ = std::make_shared<const Hierarchy>(A.device(), A.medium());
  return *hierarchy_;
}

/// The iterate in T: the one that is there, converted, or zero.
template <class T>
Solver::Iterate<T>& Solver::iterate() {
  if (auto* there = std::get_if<Iterate<T>>(&iterate_)) return *there;
  Iterate<T> next{TransportOperator<T>(problem_, KernelForm::tuned, octets_), Buffer<T>()};
  const bool is_first = std::holds_alternative<std::monostate>(iterate_);
  next.x = is_first ? next.A.vector() : deviation<T>();
  if (is_first) next.x.zero();
  return iterate_.emplace<Iterate<T>>(std::move(next));
}

template <class T>
void Solver::judge(Iterate<T>& at) {
  solution_.bounds = bound_energy(at.A, hierarchy(at.A), at.x);
  detail::finite(solution_.error(), "the bound", solution_.iterations);
  solution_.relative_residual = std::sqrt(solution_.bounds.at.residual2 / at.A.source_norm2());
}

void Solver::keep_with(SolveKeeper& keeper, const std::string& solve) {
  keeper_ = &keeper;
  const std::string numbers = keeper.begin(solve);
  if (numbers.size() < sizeof kept_) return;
  std::memcpy(&kept_, numbers.data(), sizeof kept_);
  kept_terms_.resize((numbers.size() - sizeof kept_) / sizeof(double));
  std::memcpy(kept_terms_.data(), numbers.data() + sizeof kept_, kept_terms_.size() * sizeof(double));
}

/// Rounding separates the recurrence of CG from the true residual; a restart mends that. FP64 needs none as a
/// rule, FP32 one or two, a wrong guess of the stopping rule one. FP32 whose error is not halved by it has
/// come to its end: above contrasts of some 1e8 it cannot tell how much flows, and FP64 is there sooner.
template <class T, class Preconditioner>
void Solver::run(Iterate<T>& at, Preconditioner& M, double tolerance, std::int64_t limit,
                 const IterationObserver& observe) {
  Solution& s = solution_;
  s.method = M.method;
  constexpr int starts = 8;
  const double null = problem_.held() ? 0 : std::is_same_v<T, float> ? 1e-6 : 1e-12;
  State state = std::exchange(kept_, {});
  if (state.word > 0) {
    s.iterations = state.iterations;
    s.operator_applications = state.operator_applications;
    first_energy_ = state.first_energy;
    if (state.weakened) M.weaken();
  } else {
    state.word = sizeof(T);
    state.tolerance = tolerance;
    state.aim = M.convergence == Convergence::fast ? tolerance : tolerance / 2;
  }
  for (; state.start < starts && s.iterations < limit && !s.reached; ++state.start) {
    EnergyStop stop(state.aim, M.convergence, state.wanted);
    const std::int64_t before = state.iterations = s.iterations;
    state.operator_applications = s.operator_applications;
    // Steps of Jacobi need no hierarchy, and the bound needs the room of r and p.
    if (preconditioning_ == Preconditioning::jacobi) drop_hierarchy();
    {
      Buffer<T> r = at.A.vector(), p = at.A.vector();
      const SolveKeeper::Vectors vectors{at.x.data(), r.data(), p.data()};
      const std::size_t bytes = static_cast<std::size_t>(r.size()) * sizeof(T);
      if (state.at.iteration > 0) {
        keeper_->read(r.device(), vectors, bytes);
        stop.start(state.energy, std::move(kept_terms_));
      } else {
        const double energy = at.A.residual(at.x, r).energy;
        stop.start(energy);
        if (s.iterations == 0) first_energy_ = std::abs(energy);
      }
      const CgObserver told = [&](const CgState& now, double estimate) {
        if (keeper_ && keeper_->is_due(3 * bytes)) {
          State here = state;
          here.first_energy = first_energy_;
          here.energy = stop.energy();
          here.at = now;
          std::string numbers(reinterpret_cast<const char*>(&here), sizeof here);
          numbers.append(reinterpret_cast<const char*>(stop.terms().data()),
                         stop.terms().size() * sizeof(double));
          keeper_->keep(r.device(), numbers, vectors, bytes);
        }
        return !observe || observe(before + now.iteration, estimate);
      };
      s.why = conjugate_gradient(at.A, M, r, at.x, p, stop, limit - before, told, null,
                                 std::exchange(state.at, {}));
      add_scaled(at.x, double{damping}, r);  // a step of Jacobi
    }
    s.iterations += stop.iterations();
    s.operator_applications += stop.iterations() + 2;
    judge(at);
    // Where the solution has no energy no error is a small part of it: one that is nothing of the first's.
    const EnergyBounds& b = s.bounds;
    s.reached = s.error() <= tolerance || b.upper - b.lower <= 1e-24 * first_energy_;
    if (s.why == StopReason::interrupted) return;
    if (std::is_same_v<T, float> && !(s.error() < state.last / 2)) return;
    state.last = s.error();
    if (s.why == StopReason::stagnated) {
      M.weaken();
      state.weakened = 1;
    }
    // Where the rule of the terms was not far off, they say how far it still is.
    const double share = tolerance / s.error();
    const bool is_near = s.why == StopReason::converged && share > 0.1;
    state.wanted = M.convergence == Convergence::fast && is_near ? stop.iterations_to(share) : 0;
    state.aim *= s.error() > 0.9 ? 0.01 : std::clamp(0.7 * share, 0.01, 0.5);
  }
}

template <class T>
const Solution& Solver::minimise(double tolerance, std::int64_t limit, const IterationObserver& observe) {
  Iterate<T>& at = iterate<T>();
  solution_.precision = sizeof(T) == 8 ? "double" : "mixed";
  solution_.reached = solution_.iterations > 0 && solution_.error() <= tolerance;
  if (solution_.reached) return solution_;
  if (preconditioning_ == Preconditioning::multigrid) {
    MultigridPreconditioner<T> M(at.A, hierarchy(at.A));
    run(at, M, tolerance, limit, observe);
  } else {
    JacobiPreconditioner<T> M{at.A};
    run(at, M, tolerance, limit, observe);
  }
  return solution_;
}

template <class F>
auto Solver::with_iterate(const F& f) const {
  if (const auto* single = std::get_if<Iterate<float>>(&iterate_)) return f(*single);
  if (const auto* both = std::get_if<Iterate<double>>(&iterate_)) return f(*both);
  throw Error(ExitCode::internal, "nothing has been solved yet", "", "", "please report this");
}

std::span<const std::byte> Solver::bytes() const {
  return with_iterate([](const auto& at) {
    return std::as_bytes(std::span(at.x.data(), static_cast<std::size_t>(at.x.size())));
  });
}

std::vector<double> Solver::plane_fluxes(Axis axis) const {
  return with_iterate([&](const auto& at) { return at.A.plane_fluxes(at.x, axis); });
}

std::int64_t Solver::outside(double slack) const {
  return with_iterate([&](const auto& at) { return at.A.outside(at.x, slack); });
}

std::vector<float> Solver::potential() const {
  return with_iterate([&](const auto& at) { return at.A.potential(at.x); });
}

std::string why_not_reached(const Solution& found, double tolerance, std::int64_t limit) {
  if (found.why == StopReason::interrupted && found.error() <= tolerance)
    return fmt::format("stopped after {} iterations by the limit of time; the same command goes on",
                       found.iterations);
  const char* const help = found.why == StopReason::interrupted ? "the time is over: raise --time-limit"
                           : found.iterations >= limit          ? "raise --max-iterations"
                           : tolerance < 1e-8
                               ? "limited by rounding: raise --tolerance"
                               : "limited by rounding: voxels conduct too differently; give those of least 0";
  return fmt::format(
      "stopped after {} iterations with an error of {:.1e} (bound), above the tolerance {:.1e}; {}",
      found.iterations, found.error(), tolerance, help);
}

template <class T>
Buffer<T> Solver::deviation() const {
  return with_iterate([&](const auto& at) {
    Buffer<T> v(at.x.device(), at.x.size());
    if constexpr (std::is_same_v<decltype(at.x), Buffer<T>>)
      copy(at.x, v);
    else
      convert(at.x, v);
    return v;
  });
}

template Buffer<float> Solver::deviation() const;
template Buffer<double> Solver::deviation() const;
template const Solution& Solver::minimise<float>(double, std::int64_t, const IterationObserver&);
template const Solution& Solver::minimise<double>(double, std::int64_t, const IterationObserver&);

}  // namespace tauvox
