// Pairs of neighbouring voxels of two phases, in 13 directions: what surfaces are estimated from.
#pragma once

#include "kernels/geometry/directions.hpp"
#include "kernels/geometry/phase_bits.hpp"

namespace tauvox {

inline constexpr int most_phase_pairs = most_phases * (most_phases - 1) / 2;

/// Position of the pair p < q among all pairs, ascending by q, then p.
TAUVOX_HD int pair_of(int p, int q) { return q * (q - 1) / 2 + p; }

/// Bytes: nothing a voxel.
struct NeighbourPairs {
  int lag = 1;                                                          // steps between the voxels of a pair
  std::array<std::int64_t, neighbour_directions> all{};                 // pairs of voxels of whatever phase
  std::vector<std::array<std::int64_t, neighbour_directions>> of_pair;  // [pair_of(p, q)]

  /// Faces across z, y, x between two phases, where the lag is 1.
  std::array<std::int64_t, 3> faces(int pair) const;
};

/// @param lag 1 or 2
NeighbourPairs count_neighbour_pairs(const PhaseBits& bits, int lag);

/// The same for each layer across an axis, one step apart; a pair of voxels of two layers is counted in the
/// lower one. Bytes: 8 per layer, pair of phases and direction.
std::vector<NeighbourPairs> count_pairs_of_layers(const PhaseBits& bits, Axis axis);
/// What count_neighbour_pairs(bits, 1) finds.
NeighbourPairs sum_of_layers(const std::vector<NeighbourPairs>& layers);

/// The interface between two phases, per volume, by the formula of Cauchy and Crofton:
/// 2 sum_k w_k N_k / (P_k L_k), k the 13 directions, w_k direction_weights, N_k pairs of the two phases, P_k
/// all pairs (which corrects for the sides of the volume), L_k the distance. Where the volume is too thin for
/// a direction it counts as going on alike: a pair is as often cut as along that direction within the layers.
/// @param spacing m
double surface_density(const NeighbourPairs& pairs, int pair, const std::array<double, 3>& spacing);
/// What that is in doubt by because it is seen in 13 directions only: where all see as much of it, by
/// nothing; where it is planes that lie alike, by what the worst of them is off by; in between by a share,
/// from how unlike what the directions see is.
double doubt_of_directions(const NeighbourPairs& pairs, int pair, const std::array<double, 3>& spacing);
/// The same within each layer: of the pairs that it shares with a layer beside it, half.
std::vector<double> surface_densities(const std::vector<NeighbourPairs>& layers, Axis axis, int pair,
                                      const std::array<double, 3>& spacing);
/// Area of an object that touches no side: the same without the correction, times the volume.
double surface_area(const NeighbourPairs& pairs, int pair, const std::array<double, 3>& spacing);

}  // namespace tauvox
