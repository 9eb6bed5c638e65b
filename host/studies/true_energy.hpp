// What a potential that was found with merged classes says of the conductivities that voxels have.
//
// g is what a face conducts, q the same by the classes of its voxels, d the difference of the solver's
// potential u across it, B the width of the solver's own bound on the energy and s the largest |ln(q/g)|.
// Plates, loads and shifts are the same by classes or not. So u is a potential of the voxels' own problem as
// well, and its flux, repaired, one that leaves no voxel more than enters it (Dirichlet and Thomson):
//
//   E_g(u) - W^2 <= E <= E_g(u),   W = sqrt(sum (q - g)^2 d^2 / g) + sqrt(e^s B)
//
// Of second order in what merging changes. W is also as far as u can be from the voxels' own potential, as
// the root of the energy of the difference. Besides, E is monotone and homogeneous in the conductivities:
// |ln(E_q/E)| <= s.
//
// Of gradients imposed across joined sides the potential of a sum is the sum of potentials, so all of this
// holds for each sum of theirs. With G the form of the energies of potentials, D that of the solutions, and
// F = G - D:
//
//   0 <= F(v, v) <= W(v)^2
//   4 F_ij = F(v, v) - F(w, w),                        v = a e_i + e_j / a,  w = a e_i - e_j / a
//   G_ij - W(v)^2 / 4 <= D_ij <= G_ij + W(w)^2 / 4
//
// for every a; a^2 = W_j / W_i is taken, which balances the two. B of a sum is at most the square of
// a sqrt(B_i) + sqrt(B_j) / a, for the flux that repairs it may be the sum of theirs.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "host/studies/materials.hpp"
#include "kernels/base/extent.hpp"
#include "kernels/base/sides.hpp"
#include "kernels/volume/unknowns.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox {

/// What a problem has beside plates, on faces between voxels with a potential and those that react.
struct ReactingFaces {
  std::vector<std::uint8_t> codes;  // 1 for each that reacts; empty: none does
  double load = 0, shift = 0;       // of a face of area 1
};

/// A gradient imposed across joined sides, and what was found by classes.
struct ImposedGradient {
  std::array<double, 3> rise{};        // transport/problem.hpp
  std::array<double, 2> of_classes{};  // bounds on its energy
  std::vector<float> potential;        // [z][y][x], NaN where there is none; empty: nothing was found
};

/// Bounds on the form D that gives energies of sums of gradients, sum of a_i a_j D_ij.
class EnclosedGradients {
 public:
  /// Of e_i.
  std::array<double, 2> of(std::size_t i) const { return of_[i]; }
  /// D_ij, i other than j.
  std::array<double, 2> of(std::size_t i, std::size_t j) const;

 private:
  friend class OwnConductivities;
  double off(std::size_t i) const;

  std::array<std::array<double, 3>, 3> energy_{}, change_{};  // G; sum of (q - g)^2 d_i d_j / g
  std::array<double, 3> width_{}, rounding_{};
  std::array<std::array<double, 2>, 3> of_{};
  double spread_ = 0;
};

/// Conductivities of voxels, beside those of the classes that they share.
class OwnConductivities {
 public:
  /// What holds for them, in units of a problem (transport/problem.hpp).
  struct Enclosed {
    double lower = 0, upper = 0;  // energy
    double off = 0;               // W
    double mean = 0;              // conductivity of voxels with a potential, over all voxels of the sample
  };

  /// @pre both outlive this
  OwnConductivities(const Volume& volume, const Materials& materials);

  /// Whether there is a class that several conductivities share.
  bool share() const;
  /// s
  double spread() const { return spread_; }
  /// As a share of the value of the class: no conductivity is off by more.
  double most_off() const;
  /// Conductivity over all voxels of the sample, of all and of a set, over the largest.
  double mean() const;
  double mean_of(const Codes& codes, const Unknowns& set) const;
  /// "300 grey values that conduct share 254 classes of conductivity, at most 2 % from their own"
  std::string text() const;
  /// A warning, where classes alone keep a bound from the tolerance.
  std::string text_of_wide_bound(double error, double tolerance) const;

  /// @param of_classes bounds on the energy by classes
  /// @param potential [z][y][x], NaN where there is none
  Enclosed enclose(const std::array<double, 2>& of_classes, std::span<const float> potential,
                   const Sides& sides, Axis unit_axis, const ReactingFaces& reacting = {}) const;
  /// Of gradients on the same voxels, all sides joined.   @param along z, y, x
  EnclosedGradients enclose(const std::array<ImposedGradient, 3>& along, Axis unit_axis) const;

 private:
  const Volume& volume_;
  const Materials& materials_;
  double spread_;
};

}  // namespace tauvox
