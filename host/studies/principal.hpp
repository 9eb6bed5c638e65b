// Principal values and directions of a symmetric 3x3 tensor whose entries are known to intervals.
#pragma once

#include <array>
#include <optional>
#include <vector>

namespace tauvox {

using Vector3 = std::array<double, 3>;   // z, y, x
using Matrix3 = std::array<Vector3, 3>;  // rows

struct Bounds {
  double lower = 0, upper = 0;
  double middle() const { return lower + (upper - lower) / 2; }
  double half_width() const { return (upper - lower) / 2; }
};
/// Of each entry; [i][j] and [j][i] are the same.
using SymmetricIntervals = std::array<std::array<Bounds, 3>, 3>;

struct PrincipalValue {
  double value = 0;
  double half_width =
      0;  // of an interval that is proven to hold it, whatever tensor the entries' intervals hold
  /// Of length 1, its largest part above 0; empty where another value is not told apart from this one.
  std::optional<Vector3> direction;
  double sine = 0;  // at most, of the angle between the direction and the true one
};

/// Largest first.
/// @param range orthonormal: what they span is all that the tensor acts on, as is known beforehand; the other
/// values are exactly 0
std::array<PrincipalValue, 3> principal_values(const SymmetricIntervals& tensor,
                                               const std::vector<Vector3>& range);

/// Orthonormal vectors that span the same.   @pre they are independent
std::vector<Vector3> orthonormal(const std::vector<Vector3>& vectors);

}  // namespace tauvox
