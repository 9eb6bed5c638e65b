// The transport operator of a problem (problem.hpp) on its unknowns, and the parts of a multigrid cycle that
// touch voxels.
//
// Vectors hold unknowns only (volume/unknowns.hpp); diagonals and conductances are computed where they are
// needed, so nothing else is stored per voxel. Sums are FP64. Bytes of one apply: 0.25 per voxel (1.25 with
// several classes) and 2 sizeof(T) per unknown.
#pragma once

#include "kernels/transport/blocks.hpp"
#include "kernels/transport/potential.hpp"

namespace tauvox {

/// T is float or double: the type of the vectors.
template <class T>
class TransportOperator {
 public:
  /// @throws Error(internal) when the problem is none (Problem::check)
  explicit TransportOperator(Problem problem, KernelForm form = KernelForm::tuned);

  const Problem& problem() const { return problem_; }
  const Device& device() const { return problem_.unknowns->device(); }
  const Extent& extent() const { return problem_.unknowns->extent(); }
  std::int64_t unknowns() const { return problem_.unknowns->count(); }
  /// The matrix, for the coarse levels.
  Medium<float> medium() const;
  /// The potential of a deviation v, in FP64.
  PotentialOf<T> potential_of(const Buffer<T>& v) const;

  /// q = A p; returns p.q
  double apply_dot(const Buffer<T>& p, Buffer<T>& q) const;
  /// z = damping r / diagonal, the Jacobi step from zero; returns r.z
  double jacobi_dot(const Buffer<T>& r, Buffer<T>& z) const;

  /// Of u = reference + v, in FP64.
  Evaluation evaluate(const Buffer<T>& v) const;
  /// The same, and rest = sum of b - A u over each aggregate.
  Evaluation evaluate(const Buffer<T>& v, const Blocks& blocks, Buffer<double>& rest) const;
  /// The same, and r = b - A u.
  Evaluation residual(const Buffer<T>& v, Buffer<T>& r) const;
  /// ||b||^2 of the eliminated system: the load, and what plates and imposed gradients feed in.
  double source_norm2() const;
  /// Flux along `axis` through each of its n + 1 planes of faces, positive towards the side behind it.
  std::vector<double> plane_fluxes(const Buffer<T>& v, Axis axis) const;
  /// u = reference + v as float, [z][y][x], NaN where nothing conducts, on the host.
  std::vector<float> potential(const Buffer<T>& v) const;
  /// Unknowns whose u is not within [-slack, 1 + slack].
  std::int64_t outside(const Buffer<T>& v, double slack) const;

  /// coarse_b = sum over each aggregate of r - A e, where e = damping r / diagonal, the first Jacobi step
  void smooth_restrict(const Blocks& blocks, const Buffer<T>& r, float* coarse_b) const;
  /// z = e + damping (r - A e) / diagonal, where e is the first step plus factor coarse_x; returns r.z
  double prolong_smooth_dot(const Blocks& blocks, float factor, const float* coarse_x, const Buffer<T>& r,
                            Buffer<T>& z) const;
  /// Work space for conjugate gradients.
  Buffer<T> vector() const { return Buffer<T>(device(), unknowns()); }

 private:
  template <class W>
  Medium<W> medium_of(const Buffer<W>& material) const;
  template <class Pass>
  auto run(const Pass& pass) const;

  Problem problem_;
  KernelForm form_;
  Buffer<float> material_float_;
  Buffer<double> material_double_;
};

}  // namespace tauvox
