// The transport problem on every voxel of a volume, in the plainest FP64 there is: loops over voxels and
// faces, Cholesky on a dense matrix. It shares no code with kernels/, which it judges.
//
//   (A u)_i = shift w_i u_i + sum over 6 faces of g_ij (u_i - u_j),   g = s_axis / (1/(2 sigma_i) + 1/(2
//   sigma_j))
//
// with s_axis = (h_unit / h_axis)^2; a plate at potential v leaves half a voxel, 2 sigma s_axis (u_i - v).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace tauvox::test {

struct OracleSide {
  enum Kind { wall, plate, joined } kind = wall;
  double value = 0;  // of a plate
};

/// Sums of a potential u: energy = sum of g (du)^2 + shift w u^2 - 2 load u; fluxes through the plates before
/// the first and behind the last layers, along the axes; |b - A u|^2.
struct OracleSums {
  double energy = 0, flux_in = 0, flux_out = 0, residual2 = 0;
};

class FullGrid {
 public:
  std::array<std::int64_t, 3> size{};      // z, y, x
  std::vector<double> sigma;               // per voxel [z][y][x]; 0 insulates
  std::array<double, 3> spacing{1, 1, 1};  // z, y, x
  int unit_axis = 0;
  std::array<OracleSide, 6> sides{};  // before z, behind z, before y, behind y, before x, behind x
  double shift = 0;
  std::vector<double> weight;    // w of the shift, per voxel; empty: 1
  std::vector<double> load;      // per voxel; empty: none
  std::array<double, 3> jump{};  // z, y, x: u rises by this much across a joined axis

  /// Side kinds for plates of 1 and 0 across `flow`, and the sides of the other axes walls or joined.
  static std::array<OracleSide, 6> between_plates(int flow, std::array<bool, 3> joined);

  std::int64_t voxels() const { return size[0] * size[1] * size[2]; }
  /// A p with homogeneous plates: what conjugate gradients apply.
  std::vector<double> apply(const std::vector<double>& p) const;
  /// The shift and all face conductances, also those of a voxel that is joined with itself.
  double diagonal(std::int64_t i) const;
  /// b - A u with everything in it, per voxel.
  std::vector<double> residual(const std::vector<double>& u) const;
  OracleSums sums(const std::vector<double>& u) const;
  /// Flux along `axis` through each of its n + 1 planes of faces, positive towards the far end.
  std::vector<double> plane_fluxes(const std::vector<double>& u, int axis) const;
  /// The potential that solves the problem, by a dense factorisation; 0 where sigma is. A cluster that no
  /// plate and no shift holds gets a mean of 0.
  std::vector<double> solve() const;

 private:
  struct Face {
    double g = 0, offset = 0;  // of u beyond the face
    std::int64_t beyond = -1;  // voxel; -1: a plate at `offset`
  };
  Face face(std::int64_t i, int axis, int sign) const;
  double shift_of(std::size_t k) const { return weight.empty() ? shift : shift * weight[k]; }
};

}  // namespace tauvox::test
