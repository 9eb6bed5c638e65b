// How far D_eff is from that of the smooth structure which the voxels describe, judged by solves with voxels
// twice and four times as large. Pure arithmetic; DESIGN.md has the measurements that chose it.
//
//   d  = (D_2 - D_1) / (r - 1)                     staircase error of the fine value, first order in h
//   D_extrapolated = D_1 - d
//   u  = 1.5 |d| + 0.5 S_2 + 0.25 |V_2 - D_2| + 0.2 |V_4 - D_4| + solver    the interval is D_1 - u .. D_1 +
//   u
//
// Where conductors of 10 to 1 and more meet in edges and corners the order is far below one (checkerboard of
// 100 to 1: 0.25): with an order p below 0.5 d is (D_2 - D_1) / (2^p - 1) there, the limit of the series,
// with at least the order that edges of this contrast can have. Nothing is said where that is below 0.15, and
// where the copies differ less than the volume from its first one and what conducts is narrow.
//
// D_1 is the fine value, D_2 and D_4 the means of two sampled copies each, from the lower and the upper voxel
// of the middle, which differ by S_2; V_2 and V_4 those of voted ones; r is 2 as near as odd lengths allow.
// Sampling keeps volume fractions, so D_2 - D_1 is the staircase alone. What S and V - D add is the chance of
// where voxels happen to fall.
#pragma once

#include <optional>
#include <string>

namespace tauvox {

/// Effective ratios on the volume and on its coarse copies, and what they were solved with.
struct ResolutionValues {
  double fine = 0, twice = 0, voted = 0;
  double spread = 0;                       // by which the two sampled copies of twice the size differ
  std::optional<double> four, voted_four;  // empty: that copy is another structure
  double solver_error = 0;                 // largest of them all, absolute
  double refinement_twice = 2, refinement_four = 4;
  double largest = 1;   // D_eff cannot be above: the mean of the phases (Wiener)
  double contrast = 1;  // of what conducts: the best over the worst
  bool narrow = false;  // something of it is narrower than most_throat
};

/// Empty is "cannot be said"; `reason` then says why, in words.
struct Resolution {
  std::optional<double> fine, twice, four;  // effective ratios
  std::optional<double> spread;             // of the two copies that `twice` is the mean of
  std::optional<double> voted, voted_four;  // on the voted copies of twice and four times the voxel size
  std::optional<double> order;              // of convergence; first order is what extrapolates
  std::optional<double> extrapolated;       // to voxels of no size
  std::optional<double> uncertainty;        // u, absolute, half of the width of the interval
  std::optional<int> throat;                // voxels; most_throat: that or more
  std::string reason;

  void because(const std::string& why) { reason += (reason.empty() ? "" : "; ") + why; }
};

/// Throats narrower than this are warned of; wider ones are not told apart.
inline constexpr int most_throat = 5;

/// order, extrapolated and uncertainty from the values.
Resolution judge_resolution(const ResolutionValues& values);

}  // namespace tauvox
