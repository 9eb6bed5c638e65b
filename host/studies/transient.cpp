// Diffusion in time from a volume that is empty: M dc/dt = div(D grad c), with c = 1 at the plate before the
// axis and M the capacity of a phase (host/studies/capacities.hpp).
//
//   uptake     everything else is sealed: what touches the plate fills up
//   membrane   c = 0 at the plate behind: what leads from plate to plate, until it is steady
//
// Steps are those of host/solve/time_steps.hpp. TR-BDF2 chooses them: twice as long where the estimated error
// of a step is below a tenth of what is allowed, half as long, and taken again, where it is above. Powers of
// two let the coarse levels of the solver be kept. After each step there is a row of the table; between steps
// a run may end and go on with the same bits.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/studies/capacities.hpp"
#include "host/studies/frame_sink.hpp"
#include "host/studies/kept_state.hpp"
#include "host/studies/percolating.hpp"
#include "host/studies/study.hpp"
#include "host/studies/transient_rows.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox {
namespace {

constexpr double first_step = 1.0 / 16384;  // L^2/D0, where steps are chosen
constexpr double least_step = 1e-15;        // below it no error will do
constexpr double tolerance_at_last =
    1e-10;  // of the flux; the time lag is first order in the error of the potential
constexpr std::chrono::minutes between_saves{5};

TimeScheme scheme_of(const StudySettings& s) {
  return s.time_scheme == "tr-bdf2" ? TimeScheme::tr_bdf2
         : s.time_scheme == "bdf2"  ? TimeScheme::bdf2
                                    : TimeScheme::backward_euler;
}

Sides sides_of(const StudySettings& s, bool membrane) {
  Sides sides = Sides::between_plates(s.axes.front(), s.periodic_sides);
  if (!membrane) sides.behind(s.axes.front()) = Side();
  return sides;
}

using Row = TransientRow;

class Transient {
 public:
  Transient(const StudyInput& in, const Progress& progress)
      : in_(in),
        progress_(progress),
        units_(units_of(in)),
        own_(in.volume, in.materials),
        clock_(in.device, found_.stages) {
    found_.axis = in.settings.axes.front();
    found_.membrane = in.settings.boundary == "membrane";
    found_.end = end_of(in.settings, units_);
    found_.volume_fraction = in.materials.volume_fraction;
    if (own_.share()) found_.classes = {own_.spread(), own_.text()};
    if (in.frames) frames_.emplace(in.frames->most, found_.end, units_);
  }

  Report run() {
    const auto start = Clock::now();
    const Problem problem = pose();
    if (found_.reached) {
      TimeSteps steps(problem, scheme_of(in_.settings), how());
      found_.capacity = steps.capacity() / units_.voxels;
      clock_.end_of(&StageCosts::setup);
      begin(steps);
      go_to_the_end(steps, problem);
      clock_.end_of(&StageCosts::solve);
    }
    found_.seconds = seconds_since(start) - showing_;
    Report report;
    report.results.push_back(result_of(found_, units_));
    if (!rows_.empty()) report.curves.push_back(curve_of(rows_, units_));
    return report;
  }

 private:
  StageSolve how() const {
    const StudySettings& s = in_.settings;
    return {s.solver == "multigrid" ? Preconditioning::multigrid : Preconditioning::jacobi,
            s.precision == "mixed", s.tolerance, s.max_iterations};
  }

