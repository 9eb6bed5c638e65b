#include "host/solve/time_steps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tauvox {
namespace {

const double g = 2 - std::sqrt(2.0);
const double of_ends =
    std::sqrt(2.0) / 4;  // weight of f(c0) and f(s) in the change over a step; of f(c1): g/2

constexpr int most_passes = 8;
/// Root mean square below which a change is rounding of c.
constexpr double rounding = 1e-15;
/// Energy of the estimate of a step's error: a tenth of it is enough.
constexpr double tolerance_of_estimate = 1e-2;

}  // namespace

TimeSteps::TimeSteps(Problem problem, TimeScheme scheme, const StageSolve& solve)
    : scheme_(scheme),
      how_(solve),
      rates_(std::move(problem)),
      capacity_(rates_),
      diagonal_(rates_.diagonal()) {}

Buffer<double> TimeSteps::copy_of(const Buffer<double>& v) const {
  Buffer<double> copied(v.device(), v.size());
  copy(v, copied);
  return copied;
}

TimeSteps::State TimeSteps::state(Buffer<double> v) const {
  State made{std::move(v), rates_.vector(), {}};
  made.at = rates_.residual(made.v, made.f);
  return made;
}

void TimeSteps::start(const std::vector<double>& concentration) {
  Buffer<double> nothing = rates_.vector();
  nothing.zero();
  Buffer<double> v = rates_.vector_of(concentration);
  add_scaled(v, -1, state_of(rates_, nothing));
  now_ = state(std::move(v));
  before_ = Buffer<double>();
  last_ = TimeStep();
}

double TimeSteps::mean() const { return capacity_.moments(concentration()).sum / capacity_.total(); }

/// The problem of a change: every plate holds it at 0.
Problem TimeSteps::change_of(double shift, std::shared_ptr<const Buffer<double>> load) const {
  Problem problem = rates_.problem();
  for (Side& side : problem.sides.all) side.value = 0;
  problem.shift = shift;
  problem.load = std::move(load);
  return problem;
}

/// Levels made for a larger shift correct a little too little; for a smaller one too much, and the cycle
/// would not be definite.
const Solver& TimeSteps::levels_for(double shift) {
  if (levels_ && shift_of_levels_ >= shift && shift_of_levels_ <= 4 * shift) return *levels_;
  levels_.reset();  // its memory
  levels_ = std::make_unique<const Solver>(change_of(shift, nullptr), how_.preconditioning, rates_.octets());
  shift_of_levels_ = shift;
  return *levels_;
}

/// x to the solution of the stage, as good as its tolerance wants. One pass suffices as a rule; where FP32
/// does not, another solves for what it left.
/// @param open bound on the root mean square of what is left
bool TimeSteps::solve(const Stage& stage, State& x, double& open) {
  const double all = capacity_.total();
  const Solver& levels = levels_for(stage.shift);
  const double nothing = stage.shift * all * rounding * rounding;
  double aim = nothing, left = 0;
  bool single = how_.single;
  std::int64_t iterations = 0;
  for (int pass = 0; pass < most_passes; ++pass) {
    std::vector<Term> states = stage.states, rates = stage.rates;
    states.push_back({-stage.shift, &x.v});
    rates.push_back({1, &x.f});
    auto load =
        std::make_shared<const Buffer<double>>(load_from(rates_, capacity_, states, diagonal_, rates));
    const double most =  // of the energy that is left
        moments_of(*load).squares / (stage.shift * capacity_.least());
    if (most <= nothing) {
      open = std::sqrt(most / stage.shift / all);
      return true;
    }
    const double wanted = how_.tolerance * how_.tolerance / 2;
    const double tolerance = std::clamp(pass == 0 ? wanted : aim / (2 * left), 1e-12, 0.1);
    Solver solver(change_of(stage.shift, std::move(load)), levels);
    const IterationObserver observe = [&](std::int64_t k, double estimate) {
      return !observe_ || !*observe_ || (*observe_)(iterations + k, estimate);
    };
    const Solution& found = single ? solver.minimise<float>(tolerance, how_.limit - iterations, observe)
                                   : solver.minimise<double>(tolerance, how_.limit - iterations, observe);
    iterations += found.iterations;
    step_.iterations += found.iterations;
    ++step_.solves;
    if (pass == 0) aim = std::max(nothing, how_.tolerance * how_.tolerance * std::abs(found.energy()));
    left = found.bounds.upper - found.bounds.lower;
    add_scaled(x.v, 1, solver.deviation<double>());
    x.at = rates_.residual(x.v, x.f);
    open = std::sqrt(left / stage.shift / all);
    // What was ended early is not taken even where it is good enough: it has other bits than a run that goes
    // on.
    const bool ended = found.why == StopReason::interrupted;
    if (left <= aim && !ended) return true;
    if (ended || iterations >= how_.limit) {
      step_.why_not = why_not_reached(found, tolerance, how_.limit);
      return false;
    }
    if (single && !found.reached) single = false;
  }
  step_.why_not =
      fmt::format("limited by rounding: what is left of the change is {:.1e} of it; raise --tolerance",
                  std::sqrt(left / aim) * how_.tolerance);
  return false;
}

