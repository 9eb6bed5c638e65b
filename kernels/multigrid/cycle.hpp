// The steps of a multigrid cycle on a graph: A x = b with (A x)_i = sum of w_ij (x_i - x_j) + plate_i x_i.
// FP32. Bytes per node and step: about 8 per link and 8 to 20 per node.
#pragma once

#include <span>

#include "kernels/multigrid/graph.hpp"

namespace tauvox {

/// x = damping b / diagonal: the first Jacobi step, from zero.
void smooth_from_zero(const Device& device, const GraphView& A, const float* b, float* x);
/// y = x + damping (b - A x) / diagonal
void smooth(const Device& device, const GraphView& A, const float* b, const float* x, float* y);
/// coarse_b = sum of (b - A x) over each aggregate.   `coarse` is the graph of A's aggregates; a GPU leaves
/// b - A x in `rest`.
void restrict_residual(const Device& device, const GraphView& A, const GraphView& coarse, const float* b,
                       const float* x, float* rest, float* coarse_b);
/// x += factor times coarse_x of the aggregate
void prolong(const Device& device, const GraphView& A, float factor, const float* coarse_x, float* x);
/// factor b.x over the nodes, and the sum of `parts` (transport/operator.hpp says of what); one sum in FP64.
double dot_and_sum(const Device& device, float factor, const float* b, const float* x, std::int64_t nodes,
                   const double* parts, std::int64_t count);
/// x = inverse b, with `inverse` dense, n x n, symmetric; or, of n entries, a diagonal
/// W is float or double: what the inverse is kept in, and its products are summed in.
template <class W>
void apply_dense(const Device& device, const Buffer<W>& inverse, const float* b, float* x, std::int64_t n);

/// A level of a cycle: its graph, what is solved for, and y, the other side of a Jacobi step.
struct CycleLevel {
  GraphView graph;
  float *x, *y, *b;
};

/// A cycle visits the levels of few nodes most often, each time with kernels that are over before the next
/// one is started. From the first level of at most so many nodes on, a GPU runs them all in one kernel. The
/// number matters little: from 1024 to 8192 solves differ by 10 % (DESIGN.md, decision 21).
inline constexpr std::int64_t tail_nodes = 8192;
inline constexpr int most_tail_levels = 16;

/// A visit of levels.front() and all behind it, with the bits of the steps above. One kernel. The first
/// `w_levels` of them take two cycles a visit, over-corrected by `factor`; those behind one, of two Jacobi
/// steps on either side and without over-correction.
/// The result is in levels.front().y.   @pre a GPU; 2 to most_tail_levels levels
void run_tail(const Device& device, std::span<const CycleLevel> levels, const Buffer<float>& inverse,
              std::size_t w_levels, float factor);

}  // namespace tauvox