  Problem pose() {
    const auto held = std::make_shared<const Codes>(in_.device, in_.volume);
    const Codes& codes = *held;
    clock_.end_of(&StageCosts::transfer);
    Problem problem;
    problem.sides = sides_of(in_.settings, found_.membrane);
    problem.unit_axis = found_.axis;
    problem.spacing = in_.volume.spacing();
    problem.conductivity = in_.materials.class_conductivity;
    const Runs runs(unknowns_of(codes, conducting_codes(in_.materials)));
    const Clusters clusters = find_clusters(runs, problem.sides.joined());
    const std::uint32_t first = 1u << (2 * static_cast<int>(found_.axis)),
                        wanted = found_.membrane ? 3 * first : first;
    std::vector<std::uint8_t> keep;
    for (const std::uint32_t touches : clusters.touches) keep.push_back((touches & wanted) == wanted);
    auto unknowns = std::make_shared<const Unknowns>(voxels_of(runs, clusters, keep));
    found_.reached = unknowns->count() > 0;
    found_.reached_fraction = static_cast<double>(unknowns->count()) / units_.voxels;
    if (!found_.reached) {
      found_.status = Status::not_percolating;
      found_.reason = in_.materials.conducting_phases == 0 ? "no conducting voxel"
                      : found_.membrane ? "no path of voxels that share faces leads from plate to plate"
                                        : "nothing that conducts touches the first plate";
      return problem;
    }
    problem.unknowns = std::move(unknowns);
    set_capacities(problem, codes, in_.volume, in_.materials);
    if (problem.one_class()) return problem;
    problem.codes = held;
    problem.class_of_code = in_.materials.class_of_code;
    return problem;
  }

  /// From where an earlier run has come to, or from nothing.
  void begin(TimeSteps& steps) {
    step_ = in_.settings.time_step.value_or(first_step);
    const std::vector<double> kept = in_.state ? in_.state->load() : std::vector<double>();
    if (!kept.empty() && resume(steps, kept)) return;
    steps.start(std::vector<double>(static_cast<std::size_t>(steps.rates().unknowns())));
    if (frames_) show(steps);
  }

  /// What the run that is resumed has shown is not asked for again, but for the last, which it may have been
  /// ended in.
  void show_again(const TimeSteps& steps) {
    if (!frames_) return;
    bool is_frame = false;
    for (const Row& row : rows_) is_frame = frames_->take(row.front());
    if (is_frame) show(steps);
  }

  void show(const TimeSteps& steps) {
    std::vector<std::pair<std::string, double>> facts{{"time_D0_over_L2", found_.now},
                                                      {"uptake", found_.mean}};
    if (units_.seconds) facts.emplace_back("time_s", found_.now * *units_.seconds);
    if (!rows_.empty()) facts.emplace_back("flux_in", found_.inflow);  // there is none at the start
    if (!rows_.empty()) facts.emplace_back("flux_out", found_.outflow);
    clock_.end_of(&StageCosts::solve);
    const auto start = Clock::now();
    in_.frames->take(frames_->so_far(), facts, steps.rates().potential(steps.deviation()));
    showing_ += seconds_since(start);
    clock_.restart();
  }

  IterationObserver observer(const std::string& doing, double done) const {
    return [this, doing, done](std::int64_t k, double) {
      if (in_.deadline && Clock::now() > *in_.deadline) return false;
      if (progress_ && (in_.settings.solver != "jacobi" || k % 10 == 0))
        progress_(doing, done, fmt::format("step {}, iteration {}", found_.steps + 1, k));
      return true;
    };
  }

  /// What the last whole step gave is kept when the run is asked to end.
  void go_to_the_end(TimeSteps& steps, const Problem& problem) {
    try {
      if (go(steps)) finish(problem);
      if (found_.status != Status::converged) save(steps);
    } catch (...) {
      save(steps);
      throw;
    }
  }

  /// @return whether it got to the end
  bool go(TimeSteps& steps) {
    auto saved = Clock::now();
    while (found_.now < found_.end) {
      if (!advance(steps)) return false;
      if (Clock::now() - saved > between_saves) {
        save(steps);
        saved = Clock::now();
      }
    }
    return true;
  }

