// The transport operator of a problem (problem.hpp) on its unknowns, and the parts of a multigrid cycle that
// touch voxels.
//
// A vector has eight values an octet (octets.hpp), zeros where nothing conducts; those of residuals, and A p,
// are divided by the diagonal (passes.hpp). Diagonals and conductances are computed where they are needed.
// Sums are FP64. A p is never kept: a pass over it costs less than the room of a vector.
#pragma once

#include "kernels/transport/blocks.hpp"
#include "kernels/transport/potential.hpp"

namespace tauvox {

/// T is float or double: the type of the vectors.
template <class T>
class TransportOperator {
 public:
  /// @param octets of this problem, where they are known already
  /// @throws Error(internal) when the problem is none (Problem::check)
  explicit TransportOperator(Problem problem, KernelForm form = KernelForm::tuned,
                             std::shared_ptr<const Octets> octets = nullptr);

  const Problem& problem() const { return problem_; }
  const Device& device() const { return problem_.unknowns->device(); }
  const Extent& extent() const { return problem_.unknowns->extent(); }
  std::int64_t unknowns() const { return problem_.unknowns->count(); }
  const std::shared_ptr<const Octets>& octets() const { return octets_; }
  /// The matrix, for the coarse levels.
  Medium<float> medium() const;
  /// The potential of a deviation v, in FP64.
  PotentialOf<T> potential_of(const Buffer<T>& v) const;

  /// p.A p
  double curvature(const Buffer<T>& p) const;
  /// s -= alpha A p / diagonal
  void subtract_applied(Buffer<T>& s, double alpha, const Buffer<T>& p) const;
  /// r.z of the Jacobi step from zero z = damping s, for s = r / diagonal
  double jacobi_dot(const Buffer<T>& s) const;
  /// Of the matrix.
  Buffer<T> diagonal() const;

  /// Of u = reference + v, in FP64.
  Evaluation evaluate(const Buffer<T>& v) const;
  /// The same, and rest = sum of b - A u over each aggregate.
  Evaluation evaluate(const Buffer<T>& v, const Blocks& blocks, Buffer<double>& rest) const;
  /// The same, and s = (b - A u) / diagonal.
  Evaluation residual(const Buffer<T>& v, Buffer<T>& s) const;
  /// ||b||^2 of the eliminated system: the load, and what plates and imposed gradients feed in.
  double source_norm2() const;
  /// Flux along `axis` through each of its n + 1 planes of faces, positive towards the side behind it.
  std::vector<double> plane_fluxes(const Buffer<T>& v, Axis axis) const;
  /// u = reference + v as float, [z][y][x], NaN where nothing conducts, on the host.
  std::vector<float> potential(const Buffer<T>& v) const;
  /// Unknowns whose u is not within [-slack, 1 + slack].
  std::int64_t outside(const Buffer<T>& v, double slack) const;

  /// coarse_b = sum over each aggregate of r - A e, where e = damping s, the first Jacobi step
  /// @param parts gets the parts of e.(r + (r - A e)); of z below, r.z is that and factor coarse_b.coarse_x
  /// @return how many parts there are
  std::int64_t smooth_restrict(const Blocks& blocks, const Buffer<T>& s, float* coarse_b,
                               double* parts) const;
  /// At most so many, in a volume of that extent.
  static std::int64_t parts_of_sum(const Extent& extent);
  /// x += alpha p, then p = z + beta p with z = e + damping (r - A e) / diagonal, where e is the first step
  /// plus factor coarse_x
  void prolong_advance(const Blocks& blocks, float factor, const float* coarse_x, const Buffer<T>& s,
                       Buffer<T>& x, double alpha, Buffer<T>& p, double beta) const;
  /// Work space for conjugate gradients; only its octet of zeros is set.
  Buffer<T> vector() const;
  /// A vector of these values, in the order in which unknowns are numbered; and the other way.
  Buffer<T> vector_of(const std::vector<T>& values) const;
  std::vector<T> values_of(const Buffer<T>& vector) const;

 private:
  template <class W>
  struct Tables {
    Buffer<W> material, shift_of_kind;
  };
  template <class W>
  Tables<W> tables(const std::vector<double>& material) const;
  template <class W>
  Medium<W> medium_of(const Tables<W>& tables) const;
  Medium<T> own_medium() const;

  Problem problem_;
  KernelForm form_;
  std::shared_ptr<const Octets> octets_;
  Tables<float> float_;
  Tables<double> double_;
  Buffer<double> load_;         // of slots
  Buffer<std::uint8_t> kinds_;  // of slots
};

}  // namespace tauvox
