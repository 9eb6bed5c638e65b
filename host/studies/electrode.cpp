// An electrode as its separator sees it: ions come from there alone and are stored where the pore meets what
// reacts. Electrode tortuosity (Nguyen et al. 2020, doi 10.1038/s41524-020-00386-4) from
//
//   K psi = S,   Re Z(0) = S.psi / (S.1)^2
//
// K the conductances of what is joined to the separator, with a plate of potential 0 there and no other; S
// the area of each voxel's faces to what reacts. The least energy psi.K psi - 2 S.psi is -S.psi, so its bound
// is one of Re Z(0). Where conductivities share classes it is of the voxels' own (true_energy.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "host/solve/solver.hpp"
#include "host/studies/electrode_spectrum.hpp"
#include "host/studies/electrolytes.hpp"
#include "host/studies/percolating.hpp"
#include "host/studies/study.hpp"
#include "host/studies/true_energy.hpp"
#include "host/studies/units.hpp"
#include "kernels/base/clock.hpp"
#include "kernels/volume/codes.hpp"
#include "kernels/volume/face_counts.hpp"
#include "kernels/volume/kinds.hpp"

namespace tauvox {
namespace {

/// A plate at the separator, of potential 0.
Sides sides_of(const StudySettings& s) {
  Sides sides;
  for (const Axis axis : all_axes)
    if (s.periodic_sides && axis != s.thickness) sides.join(axis);
  (s.separator == "low" ? sides.before(s.thickness) : sides.behind(s.thickness)) = Side::plate(0);
  return sides;
}

/// 1 for every code that reacts.
std::vector<std::uint8_t> reacting_codes(const StudyInput& in) {
  std::vector<std::int64_t> labels = in.settings.reactive_labels;
  std::sort(labels.begin(), labels.end());  // all that insulate, of a grey volume, are thousands
  std::vector<std::uint8_t> reacts;
  for (const Label& label : in.volume.labels)
    reacts.push_back(std::binary_search(labels.begin(), labels.end(), label.value));
  return reacts;
}

/// What carries ions from the separator, and where it reacts.
struct Pore {
  Unknowns all;
  std::shared_ptr<const Unknowns> joined;            // to the separator
  Buffer<std::uint8_t> kinds;                        // of their faces
  std::array<std::int64_t, 3> faces{}, all_faces{};  // that react

  Pore(const Codes& codes, const StudyInput& in, const Sides& sides)
      : all(unknowns_of(codes, conducting_codes(in.materials))) {
    const Runs runs(all);
    const Clusters clusters = find_clusters(runs, sides.joined());
    const std::uint32_t before = 1u << (2 * static_cast<int>(in.settings.thickness)),
                        face = in.settings.separator == "low" ? before : 2 * before;
    std::vector<std::uint8_t> keep;
    for (const std::uint32_t touches : clusters.touches) keep.push_back((touches & face) != 0);
    joined = std::make_shared<const Unknowns>(voxels_of(runs, clusters, keep));
    const Unknowns reacting = unknowns_of(codes, reacting_codes(in));
    all_faces = count_faces(all, reacting, sides.joined()).faces;
    FaceCounts found = count_faces(*joined, reacting, sides.joined());
    faces = found.faces;
    kinds = std::move(found.kind);
  }
};

/// Conductivity in S/m of what conducts best, where it is known.
std::optional<double> conductivity_of(const StudyInput& in) {
  if (!in.settings.electrolyte.empty())
    return in.materials.largest *
           electrolyte_of(in.settings)
               .conductivity(in.settings.salt_concentration / 1000, in.settings.temperature);
  const Property property = property_of(in.materials.unit);
  if (property.si != "S/m" || !in.materials.to_si) return std::nullopt;
  return in.materials.largest * *in.materials.to_si;
}

class ElectrodeStudy {
 public:
  ElectrodeStudy(const StudyInput& in, const Progress& progress)
      : in_(in),
        progress_(progress),
        sides_(sides_of(in.settings)),
        units_(in.volume, in.settings.thickness),
        conductivity_(conductivity_of(in)),
        own_(in.volume, in.materials) {
    if (in.settings.impedance) check_spectrum(in.settings, units_, conductivity_);
    found_.axis = in.settings.thickness;
    found_.volume_fraction = in.materials.volume_fraction;
    found_.mean = own_.share() ? own_.mean() : in.materials.mean;
  }

  Report run() {
    const auto start = Clock::now();
    StageClock clock(in_.device, found_.stages);
    {
      const auto codes = std::make_shared<const Codes>(in_.device, in_.volume);
      clock.end_of(&StageCosts::transfer);
      Pore pore(*codes, in_, sides_);
      find(*codes, pore);
      if (found_.connected) pose(codes, pore);
    }
    clock.end_of(&StageCosts::setup);
    if (found_.connected) solve(clock);
    found_.seconds = seconds_since(start);
    Report report;
    report.results.push_back(
        result_of(found_, units_, conductivity_, spectrum_.direct, spectrum_.direct_bounds));
    tell_of_classes(report.results.back());
    if (spectrum_.curve) report.curves.push_back(*spectrum_.curve);
    report.notices = spectrum_.notices;
    report.warnings = warnings_;
    report.warnings.insert(report.warnings.end(), spectrum_.warnings.begin(), spectrum_.warnings.end());
    return report;
  }

