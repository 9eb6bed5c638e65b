// Effective transport between two plates: div(D grad u) = 0, u = 1 on the face before the first layer, u = 0
// behind the last, no flux (or periodic) across the sides.
//
//   D_eff / D_max = (sum over faces of g (du)^2) n_flow / (n_1 n_2)      the dissipation, second order in the
//   error
//
// Only what touches both plates is solved for: islands and dead ends of one plate carry no steady flux.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "host/krylov.hpp"
#include "host/preconditioner.hpp"
#include "host/study.hpp"
#include "host/verify.hpp"
#include "kernels/clusters.hpp"
#include "kernels/labels.hpp"

namespace tauvox {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Periodic joined_sides(Axis flow, bool periodic) {
  Periodic joined{periodic, periodic, periodic};
  joined[static_cast<std::size_t>(flow)] = false;
  return joined;
}

std::array<double, 3> spacing(const Volume& volume) {
  return volume.voxel_size.value_or(std::array{1.0, 1.0, 1.0});
}

/// What percolates; leaves in `classes` only clusters that touch both plates.
void find_percolating(Field<std::uint8_t>& classes, const Materials& materials, const Periodic& joined,
                      AxisResult& result) {
  const auto all = static_cast<double>(classes.extent().voxels());
  std::int64_t corners = 0;
  {
    const Clusters clusters = find_clusters(classes, Connectivity::all_26, joined);
    for (std::int64_t k = 0; k < clusters.count(); ++k)
      if (clusters.spans(k, result.axis)) corners += clusters.voxels[static_cast<std::size_t>(k)];
  }
  const Clusters clusters = find_clusters(classes, Connectivity::faces_6, joined);
  if (clusters.count() > 0)
    result.largest_cluster_fraction =
        static_cast<double>(*std::max_element(clusters.voxels.begin(), clusters.voxels.end())) / all;
  const std::int64_t kept = keep_spanning(classes, clusters, result.axis);
  result.percolates = kept > 0;
  result.percolating_volume_fraction = static_cast<double>(kept) / all;
  result.fraction_connected_26 = static_cast<double>(corners) / all;
  const std::vector<std::int64_t> count = histogram(classes);
  for (std::size_t c = 0; c < materials.class_conductivity.size(); ++c)
    result.percolating_mean +=
        static_cast<double>(count[c + first_conducting_class]) / all * materials.class_conductivity[c];
}

/// Solves with vectors of type T and fills the result; hands out the deviation from the ramp.
template <class T>
std::vector<float> solve(const Field<std::uint8_t>& classes, const StudyInput& in, const Periodic& joined,
                         AxisResult& result, const Progress& progress) {
  const Extent& e = classes.extent();
  const TransportOperator<T> A(classes,
                               make_faces(in.materials.class_conductivity, spacing(in.volume), result.axis),
                               result.axis, joined);
  const JacobiPreconditioner<T> M{A};
  const auto n = static_cast<double>(e.along(result.axis));
  const double to_ratio = n * n / static_cast<double>(e.voxels());
  const double tolerance = in.settings.tolerance;

  Field<T> x(in.device, e);
  Field<T> r(in.device, e), p(in.device, e), q(in.device, e);
  SolverResult& solver = result.solver;
  solver.method = "CG, Jacobi";
  solver.precision = in.settings.precision;

  double energy = A.energy(x), error = std::numeric_limits<double>::infinity();
  StopReason why = StopReason::iteration_limit;
  // Rounding separates the recurrence from the true residual; a restart from the true one mends that. FP64
  // needs none as a rule, FP32 one or two at tight tolerances.
  constexpr int restarts = 4;
  for (int start = 0; start <= restarts; ++start) {
    EnergyStop stop(tolerance / 2, energy);
    double first = 0;
    why = conjugate_gradient(
        A, M, x, r, p, q, stop, in.settings.max_iterations - solver.iterations,
        [&](std::int64_t k, double estimate) {
          if (!progress || k % 10 != 0) return;
          if (first == 0 && std::isfinite(estimate)) first = estimate;
          const double done =
              first > tolerance && std::isfinite(estimate)
                  ? std::log(first / std::max(estimate, tolerance)) / std::log(first / tolerance)
                  : 0;
          progress(fmt::format("axis {}", axis_name(result.axis)), done,
                   fmt::format("iteration {}, error {:.1e}", solver.iterations + k, estimate));
        });
    solver.iterations += stop.iterations();
    solver.operator_applications += stop.iterations() + 1;
    const double before = energy;
    A.update_halo(x);
    energy = A.energy(x);
    // The recurrence says where the energy should be; what rounding added on top is error as well.
    const double rounding = std::abs(energy - stop.energy()) / energy;
    const bool at_rest = why == StopReason::converged && stop.iterations() == 0;
    error = (at_rest ? 0 : std::min(stop.relative_error(), 1e300)) + rounding;
    if (error <= tolerance || solver.iterations >= in.settings.max_iterations) break;
    if (why != StopReason::iteration_limit && start > 0 && before - energy < 0.1 * tolerance * energy) {
      // A whole restart gained nothing: the energy is what this precision can give.
      error = std::max(rounding, std::abs(before - energy) / energy);
      why = StopReason::converged;
      break;
    }
  }
  const PlateFluxes fluxes = A.fluxes(x);
  solver.relative_residual = std::sqrt(A.residual(x, r) / A.source_norm2());
  solver.error = std::max(error, 4e-16);
  result.flux_in = fluxes.in * to_ratio;
  result.flux_out = fluxes.out * to_ratio;
  const double ratio = energy * to_ratio;

  for (Field<T>* done : {&r, &p, &q}) *done = Field<T>();  // room for the field
  std::vector<float> potential = A.potential(x);
  if (!(error <= tolerance)) {
    result.status = Status::not_converged;
    result.best_estimate = ratio;
    result.reason = fmt::format(
        "stopped after {} iterations with an estimated error of {:.1e}, above the tolerance {:.1e}; {}",
        solver.iterations, error, tolerance,
        solver.iterations >= in.settings.max_iterations ? "raise --max-iterations"
                                                        : "use --precision double");
    return potential;
  }
  result.ratio = ratio;
  result.reason = verify(result, potential, tolerance);
  result.status = result.reason.empty() ? Status::converged : Status::failed;
  if (result.status == Status::failed) result.ratio.reset();
  return potential;
}

}  // namespace

