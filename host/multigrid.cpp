#include "host/multigrid.hpp"

#include <cmath>

#include "host/dense.hpp"
#include "kernels/graph_cycle.hpp"

namespace tauvox {
namespace {

constexpr std::int64_t dense_nodes = 400;  // at most so many unknowns are solved for directly

template <class T>
std::vector<T> on_host(const Buffer<T>& buffer) {
  std::vector<T> host(static_cast<std::size_t>(buffer.size()));
  buffer.copy_to(host);
  return host;
}

/// The matrix of a small graph, row by row.
std::vector<double> dense_matrix(const Graph& graph) {
  const auto n = static_cast<std::size_t>(graph.nodes);
  const std::vector<std::int64_t> row_start = on_host(graph.row_start);
  const std::vector<std::uint32_t> neighbour = on_host(graph.neighbour);
  const std::vector<float> weight = on_host(graph.weight), plate = on_host(graph.plate);
  std::vector<double> matrix(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    matrix[i * n + i] = plate[i];
    for (auto k = static_cast<std::size_t>(row_start[i]); k < static_cast<std::size_t>(row_start[i + 1]);
         ++k) {
      matrix[i * n + i] += weight[k];
      matrix[i * n + neighbour[k]] -= weight[k];
    }
  }
  return matrix;
}

}  // namespace

Hierarchy::Hierarchy(const Device& device, const Medium<float>& medium)
    : blocks_(aggregate_voxels(device, medium)) {
  levels_.push_back(coarsen_voxels(device, medium, blocks_));
  // Strong links first; where they join less than a third of the nodes, all links: what is left hangs on weak
  // ones. One block holds everything in the end, so a cluster ends as one node.
  while (levels_.back().nodes > dense_nodes && levels_.back().lattice.voxels() > 1) {
    Graph next = coarsen_graph(device, levels_.back(), false);
    if (3 * next.nodes > 2 * levels_.back().nodes) next = coarsen_graph(device, levels_.back(), true);
    levels_.push_back(std::move(next));
  }
  const std::vector<double> inverse = inverse_of_spd(dense_matrix(levels_.back()));
  const std::vector<float> rounded(inverse.begin(), inverse.end());
  inverse_ = Buffer<float>(device, static_cast<std::int64_t>(rounded.size()));
  inverse_.copy_from(rounded);
}

template <class T>
MultigridPreconditioner<T>::MultigridPreconditioner(const ActiveOperator<T>& A, const Hierarchy& hierarchy)
    : A_(A), hierarchy_(hierarchy) {
  for (const Graph& graph : hierarchy.levels())
    work_.push_back({Buffer<float>(A.device(), graph.nodes), Buffer<float>(A.device(), graph.nodes),
                     Buffer<float>(A.device(), graph.nodes)});
}

template <class T>
double MultigridPreconditioner<T>::apply_dot(const Buffer<T>& r, Buffer<T>& z) const {
  A_.smooth_restrict(hierarchy_.blocks(), r, work_[0].b);
  cycle(0, true);
  if (work_.size() > 1) cycle(0, false);
  return A_.prolong_smooth_dot(hierarchy_.blocks(), alpha_, work_[0].x, r, z);
}

/// work[level].x towards A^-1 work[level].b
template <class T>
void MultigridPreconditioner<T>::cycle(std::size_t level, bool from_zero) const {
  const Device& device = A_.device();
  Level& w = work_[level];
  if (level + 1 == work_.size()) {
    apply_dense(device, hierarchy_.inverse(), w.b, w.x);
    return;
  }
  const GraphView graph = hierarchy_.levels()[level].view(), coarse = hierarchy_.levels()[level + 1].view();
  if (from_zero) {
    smooth_from_zero(device, graph, w.b, w.x);
  } else {
    smooth(device, graph, w.b, w.x, w.y);
    std::swap(w.x, w.y);
  }
  restrict_residual(device, graph, coarse, w.b, w.x, work_[level + 1].b);
  cycle(level + 1, true);
  if (level + 2 < work_.size()) cycle(level + 1, false);
  prolong(device, graph, alpha_, work_[level + 1].x, w.x);
  smooth(device, graph, w.b, w.x, w.y);
  std::swap(w.x, w.y);
}

template class MultigridPreconditioner<float>;
template class MultigridPreconditioner<double>;

}  // namespace tauvox
