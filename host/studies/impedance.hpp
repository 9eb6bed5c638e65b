// The impedance of a pore at every frequency, from few real solves.
//
// With s = h (i omega C + 1/R) / sigma and the names of electrode.cpp:
//
//   (K + s S) psi = S,   Y(s) = s S.1 - s^2 S.psi,   Z = 1 / Y,   phi = 1 - s psi
//
// At a real s > 0 phi is the potential where the separator is at 1, and Y(s) its energy, with a bound. psi at
// any s is looked for among the combinations of 1, psi(0) and some phi (Galerkin). In what diagonalises K and
// S there,
//
//   Y(s) = sum of share rate s / (rate + s),
//
// resistors and capacitors in series, side by side: passive, whatever was left out.
//
// Other conductivities g in place of q, with |ln(g/q)| at most c, change Z by no more than (e^c - 1) Re Z:
// with d the drops of both potentials Y_g - Y_q = sum (g - q) d_g d_q, |g - q| <= 2 sinh(c/2) sqrt(g q), and
// the sum of g |d_g|^2 is at most Re Y_g where Re s >= 0. So |Z_g - Z_q| <= 2 sinh(c/2) sqrt(Re Z_g Re Z_q),
// and Re Z_g <= e^c Re Z_q follows.
#pragma once

#include <array>
#include <complex>
#include <vector>

namespace tauvox {

struct PoleSum {
  std::vector<double> rate, share;
  std::complex<double> admittance(std::complex<double> s) const {
    std::complex<double> sum = 0;
    for (std::size_t k = 0; k < rate.size(); ++k) sum += share[k] * rate[k] * s / (rate[k] + s);
    return sum;
  }
};

/// K and S between vectors, the first of which is 1 everywhere.
class Projection {
 public:
  /// @param with_each v.K w and v.S w of the new vector and each one there, and itself
  void add(const std::vector<std::array<double, 2>>& with_each);
  std::size_t size() const { return rows_.size(); }
  /// @param without vectors that are left out, but for the first
  /// @param at a shift in the middle of those that are asked for
  PoleSum poles(double at, std::size_t without = 0) const;
  /// Factors of the vectors whose sum comes nearest to phi - 1 at a shift, in the energy of that.
  std::vector<double> nearest(double shift) const;

 private:
  struct Scaled;
  std::vector<std::vector<std::array<double, 2>>> rows_;  // lower triangle
};

}  // namespace tauvox