  /// One step, or the finding that it has to be shorter.
  bool advance(TimeSteps& steps) {
    const double left = found_.end - found_.now;
    const bool is_last = left <= step_ * (1 + 1e-9);
    const double length = is_last ? left : step_, square = units_.cells * units_.cells;
    const TimeStep& step = steps.attempt(length * square, observer("transient", found_.now / found_.end));
    if (!step.solved) {  // nor is it counted: the run may go on from before it
      stop(step.why_not);
      return false;
    }
    found_.solver.iterations += step.iterations;
    found_.solver.operator_applications += step.iterations + 2 * step.solves;
    const bool chooses = !in_.settings.time_step.has_value();
    if (chooses && *step.error > in_.settings.time_tolerance) {
      step_ = length / 2;
      ++found_.rejected;
      if (step_ >= least_step) return true;
      stop("no step is short enough: raise --time-tolerance");
      return false;
    }
    if (chooses && *step.error < in_.settings.time_tolerance / 10 && length == step_) step_ *= 2;
    take(steps, step, length, is_last);
    return true;
  }

  void take(TimeSteps& steps, const TimeStep& step, double length, bool is_last) {
    steps.accept();
    ++found_.steps;
    found_.now = is_last ? found_.end : found_.now + length;
    found_.mean = steps.mean();
    found_.inflow = units_.flux(steps.at().flux_in);
    found_.outflow = units_.flux(steps.at().flux_out);
    found_.in += units_.amount(step.in);
    found_.out += units_.amount(step.out);
    if (step.error_of_mean) step_error_ += std::abs(*step.error_of_mean);
    found_.open += step.open;
    rows_.push_back({found_.now, length, found_.mean, found_.inflow, found_.outflow, found_.in, found_.out,
                     step.error_of_mean ? step_error_ : std::nan(""), found_.open,
                     static_cast<double>(step.iterations)});
    if (frames_ && frames_->take(found_.now)) show(steps);
  }

  void stop(const std::string& why) {
    found_.status = Status::not_converged;
    found_.reason = fmt::format("step {} at {:.6g} L^2/D0: {}", found_.steps + 1, found_.now, why);
  }

  void finish(const Problem& problem) {
    if (in_.settings.time_scheme == "tr-bdf2") found_.step_error = step_error_;
    found_.solver.method = how().preconditioning == Preconditioning::multigrid
                               ? MultigridPreconditioner<float>::method
                               : "CG, Jacobi";
    found_.solver.precision = in_.settings.precision;
    found_.solver.error = std::max(found_.open / found_.mean, 1e-15);
    found_.solver.error_kind = "bound";
    if (found_.membrane) {
      const double tolerance = std::max(std::min(in_.settings.tolerance, tolerance_at_last), 1e-13);
      found_.at_last = find_membrane(problem, how(), tolerance, observer("steady membrane", -1),
                                     own_.share() ? &own_ : nullptr);
      found_.solver.iterations += found_.at_last->iterations;
      if (!found_.at_last->solved) {
        found_.status = Status::not_converged;
        found_.reason = "steady membrane: " + found_.at_last->why_not;
        return;
      }
    }
    check();
  }

  /// What no solution violates. Schemes of second order may leave 0 .. 1 where steps are long.
  void check() {
    const double beyond = in_.settings.time_scheme == "backward-euler" ? 1e-6 + found_.open : 1;
    const double off = std::abs(found_.in - found_.out - found_.mean * found_.capacity);
    // What a stage leaves open drives a flux through the plates while it lasts: by the root of its energy,
    // which is that of its shift, and grows with the capacity.
    double may_be_off = 1e-9 + 1e-9 * found_.in;
    const double grows = std::sqrt(std::max(1.0, found_.capacity));
    for (const Row& row : rows_)
      may_be_off += 10 * std::max(in_.settings.tolerance, 1e-8) * std::sqrt(row[1]) * grows;
    found_.status = Status::failed;
    if (!(found_.mean > -beyond && found_.mean < 1 + beyond))
      found_.reason = fmt::format("self-check failed: the mean concentration is {}", found_.mean);
    else if (!(off <= may_be_off))
      found_.reason = fmt::format("self-check failed: amounts in, out and held differ by {:.1e}", off);
    else
      found_.status = Status::converged;
  }