std::vector<AxisResult> effective_transport(const StudyInput& in, const FieldSink& sink,
                                            const Progress& progress) {
  std::vector<AxisResult> results;
  for (const Axis axis : in.settings.axes) {
    const auto start = Clock::now();
    AxisResult result;
    result.axis = axis;
    result.volume_fraction = in.materials.volume_fraction;
    result.conducting_phases = in.materials.conducting_phases;
    result.largest_value = in.materials.largest;
    result.mean = in.materials.mean;

    const Periodic joined = joined_sides(axis, in.settings.periodic_sides);
    Field<std::uint8_t> classes = map_labels(in.device, in.volume, in.materials.class_of_code);
    find_percolating(classes, in.materials, joined, result);
    std::vector<float> potential;
    if (!result.percolates) {
      result.status = Status::not_percolating;
      result.ratio = 0;
      result.reason = in.materials.conducting_phases == 0 ? "no conducting voxel"
                      : result.fraction_connected_26 > 0
                          ? "no path of voxels that share faces; paths over edges or corners do not count"
                          : "nothing that conducts reaches from one face to the other";
      potential.assign(static_cast<std::size_t>(in.volume.extent.voxels()), std::nanf(""));
    } else {
      set_class_halo(classes, axis, joined);
      potential = in.settings.precision == "double" ? solve<double>(classes, in, joined, result, progress)
                                                    : solve<float>(classes, in, joined, result, progress);
    }
    result.seconds = seconds_since(start);
    if (sink) sink(result, potential);
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace tauvox
