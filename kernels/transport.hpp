// The transport operator  (A u)_i = sum over 6 faces of g_ij (u_i - u_j)  on a field of material classes.
//
// Always in difference form: a stored, rounded diagonal acts as a source in every voxel and moves D_eff
// without a trace in the residual. The unknown everywhere is the deviation from the linear ramp between the
// plates, so its halo is zero and a uniform material is solved before the first iteration. Sums are FP64.
//
// Bytes per voxel of one apply: 1 (class) + 2 sizeof(T).
#pragma once

#include <array>
#include <memory>

#include "kernels/field.hpp"
#include "kernels/medium.hpp"

namespace tauvox {

template <class T>
struct OperatorTables;  // face conductances on the device, in T and in double

/// T is float or double: the type of the vectors and of the arithmetic of apply().
template <class T>
class TransportOperator {
 public:
  /// @param classes with halo: plates across the flow axis, walls or periodic copies elsewhere
  /// (set_class_halo)
  /// @param flow    axis along which the plates stand; potential 1 before the first layer, 0 behind the last
  TransportOperator(const Field<std::uint8_t>& classes, const FaceTable& faces, Axis flow,
                    const Periodic& periodic);
  ~TransportOperator();

  const Device& device() const;
  const Extent& extent() const;
  Axis flow() const { return flow_; }

  /// q = A p; returns p.q.   @pre halo of p is current
  double apply_dot(const Field<T>& p, Field<T>& q) const;
  /// q = A p.                @pre halo of p is current
  void apply(const Field<T>& p, Field<T>& q) const;
  /// z = r / diagonal(A), 0 where nothing conducts; returns r.z.
  double jacobi_dot(const Field<T>& r, Field<T>& z) const;
  /// Copies the joined sides into the halo (nothing to do between walls).
  void update_halo(Field<T>& p) const;

  /// r = b - A (ramp + v), evaluated in FP64.                    @pre halo of v is current
  Evaluation residual(const Field<T>& v, Field<T>& r) const;
  /// For u = ramp + v, in FP64.                                  @pre halo of v is current
  Evaluation evaluate(const Field<T>& v) const;
  /// ||b||^2 of the eliminated system (what the plates feed into the first layer).
  double source_norm2() const;
  /// u = ramp + v as float, [z][y][x] without halo, NaN where nothing conducts, on the host.
  std::vector<float> potential(const Field<T>& v) const;
  /// Conducting voxels whose u is not within [-slack, 1 + slack].
  std::int64_t outside(const Field<T>& v, double slack) const;

  /// Work space for conjugate gradients, zero.
  Field<T> vector() const { return Field<T>(device(), extent()); }

 private:
  Evaluation evaluate_into(const Field<T>& v, T* r) const;

  const Field<std::uint8_t>* classes_;
  Axis flow_;
  Periodic periodic_;
  std::unique_ptr<OperatorTables<T>> tables_;
};

/// Sets the halo of a class field: plates across `flow`, joined sides where periodic, walls elsewhere.
void set_class_halo(Field<std::uint8_t>& classes, Axis flow, const Periodic& periodic);

}  // namespace tauvox