 private:
  /// What there is before anything is solved, and why nothing is.
  void find(const Codes& codes, const Pore& pore) {
    found_.faces = pore.faces;
    for (std::size_t a = 0; a < 3; ++a) found_.unreached_faces[a] = pore.all_faces[a] - pore.faces[a];
    found_.connected_fraction =
        static_cast<double>(pore.joined->count()) / static_cast<double>(in_.volume.extent.voxels());
    found_.connected_mean = own_.share() ? own_.mean_of(codes, *pore.joined)
                                         : mean_conductivity(codes, in_.materials, *pore.joined);
    for (std::size_t a = 0; a < 3; ++a)
      found_.area += static_cast<double>(found_.faces[a]) * units_.area_of_face[a];
    found_.connected = found_.area > 0;
    if (found_.connected) return warn_of_unreached();
    found_.status = Status::not_percolating;
    found_.reason = in_.materials.conducting_phases == 0 ? "no conducting voxel"
                    : pore.joined->count() == 0          ? "nothing that conducts touches the separator"
                                                : "nothing that reacts is reached from the separator";
  }

  /// What is hardly reached looks excellent by its numbers.
  void warn_of_unreached() {
    constexpr double enough = 0.9;
    double faces = 0, unreached = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      faces += static_cast<double>(found_.faces[a] + found_.unreached_faces[a]);
      unreached += static_cast<double>(found_.unreached_faces[a]);
    }
    const double volume = found_.connected_fraction / found_.volume_fraction, area = 1 - unreached / faces;
    if (volume >= enough && area >= enough) return;
    warnings_.push_back(fmt::format(
        "from the separator {:.3g} % of the volume that conducts and {:.3g} % of the faces that react are "
        "reached: the resistance is that of this part alone, and tau_e, which counts the volume of all, says "
        "little of the electrode",
        100 * volume, 100 * area));
  }

  void pose(std::shared_ptr<const Codes> codes, Pore& pore) {
    problem_.unknowns = pore.joined;
    problem_.conductivity = in_.materials.class_conductivity;
    problem_.sides = sides_;
    problem_.spacing = in_.volume.spacing();
    problem_.unit_axis = found_.axis;
    reacting_ = {std::make_shared<const Buffer<std::uint8_t>>(std::move(pore.kinds)),
                 weights_of_kinds(units_.area_of_face), reacting_codes(in_)};
    problem_.load =
        std::make_shared<const Buffer<double>>(values_of_kinds(*reacting_.kinds, reacting_.weights));
    if (problem_.one_class()) return;
    problem_.codes = std::move(codes);
    problem_.class_of_code = in_.materials.class_of_code;
  }

  void solve(StageClock& clock) {
    FinishedSolves finished(in_.settings.impedance ? in_.keeper : nullptr);
    AtRest at_rest;
    if (std::optional<FoundSolve> kept = finished.find(AtRest::place, AtRest::name))
      at_rest.found = std::move(*kept);
    else
      at_rest = solve_at_rest(clock);
    const bool goes_on = at_rest.solver && at_rest.solver->goes_on();
    judge(at_rest.found.solution, at_rest.found.more, goes_on);
    if (in_.settings.impedance && found_.status == Status::converged)
      spectrum_ = find_spectrum(in_, problem_, reacting_, std::move(at_rest), found_, units_, conductivity_,
                                own_, progress_);
    if (!spectrum_.why_none.empty()) {  // it was asked for: what there is does not pass for all
      found_.status = Status::not_converged;
      found_.reason = spectrum_.why_none;
      found_.best_estimate = std::exchange(found_.resistance, std::nullopt);
    }
    clock.end_of(&StageCosts::solve);
  }

  /// In FP64 where FP32 does not reach what is asked for.
  AtRest solve_at_rest(StageClock& clock) const {
    const auto begun = Clock::now();
    auto solver = std::make_unique<Solver>(
        problem_, in_.settings.solver == "multigrid" ? Preconditioning::multigrid : Preconditioning::jacobi);
    const IterationObserver observer = watched(in_, progress_, "electrode");
    clock.end_of(&StageCosts::setup);
    const std::int64_t limit = in_.settings.max_iterations;
    const double tolerance = tolerance_of_solve();
    if (in_.keeper) solver->keep_with(*in_.keeper, AtRest::name);
    if (in_.settings.precision == "mixed" && !solver->is_past<float>(tolerance))
      solver->minimise<float>(tolerance, limit, observer);
    const Solution so_far = solver->solution();
    if (so_far.iterations == 0 ||
        (!so_far.reached && so_far.why != StopReason::interrupted && so_far.iterations < limit))
      solver->minimise<double>(tolerance, limit, observer);
    const EnergyBounds bounds = bounds_of(*solver);
    return {{solver->solution(), {bounds.lower, bounds.upper}}, std::move(solver), begun};
  }

