// The impedance of an electrode's pore over the frequency (impedance.hpp): the solves, and what is told of
// them.
#pragma once

#include "host/solve/finished_solves.hpp"
#include "host/studies/electrode_quantities.hpp"
#include "host/studies/study.hpp"
#include "host/studies/true_energy.hpp"

namespace tauvox {

/// The faces that react of each unknown, by their kinds, and what a kind weighs.
struct Reacting {
  std::shared_ptr<const Buffer<std::uint8_t>> kinds;
  std::vector<double> weights;
  std::vector<std::uint8_t> codes;  // 1 for each that reacts
};

struct Spectrum {
  std::optional<Curve> curve;  // none where a solve did not reach its tolerance
  std::string why_none;
  /// Of the volume as the frequency goes to 0 where charge is transferred, in units of h/(sigma a); and its
  /// bounds.
  std::optional<double> direct;
  std::array<double, 2> direct_bounds{};
  std::vector<std::string> notices, warnings;
};

/// K psi = S, solved.
struct AtRest {
  static constexpr int place = 1;  // among the solves that are kept
  static constexpr const char* name = "the electrode";
  FoundSolve found;
  std::unique_ptr<const Solver> solver;  // null where an earlier run has solved it: its psi is kept
  Clock::time_point begun = Clock::now();
};

/// @throws Error(usage) where what is asked for needs a size of voxels or a conductivity that is not known
void check_spectrum(const StudySettings& settings, const ElectrodeUnits& units,
                    const std::optional<double>& conductivity);

/// @param steady the problem K psi = S
/// @param at_rest done
/// @param conductivity in S/m
/// @param own where they share classes the spectrum is that of the classes, and its errors have what that may
/// change; `direct` is of the voxels' own
Spectrum find_spectrum(const StudyInput& in, const Problem& steady, const Reacting& reacting, AtRest at_rest,
                       const ElectrodeResult& found, const ElectrodeUnits& units,
                       const std::optional<double>& conductivity, const OwnConductivities& own,
                       const Progress& progress);

}  // namespace tauvox
