// The passes over octets of which solvers consist: their arguments, and the bytes they must move. What they
// do to an octet stands in passes_at.hpp.
//
// Vectors of residuals hold s = r / diagonal in place of r, and so does A p: then a Jacobi step is damping s
// wherever it is needed, and no pass has to find the diagonals of neighbours.
#pragma once

#include "kernels/base/launch.hpp"
#include "kernels/transport/blocks.hpp"
#include "kernels/transport/potential.hpp"

namespace tauvox {

/// Of one vector.
template <class T>
std::int64_t vector_bytes(const OctetsView& octets) {
  return 8 * octets.count * static_cast<std::int64_t>(sizeof(T));
}

/// Sums p.A p.
template <class T>
struct Curvature {
  static constexpr int sums = 1;
  Medium<T> m;
  const T* p;
  TAUVOX_HD const Medium<T>& medium() const { return m; }
  std::int64_t bytes() const { return m.bytes() + vector_bytes<T>(m.octets); }
};

/// s -= alpha A p / diagonal
template <class T>
struct SubtractApplied {
  static constexpr int sums = 0;
  Medium<T> m;
  T alpha;
  const T* p;
  T* s;
  TAUVOX_HD const Medium<T>& medium() const { return m; }
  std::int64_t bytes() const { return m.bytes() + 3 * vector_bytes<T>(m.octets); }
};

/// Sums r.z of the Jacobi step z = damping s.
template <class T>
struct JacobiDot {
  static constexpr int sums = 1;
  Medium<T> m;
  const T* s;
  TAUVOX_HD const Medium<T>& medium() const { return m; }
  std::int64_t bytes() const { return m.bytes() + vector_bytes<T>(m.octets); }
};

/// d = diagonal
template <class T>
struct WriteDiagonal {
  static constexpr int sums = 0;
  Medium<T> m;
  T* d;
  TAUVOX_HD const Medium<T>& medium() const { return m; }
  std::int64_t bytes() const { return m.bytes() + vector_bytes<T>(m.octets); }
};

/// coarse_b = sum over each aggregate of r - A e with the Jacobi step e = damping s; sums e.(r + (r - A e)).
template <class T>
struct SmoothRestrict {
  static constexpr int sums = 1;
  Medium<T> m;
  BlockView blocks;
  const T* s;
  float* coarse_b;
  TAUVOX_HD const Medium<T>& medium() const { return m; }
  std::int64_t bytes() const {
    return m.bytes() + blocks.bytes() + vector_bytes<T>(m.octets) + 4 * blocks.nodes;
  }
};

/// x += alpha p, then p = z + beta p with z = e + damping (r - A e) / diagonal, e = damping s + factor
/// coarse_x.
template <class T>
struct ProlongAdvance {
  static constexpr int sums = 0;
  Medium<T> m;
  BlockView blocks;
  float factor;
  const float* coarse_x;
  const T* s;
  T alpha, beta;
  T *x, *p;
  TAUVOX_HD const Medium<T>& medium() const { return m; }
  std::int64_t bytes() const {
    return m.bytes() + blocks.bytes() + 5 * vector_bytes<T>(m.octets) + 4 * blocks.nodes;
  }
};

/// What u amounts to (Evaluation, in its order). Also s = (b - A u) / diagonal, and the sums of b - A u over
/// the aggregates, where they are wanted (not null).
template <class T>
struct Evaluate {
  static constexpr int sums = 4;
  PotentialOf<T> u;
  T* s = nullptr;
  BlockView blocks{};
  double* rest = nullptr;
  TAUVOX_HD const Medium<double>& medium() const { return u.m; }
  std::int64_t bytes() const {
    return u.m.bytes() + (s ? 2 : 1) * vector_bytes<T>(u.m.octets) +
           (u.drive.load ? vector_bytes<double>(u.m.octets) : 0) +
           (rest ? blocks.bytes() + 8 * blocks.nodes : 0);
  }
};

/// Of each octet: what flows along `axis` between its halves, and ahead of it; sums what flows into the first
/// plane.
template <class T>
struct AxisFlux {
  static constexpr int sums = 1;
  PotentialOf<T> u;
  int axis;
  double* flux;  // [octet][2]
  TAUVOX_HD const Medium<double>& medium() const { return u.m; }
  std::int64_t bytes() const { return u.m.bytes() + vector_bytes<T>(u.m.octets) + 16 * u.m.octets.count; }
};

/// u on the grid, [z][y][x]; what is no unknown is left as it is.
template <class T>
struct WritePotential {
  static constexpr int sums = 0;
  PotentialOf<T> u;
  float* out;
  TAUVOX_HD const Medium<double>& medium() const { return u.m; }
  std::int64_t bytes() const { return u.m.bytes() + vector_bytes<T>(u.m.octets); }
};

/// Unknowns that are not within [-slack, 1 + slack].
template <class T>
struct CountOutside {
  static constexpr int sums = 1;
  PotentialOf<T> u;
  double slack;
  TAUVOX_HD const Medium<double>& medium() const { return u.m; }
  std::int64_t bytes() const { return u.m.bytes() + vector_bytes<T>(u.m.octets); }
};

/// All of them.
#define TAUVOX_PASSES(each)                                                                      \
  each(Curvature) each(SubtractApplied) each(JacobiDot) each(WriteDiagonal) each(SmoothRestrict) \
      each(ProlongAdvance) each(Evaluate) each(AxisFlux) each(WritePotential) each(CountOutside)

/// Runs a pass in the form of a device, or in the plain one; adds its sums up.
template <class Pass>
Sums<Pass::sums> run_pass(const Device& device, const Pass& pass, KernelForm form);
/// The same, but leaves the parts of its sum for another one to add up, so that nothing waits for it.
/// @param parts room for parts_of_sum(lattice) of them   @return how many there are
template <class Pass>
std::int64_t run_pass(const Device& device, const Pass& pass, KernelForm form, double* parts);
/// At most so many parts has a sum over the octets of a lattice.
std::int64_t parts_of_sum(const Extent& lattice);

}  // namespace tauvox