  /// Where conductivities share classes the rest is for those. The impedance is a sum with psi in it.
  double tolerance_of_solve() const {
    constexpr double for_impedance = 1e-6;
    const double wanted = own_.share() ? in_.settings.tolerance / 4 : in_.settings.tolerance;
    return std::max(in_.settings.impedance ? std::min(wanted, for_impedance) : wanted, 2e-14);
  }

  /// Bounds on the energy, of the conductivities that voxels have.
  EnergyBounds bounds_of(const Solver& solver) const {
    EnergyBounds bounds = solver.solution().bounds;
    if (!own_.share()) return bounds;
    const OwnConductivities::Enclosed own = own_.enclose({bounds.lower, bounds.upper}, solver.potential(),
                                                         sides_, found_.axis, {reacting_.codes, 1, 0});
    bounds.lower = own.lower;
    bounds.upper = own.upper;
    return bounds;
  }

  /// @param of_voxels lower and upper bound on the energy, of the conductivities that voxels have
  void judge(const Solution& found, const std::vector<double>& of_voxels, bool goes_on) {
    EnergyBounds bounds = found.bounds;
    bounds.lower = of_voxels[0];
    bounds.upper = of_voxels[1];
    const double to_resistance = 1 / (found_.area * found_.area);
    SolverResult& told = found_.solver;
    told.method = found.method;
    told.precision = found.precision;
    told.iterations = found.iterations;
    told.operator_applications = found.operator_applications;
    told.relative_residual = found.relative_residual;
    told.error = std::max(bounds.relative_error(), 1e-15);  // FP64 sums are no better
    told.error_kind = "bound";
    found_.resistance_bounds = {-bounds.upper * to_resistance, -bounds.lower * to_resistance};
    const Evaluation& at = found.bounds.at;
    const double leaves = at.flux_out - at.flux_in;  // through the one plate there is
    found_.flux_balance = std::abs(leaves / found_.area - 1);
    const double resistance = -bounds.middle() * to_resistance;
    if (!(found.error() <= in_.settings.tolerance) || goes_on) {
      found_.status = Status::not_converged;
      found_.best_estimate = resistance;
      found_.reason = why_not_reached(found, in_.settings.tolerance, in_.settings.max_iterations);
      return;
    }
    // The plate conducts less than 2 columns, and what is stored leaves through it: its flux is off by no
    // more than the root of that times what the energy is above its least (Cauchy and Schwarz).
    const double most = std::sqrt(2 * units_.columns * (found.bounds.upper - found.bounds.lower));
    if (!(std::abs(leaves - found_.area) <= most + 1e-9 * found_.area)) {
      found_.status = Status::failed;
      found_.reason =
          fmt::format("the flux through the separator is off by {:.1e}, more than its bound allows",
                      *found_.flux_balance);
      return;
    }
    found_.status = Status::converged;
    found_.resistance = resistance;
  }

  void tell_of_classes(Result& result) {
    if (!own_.share() || !found_.connected) return;
    result.remarks.push_back(
        fmt::format("{}; the bound holds for their own{}", own_.text(),
                    spectrum_.curve ? ", and error_estimate of the impedance has what that may change" : ""));
    if (found_.status == Status::converged && *found_.solver.error > in_.settings.tolerance)
      warnings_.push_back(own_.text_of_wide_bound(*found_.solver.error, in_.settings.tolerance));
  }

  const StudyInput& in_;
  const Progress& progress_;
  const Sides sides_;
  const ElectrodeUnits units_;
  const std::optional<double> conductivity_;
  const OwnConductivities own_;
  ElectrodeResult found_;
  Problem problem_;
  Reacting reacting_;
  Spectrum spectrum_;
  std::vector<std::string> warnings_;
};

Report electrode(const StudyInput& in, const FieldSink&, const Progress& progress) {
  const StudySettings& s = in.settings;
  if (s.axes != std::vector{s.thickness} && s.axes != std::vector{Axis::z})
    throw Error(ExitCode::usage, "the separator has one place", "--axis", "",
                fmt::format("leave it out, and give --thickness {} and --separator low or high",
                            axis_name(s.axes.front())));
  Report report = ElectrodeStudy(in, progress).run();
  report.notices.push_back(fmt::format("the separator is at the {} end of axis {}; sides: {}", s.separator,
                                       axis_name(s.thickness), s.periodic_sides ? "periodic" : "no flux"));
  if (in.finished) in.finished(report.results.back());
  return report;
}

}  // namespace

Study electrode_study() {
  return {.name = "electrode",
          .meaning = "tortuosity and ionic resistance of an electrode as its separator sees it",
          .quantities = electrode_quantities(),
          .run = electrode,
          .needs_box = true,
          .tables = [](const StudySettings& s) -> std::vector<std::string> {
            if (!s.impedance) return {};
            return {"impedance"};
          }};
}

}  // namespace tauvox
