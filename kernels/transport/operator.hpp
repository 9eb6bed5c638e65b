// The transport operator  (A u)_i = sum over 6 faces of g_ij (u_i - u_j)  on the unknowns of a volume, and
// the parts of a multigrid cycle that touch voxels.
//
// plus a shift times u_i, for problems with a term in time or of a reaction (0 here unless asked for).
// The unknown is the deviation from the linear ramp between the plates, always in
// difference form, and sums are FP64. Vectors hold unknowns only (unknowns.hpp); diagonals and conductances
// are computed where they are needed, so nothing else is stored per voxel. Bytes of one apply: 0.25 per voxel
// (1.25 with several classes) and 2 sizeof(T) per unknown.
#pragma once

#include <memory>
#include <vector>

#include "kernels/multigrid/graph.hpp"
#include "kernels/transport/passes_cpu.hpp"

namespace tauvox {

/// T is float or double: the type of the vectors.
template <class T>
class TransportOperator {
 public:
  /// @param active  the voxels that conduct
  /// @param classes with halo (set_class_halo); kept by reference. Not looked at with one conducting class,
  /// where
  ///                `active` says it all, and may then be empty
  /// @param conductivity of classes first_conducting_class, ...: finite, > 0, the largest 1
  /// @param shift        added to the diagonal, >= 0, in units of the conductance per unit spacing: for D
  /// du/dt in steps
  ///                     of dt, h^2 / dt with the spacing h along the flow. Energies, residuals and bounds
  ///                     are those of the problem without it.
  TransportOperator(std::shared_ptr<const Unknowns> active, const Field<std::uint8_t>& classes,
                    const std::vector<double>& conductivity, const std::array<double, 3>& voxel_size,
                    Axis flow, const Periodic& periodic, KernelForm form = KernelForm::tuned,
                    double shift = 0);

  const Device& device() const { return active_->device(); }
  const Extent& extent() const { return active_->extent(); }
  Axis flow() const { return flow_; }
  std::int64_t unknowns() const { return active_->count(); }
  /// No face between unknowns conducts less.
  double least_conductance() const { return least_conductance_; }
  Medium<float> medium() const;
  /// In FP64, and without the shift.
  Medium<double> exact_medium() const;

  /// q = A p; returns p.q
  double apply_dot(const Buffer<T>& p, Buffer<T>& q) const;
  /// For u = ramp + v, in FP64.
  Evaluation evaluate(const Buffer<T>& v) const;
  /// The same, and rest = sum of b - A u over each aggregate.
  Evaluation evaluate(const Buffer<T>& v, const Blocks& blocks, Buffer<double>& rest) const;
  /// The same, and r = b - A u.
  Evaluation residual(const Buffer<T>& v, Buffer<T>& r) const;
  /// ||b||^2 of the eliminated system (what the plates feed into the first layer).
  double source_norm2() const;
  /// u = ramp + v as float, [z][y][x], NaN where nothing conducts, on the host.
  std::vector<float> potential(const Buffer<T>& v) const;

  /// Unknowns whose u = ramp + v is not within [-slack, 1 + slack].
  std::int64_t outside(const Buffer<T>& v, double slack) const;

  /// coarse_b = sum over each aggregate of r - A e, where e = damping r / diagonal, the first Jacobi step
  void smooth_restrict(const Blocks& blocks, const Buffer<T>& r, float* coarse_b) const;
  /// z = e + damping (r - A e) / diagonal, where e is the first step plus factor coarse_x; returns r.z
  double prolong_smooth_dot(const Blocks& blocks, float factor, const float* coarse_x, const Buffer<T>& r,
                            Buffer<T>& z) const;
  /// z = damping r / diagonal, the Jacobi step from zero; returns r.z
  double jacobi_dot(const Buffer<T>& r, Buffer<T>& z) const;
  /// Work space for conjugate gradients.
  Buffer<T> vector() const { return Buffer<T>(device(), unknowns()); }

 private:
  Evaluation evaluate_into(const Buffer<T>& v, T* r) const;
  template <class W>
  Medium<W> medium_of(const Buffer<W>& material) const;
  /// Adds what a kernel must move to the device's count: classes, words and `more`.
  void count(std::int64_t more) const;
  std::int64_t vector_bytes() const { return unknowns() * static_cast<std::int64_t>(sizeof(T)); }
  bool rows() const { return form_ == KernelForm::tuned && !device().is_cuda(); }
  bool tiles() const { return form_ == KernelForm::tuned && device().is_cuda(); }

  std::shared_ptr<const Unknowns> active_;
  FieldView<const std::uint8_t> classes_;  // null with one class
  Axis flow_;
  Periodic periodic_;
  KernelForm form_;
  bool one_class_;
  std::array<double, 3> scale_;
  double shift_;
  double least_conductance_ = 1;
  Buffer<float> material_float_;
  Buffer<double> material_double_;
};

}  // namespace tauvox