bool TimeSteps::tr_bdf2(double length, State& next) {
  const double shift = 2 / (g * length);
  double open_middle = 0, open_end = 0;
  State middle{copy_of(now_.v), copy_of(now_.f), now_.at};
  if (!solve({shift, {{shift, &now_.v}}, {{1, &now_.f}}}, middle, open_middle)) return false;
  next = {copy_of(middle.v), copy_of(middle.f), middle.at};
  const double of_middle = 1 / (g * (2 - g));
  if (!solve({shift, {{shift * of_middle, &middle.v}, {shift * (1 - of_middle), &now_.v}}, {}}, next,
             open_end))
    return false;
  step_.open = of_middle * open_middle + open_end;
  const auto over_step = [&](double Evaluation::*flux) {
    return length * (of_ends * (now_.at.*flux + middle.at.*flux) + g / 2 * next.at.*flux);
  };
  step_.in = over_step(&Evaluation::flux_in);
  step_.out = over_step(&Evaluation::flux_out);
  return estimate(shift, middle, next);
}

/// The difference to a formula of third order, filtered once by A^-1 / dt, without which it would be large
/// wherever the state is stiff.
bool TimeSteps::estimate(double shift, const State& middle, const State& next) {
  const double k = (-3 * g * g + 4 * g - 2) / 12, factor = 4 * k / g;  // shift times 2 k dt
  const std::vector<Term> rates{
      {factor / g, &now_.f}, {-factor / (g * (1 - g)), &middle.f}, {factor / (1 - g), &next.f}};
  auto load = std::make_shared<const Buffer<double>>(load_from(rates_, capacity_, {}, diagonal_, rates));
  Buffer<double> e;
  const double all = capacity_.total();
  if (moments_of(*load).squares <= shift * shift * capacity_.least() * all * rounding * rounding) {
    step_.error = step_.error_of_mean = 0;
    return true;
  }
  Solver solver(change_of(shift, std::move(load)), levels_for(shift));
  const IterationObserver observe = [&](std::int64_t i, double left) {
    return !observe_ || !*observe_ || (*observe_)(i, left);
  };
  solver.minimise<float>(tolerance_of_estimate, how_.limit, observe);
  if (!solver.solution().reached && solver.solution().why != StopReason::interrupted)
    solver.minimise<double>(tolerance_of_estimate, how_.limit, observe);
  const Solution& found = solver.solution();
  step_.iterations += found.iterations;
  ++step_.solves;
  if (found.why == StopReason::interrupted || (!found.reached && found.why != StopReason::stagnated)) {
    step_.why_not = why_not_reached(found, tolerance_of_estimate, how_.limit);
    return false;
  }
  const Moments of_error = capacity_.moments(solver.deviation<double>());
  step_.error = std::sqrt(of_error.squares / all);
  step_.error_of_mean = of_error.sum / all;
  return true;
}

bool TimeSteps::euler(double length, State& next) {
  next = {copy_of(now_.v), copy_of(now_.f), now_.at};
  if (!solve({1 / length, {{1 / length, &now_.v}}, {}}, next, step_.open)) return false;
  step_.in = length * next.at.flux_in;
  step_.out = length * next.at.flux_out;
  return true;
}

bool TimeSteps::bdf2(double length, State& next) {
  if (before_.size() == 0) return euler(length, next);
  const double w = length / last_.length, of_now = 1 + w, of_before = w * w / (1 + w),
               all = of_now - of_before;
  next = {copy_of(now_.v), copy_of(now_.f), now_.at};
  const Stage stage{all / length, {{of_now / length, &now_.v}, {-of_before / length, &before_}}, {}};
  if (!solve(stage, next, step_.open)) return false;
  step_.in = (of_before * last_.in + length * next.at.flux_in) / all;
  step_.out = (of_before * last_.out + length * next.at.flux_out) / all;
  return true;
}

const TimeStep& TimeSteps::attempt(double length, const IterationObserver& observe) {
  step_ = TimeStep();
  step_.length = length;
  observe_ = &observe;
  step_.solved = scheme_ == TimeScheme::tr_bdf2 ? tr_bdf2(length, next_)
                 : scheme_ == TimeScheme::bdf2  ? bdf2(length, next_)
                                                : euler(length, next_);
  observe_ = nullptr;
  return step_;
}

void TimeSteps::accept() {
  if (scheme_ == TimeScheme::bdf2) before_ = std::move(now_.v);
  now_ = std::move(next_);
  next_ = State();
  last_ = step_;
}

TimeSteps::Kept TimeSteps::kept() const {
  Kept kept{rates_.values_of(now_.v), {}, last_.length, last_.in, last_.out, shift_of_levels_};
  if (before_.size() > 0) kept.before = rates_.values_of(before_);
  return kept;
}

void TimeSteps::resume(const Kept& kept) {
  now_ = state(rates_.vector_of(kept.now));
  before_ = kept.before.empty() ? Buffer<double>() : rates_.vector_of(kept.before);
  last_ = TimeStep();
  last_.length = kept.last_length;
  last_.in = kept.last_in;
  last_.out = kept.last_out;
  levels_.reset();
  if (kept.shift_of_levels > 0) levels_for(kept.shift_of_levels);
}

}  // namespace tauvox