  /// Numbers in one row, so that what resumes has all bits.
  void save(const TimeSteps& steps) const {
    if (!in_.state || found_.steps == 0) return;
    const TimeSteps::Kept kept = steps.kept();
    std::vector<double> all{found_.now,
                            step_,
                            found_.mean,
                            found_.inflow,
                            found_.outflow,
                            found_.in,
                            found_.out,
                            step_error_,
                            found_.open,
                            static_cast<double>(found_.steps),
                            static_cast<double>(found_.rejected),
                            static_cast<double>(found_.solver.iterations),
                            static_cast<double>(found_.solver.operator_applications),
                            kept.last_length,
                            kept.last_in,
                            kept.last_out,
                            kept.shift_of_levels,
                            static_cast<double>(rows_.size()),
                            static_cast<double>(kept.now.size()),
                            static_cast<double>(kept.before.size())};
    for (const Row& row : rows_) all.insert(all.end(), row.begin(), row.end());
    all.insert(all.end(), kept.now.begin(), kept.now.end());
    all.insert(all.end(), kept.before.begin(), kept.before.end());
    in_.state->save(all);
  }

  /// @return false where it is of something else
  bool resume(TimeSteps& steps, const std::vector<double>& all) {
    constexpr std::size_t head = 20;
    if (all.size() < head) return false;
    const auto rows = static_cast<std::size_t>(all[17]), now = static_cast<std::size_t>(all[18]),
               before = static_cast<std::size_t>(all[19]);
    if (now != static_cast<std::size_t>(steps.rates().unknowns()) ||
        all.size() != head + rows * columns_of_row + now + before)
      return false;
    found_.now = all[0];
    step_ = all[1];
    found_.mean = all[2];
    found_.inflow = all[3];
    found_.outflow = all[4];
    found_.in = all[5];
    found_.out = all[6];
    step_error_ = all[7];
    found_.open = all[8];
    found_.steps = static_cast<std::int64_t>(all[9]);
    found_.rejected = static_cast<std::int64_t>(all[10]);
    found_.solver.iterations = static_cast<std::int64_t>(all[11]);
    found_.solver.operator_applications = static_cast<std::int64_t>(all[12]);
    auto at = all.begin() + head;
    for (std::size_t r = 0; r < rows; ++r, at += columns_of_row)
      std::copy(at, at + columns_of_row, rows_.emplace_back().begin());
    TimeSteps::Kept kept;
    kept.now.assign(at, at + static_cast<std::ptrdiff_t>(now));
    kept.before.assign(at + static_cast<std::ptrdiff_t>(now), all.end());
    kept.last_length = all[13];
    kept.last_in = all[14];
    kept.last_out = all[15];
    kept.shift_of_levels = all[16];
    steps.resume(kept);
    show_again(steps);
    return true;
  }

  const StudyInput& in_;
  const Progress& progress_;
  const TransientUnits units_;
  const OwnConductivities own_;
  TransientResult found_;
  StageClock clock_;
  double step_ = 0, step_error_ = 0;  // L^2/D0
  std::vector<Row> rows_;
  std::optional<FrameTimes> frames_;
  double showing_ = 0;  // s
};

Report transient(const StudyInput& in, const FieldSink&, const Progress& progress) {
  Report report = Transient(in, progress).run();
  report.notices.push_back(fmt::format(
      "the plate of concentration 1 is before the first layer along {}; {}; sides: {}",
      axis_name(in.settings.axes.front()),
      in.settings.boundary == "membrane" ? "that of 0 is behind the last" : "the other end is sealed",
      in.settings.periodic_sides ? "periodic" : "no flux"));
  if (const std::string text = text_of_capacities(in); !text.empty()) report.notices.push_back(text);
  if (in.finished) in.finished(report.results.back());
  return report;
}

}  // namespace

Study transient_study() {
  return {.name = "transient",
          .meaning = "diffusion in time: uptake from one plate, or a membrane until it is steady; time lag",
          .quantities = transient_quantities(),
          .run = transient,
          .gives_frames = true,
          .needs_box = true,
          .tables = [](const StudySettings&) -> std::vector<std::string> { return {"transient"}; }};
}

}  // namespace tauvox
