// Aggregation multigrid as a preconditioner: one cycle with damped Jacobi steps and an over-corrected,
// piecewise constant transfer; a W-cycle on the first levels, a V-cycle below them.
//
//   cycle(b):  x = damping D^-1 b                      one Jacobi step from zero
//              x += alpha P W(P^T (b - A x))           the coarse level, twice over (W)
//              x += damping D^-1 (b - A x)             one Jacobi step
//
// Below the W: V in place of W, two Jacobi steps on either side, alpha = 1.
//
// Piecewise constants underestimate the energy of smooth corrections by half, hence alpha near 2 (Braess
// 1995, doi 10.1007/BF02238511). The cycle is linear and symmetric, so ordinary conjugate gradients take it.
// Beyond alpha = 2 it can lose definiteness, so alpha = 1.95, and conductances of the graphs are rounded up;
// alpha = 1 is definite always and is what a solver falls back to.
//
// z = cycle(r) is never stored, and r.z is known before z is: with the first step e = damping D^-1 r,
// r.z = e.r + e.(r - A e) + alpha b.X, of b and X on the first coarse level. So the last step on the voxels
// can use z where it arises. Aggregates: graph.hpp. Voxels: transport/operator.hpp. Bytes: README of
// benchmarks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "host/solve/stopping.hpp"
#include "kernels/base/recording.hpp"
#include "kernels/multigrid/cycle.hpp"
#include "kernels/transport/operator.hpp"

namespace tauvox {

inline constexpr std::int64_t dense_nodes = 128;  // at most so many that meet are solved for directly
/// Coarse levels that are visited twice for each visit of the level above them. A W all the way down would
/// visit the last ones, which have next to no nodes, most often.
inline constexpr std::size_t w_levels = 4;

/// Solution of the coarsest level in FP64: flux of each link, as the graph orders them, and of each node to
/// the plates.
struct CoarsestFlux {
  std::vector<double> link, plate;
};

/// The coarse levels of a problem. Where nothing holds the potential of a cluster, the coarsest level does.
/// Small levels (tail_nodes) are made on the host: a GPU would start dozens of kernels for them, and stop for
/// the length of each of their arrays. It gets copies.
class Hierarchy {
 public:
  Hierarchy(const Device& device, const Medium<float>& medium);

  const Blocks& blocks() const { return blocks_; }
  const std::vector<Graph>& levels() const { return levels_; }
  /// Those from this one on are on the host, too: at least the coarsest. On a CPU they are there anyway.
  std::size_t first_on_host() const { return levels_.size() - std::max<std::size_t>(1, on_host_.size()); }
  const Graph& on_host(std::size_t level) const {
    return on_host_.empty() ? levels_[level] : on_host_[level + on_host_.size() - levels_.size()];
  }
  const Device& host() const { return host_; }
  /// x = inverse b on the coarsest level, exactly.
  void solve_coarsest(const Device& device, const float* b, float* x) const;
  /// The inverse in FP32; empty where that does not hold it.
  const Buffer<float>& inverse() const { return inverse_; }
  /// The flux that the sources `rest` drive, on the coarsest level.
  CoarsestFlux coarsest_flux(const Buffer<double>& rest) const;

 private:
  Device host_;
  Blocks blocks_;
  std::vector<Graph> levels_, on_host_;
  std::vector<double> exact_;
  Buffer<float> inverse_;  // one of the two
  Buffer<double> inverse_double_;
};

/// M r by one cycle.
template <class T>
class MultigridPreconditioner {
 public:
  static constexpr Convergence convergence = Convergence::fast;
  static constexpr const char* method = "CG, aggregation multigrid (W-cycle)";
  MultigridPreconditioner(const TransportOperator<T>& A, const Hierarchy& hierarchy);
  /// The cycle, but for its last step on the voxels.   @return r.M r
  double dot(const Buffer<T>& r) const;
  /// x += alpha p, then p = M r + beta p.   @param r that of the last call of dot
  void advance(const Buffer<T>& r, Buffer<T>& x, double alpha, Buffer<T>& p, double beta) const;
  void weaken() {
    alpha_ = 1;
    coarse_levels_.forget();
  }
  const Hierarchy& hierarchy() const { return hierarchy_; }
  /// What the device lends for coarse levels of so many nodes in all.   @param extent of the voxels
  static std::int64_t bytes(const Extent& extent, std::int64_t nodes) {
    return static_cast<std::int64_t>(Buffer<float>::bytes(vectors * nodes) +
                                     Buffer<double>::bytes(TransportOperator<T>::parts_of_sum(extent)));
  }

 private:
  static constexpr std::int64_t vectors = 3;  // of a level
  void solve(std::size_t level) const;
  void cycle(std::size_t level, bool from_zero) const;

  const TransportOperator<T>& A_;
  const Hierarchy& hierarchy_;
  float alpha_ = 1.95f;
  Buffer<float> room_;    // of the vectors of all levels
  Buffer<double> parts_;  // of r.M r
  std::size_t tail_;      // from this level on a GPU runs all in one kernel
  mutable std::vector<CycleLevel> work_;
  mutable Recording coarse_levels_;
};

}  // namespace tauvox
