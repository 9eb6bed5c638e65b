// A transport problem on the voxels of a volume, and nothing of what it is asked for.
//
//   (A u)_i = shift w_i u_i + sum over 6 faces of g_ij (u_i - u_j),      residual = b - A u
//
// g = s_axis g_law with s_axis = (h_unit / h_axis)^2: conductances are in units of that of a cube whose edge
// is the spacing along `unit_axis`. b is the load, and what plates and imposed gradients feed in; none of it
// is ever stored apart from the load. The solution minimises
//
//   E(u) = sum over faces of g (u_i - u_j)^2 + sum of (shift w u^2 - 2 load u)
//
// The unknown of every solver is the deviation v of u from a reference: linear between two plates of an axis,
// linear along an axis with an imposed gradient, constant otherwise. Difference form everywhere: a stored,
// rounded diagonal acts as a source in every voxel and moves the result without a trace in the residual. The
// deviation is zero from the start in a uniform material.
#pragma once

#include <memory>
#include <vector>

#include "kernels/base/sides.hpp"
#include "kernels/transport/law.hpp"
#include "kernels/volume/codes.hpp"
#include "kernels/volume/unknowns.hpp"

namespace tauvox {

struct Problem {
  std::shared_ptr<const Unknowns> unknowns;
  std::shared_ptr<const Codes> codes;  // of all voxels; null where all unknowns conduct alike
  std::vector<std::uint8_t> class_of_code;
  std::vector<double> conductivity{1.0};  // of classes first_conducting_class, ...: > 0, the largest 1
  int law = law_index<Series>();  // one conductivity of 1 is solved by OneClass, whatever is said here
  Sides sides;
  std::array<double, 3> spacing{1, 1, 1};  // z, y, x; only the ratios matter
  Axis unit_axis = Axis::z;
  /// >= 0, a conductance from every unknown to potential 0. For D du/dt in steps of dt: h_unit^2 / dt.
  double shift = 0;
  /// Kinds of unknowns: w of the shift is that of a kind, such as of a number of faces; null: 1 of all.
  std::shared_ptr<const Buffer<std::uint8_t>> kinds;
  std::vector<double> weight_of_kind;
  std::shared_ptr<const Buffer<double>> load;  // per unknown; null: none
  /// Along a joined axis: u rises by so much from the side before to the side behind.
  std::array<double, 3> rise{};  // z, y, x

  bool one_class() const { return conductivity.size() == 1 && conductivity[0] == 1; }
  int face_law() const { return one_class() ? law_index<OneClass>() : law; }
  /// s_axis of the three axes.
  std::array<double, 3> scale() const;
  /// Whether something holds the potential. Where nothing does, a constant of each cluster is free.
  bool held() const { return sides.have_plate() || (shift > 0 && !kinds); }
  /// No face between unknowns conducts less.
  double least_conductance() const;
  /// @throws Error(internal) what cannot be solved: no unknowns, sides of which only one is joined, a rise
  /// along an axis that is not joined, a load or kinds of another size, a shift below zero.
  void check() const;
};

}  // namespace tauvox
