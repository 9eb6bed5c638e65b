#include "host/solve/multigrid.hpp"

#include <algorithm>
#include <numeric>

#include "host/solve/dense.hpp"

namespace tauvox {
namespace {

/// A small graph on the host.
struct SmallGraph {
  GraphView graph;
  std::size_t nodes() const { return static_cast<std::size_t>(graph.nodes); }

  /// Calls f(i, j, link) for every link from i to j.
  template <class F>
  void for_each_link(const F& f) const {
    for (std::size_t i = 0; i < nodes(); ++i)
      graph.for_each_link(static_cast<std::int64_t>(i),
                          [&](const Link& link) { f(i, std::size_t{link.neighbour}, link); });
  }
  /// Number of the cluster that each node belongs to: that of its first node.
  std::vector<std::size_t> clusters() const {
    std::vector<std::size_t> first(nodes());
    std::iota(first.begin(), first.end(), std::size_t{0});
    for (bool moved = true; moved;) {
      moved = false;
      for_each_link([&](std::size_t i, std::size_t j, const Link&) {
        moved |= first[j] < first[i];
        first[i] = std::min(first[i], first[j]);
      });
    }
    return first;
  }
  /// Makes a matrix definite. Of a cluster that neither a plate nor a shift holds, a constant is free and
  /// costs nothing: it gets a price, which what is balanced never pays. What rounding leaves unbalanced does,
  /// and moves the constant the more the lower the price: that of the best conductor.
  void hold(std::vector<double>& a) const {
    const std::size_t n = nodes();
    const std::vector<std::size_t> cluster = clusters();
    std::vector<double> held(n), size(n), price(n);
    for (std::size_t i = 0; i < n; ++i) {
      held[cluster[i]] += graph.plate[i];
      size[cluster[i]] += 1;
      price[cluster[i]] = std::max(price[cluster[i]], a[i * n + i]);
    }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (const std::size_t k = cluster[i]; k == cluster[j] && held[k] == 0)
          a[i * n + j] += (price[k] > 0 ? price[k] : 1) / size[k];
  }
  std::vector<double> matrix() const {
    const std::size_t n = nodes();
    std::vector<double> a(n * n);
    for (std::size_t i = 0; i < n; ++i) a[i * n + i] = graph.plate[i];
    for_each_link([&](std::size_t i, std::size_t j, const Link& link) {
      a[i * n + i] += link.weight;
      a[i * n + j] -= link.weight;
    });
    hold(a);
    return a;
  }
};

/// Whether the inverse of a matrix is still one after rounding to FP32. Where good conductors hang on bad
/// links, all entries of a good cluster are large and nearly the same, and what tells them apart is lost: the
/// inverse is no longer definite. Scaled to a diagonal of 1 a matrix has no eigenvalue above 2, its inverse
/// none below 1/2; rounding shifts them by 6e-8 of the largest entry of the scaled inverse, times the root of
/// the number of nodes (20).
bool single_precision_holds(const std::vector<double>& a, const std::vector<double>& inverse, std::size_t n) {
  constexpr double most = 1e5;
  for (std::size_t i = 0; i < n; ++i)
    if (a[i * n + i] * inverse[i * n + i] > most) return false;
  return true;
}

}  // namespace

Hierarchy::Hierarchy(const Device& device, const Medium<float>& medium)
    : host_(device.is_cuda() ? Device::cpu(device.threads()) : device),
      blocks_(aggregate_voxels(device, medium)) {
  levels_.push_back(coarsen_voxels(device, medium, blocks_, dense_nodes));
  // Strong links first; where they join less than a third of the nodes, all links: what is left hangs on weak
  // ones. Near percolation the one block of the last lattice still holds thousands of nodes: it is coarsened
  // again and again, until nothing joins any more.
  const auto coarsened = [&](const Device& where, std::vector<Graph>& levels) {
    Graph& fine = levels.back();
    Graph next = coarsen_graph(where, fine, false, device.is_cuda());
    if (3 * next.nodes > 2 * fine.nodes) next = coarsen_graph(where, fine, true, device.is_cuda());
    const bool ends = next.nodes == fine.nodes && fine.lattice.voxels() == 1;  // clusters that never meet
    if (!ends) levels.push_back(std::move(next));
    return !ends;
  };
  const std::int64_t least = device.is_cuda() ? std::max(tail_nodes, dense_nodes) : dense_nodes;
  bool goes_on = true;
  while (goes_on && levels_.back().nodes > least) goes_on = coarsened(device, levels_);
  if (device.is_cuda()) {
    on_host_.push_back(copied(host_, levels_.back()));
    while (goes_on && on_host_.back().nodes > dense_nodes) goes_on = coarsened(host_, on_host_);
    if (on_host_.size() > 1) levels_.back().aggregate = copied(device, on_host_.front().aggregate);
    for (std::size_t l = 1; l < on_host_.size(); ++l) levels_.push_back(copied(device, on_host_[l]));
  }
  const SmallGraph coarsest{on_host(levels_.size() - 1).view()};
  const bool apart = levels_.back().nodes > dense_nodes;  // no node has a link: a diagonal, not a matrix
  const std::vector<double> matrix = apart ? std::vector<double>() : coarsest.matrix();
  if (!apart) exact_ = inverse_of_spd(matrix);
  for (std::size_t i = 0; apart && i < coarsest.nodes(); ++i)
    exact_.push_back(coarsest.graph.plate[i] > 0 ? 1.0 / coarsest.graph.plate[i] : 1);
  const auto entries = static_cast<std::int64_t>(exact_.size());
  if (apart || single_precision_holds(matrix, exact_, coarsest.nodes())) {
    inverse_ = Buffer<float>(device, entries);
    inverse_.copy_from(std::vector<float>(exact_.begin(), exact_.end()));
  } else {
    inverse_double_ = Buffer<double>(device, entries);
    inverse_double_.copy_from(exact_);
  }
}

void Hierarchy::solve_coarsest(const Device& device, const float* b, float* x) const {
  const std::int64_t n = levels_.back().nodes;
  if (inverse_.size() > 0) return apply_dense(device, inverse_, b, x, n);
  apply_dense(device, inverse_double_, b, x, n);
}

CoarsestFlux Hierarchy::coarsest_flux(const Buffer<double>& rest) const {
  const SmallGraph coarsest{on_host(levels_.size() - 1).view()};
  const GraphView& graph = coarsest.graph;
  const std::size_t n = coarsest.nodes(), columns = exact_.size() / n;
  const std::vector<double> sources = rest.to_host();
  std::vector<double> left = sources, u(n);
  CoarsestFlux flux;
  for (int step = 0; step < 3; ++step) {  // the second and third correct the rounding of the one before
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < columns; ++j) u[i] += exact_[i * columns + j] * left[columns > 1 ? j : i];
    left = sources;
    flux = {std::vector<double>(static_cast<std::size_t>(graph.links)), std::vector<double>(n)};
    for (std::size_t i = 0; i < n; ++i) left[i] -= flux.plate[i] = graph.plate[i] * u[i];
    coarsest.for_each_link([&](std::size_t i, std::size_t j, const Link& link) {
      left[i] -= flux.link[static_cast<std::size_t>(link.index)] = link.weight * (u[i] - u[j]);
    });
  }
  return flux;
}

template <class T>
MultigridPreconditioner<T>::MultigridPreconditioner(const TransportOperator<T>& A, const Hierarchy& hierarchy)
    : A_(A),
      hierarchy_(hierarchy),
      parts_(A.device(), A.parts_of_sum(A.extent())),
      tail_(hierarchy.levels().size()) {
  std::int64_t nodes = 0;
  for (const Graph& graph : hierarchy.levels()) nodes += graph.nodes;
  room_ = Buffer<float>(A.device(), vectors * nodes);
  float* free = room_.data();
  for (const Graph& graph : hierarchy.levels()) {
    work_.push_back({graph.view(), free, free + graph.nodes, free + 2 * graph.nodes});
    free += vectors * graph.nodes;
  }
  const bool dense =
      work_.back().graph.nodes <= dense_nodes && hierarchy.inverse().size() > 0;  // as it knows
  while (A.device().is_cuda() && dense && tail_ > 0 && work_.size() - tail_ < most_tail_levels &&
         work_[tail_ - 1].graph.nodes <= tail_nodes)
    --tail_;
  if (tail_ + 1 == work_.size()) tail_ = work_.size();  // the dense inverse alone is one kernel anyway
}

template <class T>
double MultigridPreconditioner<T>::dot(const Buffer<T>& r) const {
  const std::int64_t parts = A_.smooth_restrict(hierarchy_.blocks(), r, work_[0].b, parts_.data());
  coarse_levels_.run(A_.device(), [&] { solve(0); });
  const CycleLevel& first = work_[0];
  return dot_and_sum(A_.device(), alpha_, first.b, first.x, first.graph.nodes, parts_.data(), parts);
}

template <class T>
void MultigridPreconditioner<T>::advance(const Buffer<T>& r, Buffer<T>& x, double alpha, Buffer<T>& p,
                                         double beta) const {
  A_.prolong_advance(hierarchy_.blocks(), alpha_, work_[0].x, r, x, alpha, p, beta);
}

/// work[level].x towards A^-1 work[level].b, from zero: two cycles on the levels of the W, one below them;
/// the coarsest is solved exactly.
template <class T>
void MultigridPreconditioner<T>::solve(std::size_t level) const {
  if (level == tail_) {
    run_tail(A_.device(), std::span(work_).subspan(level), hierarchy_.inverse(),
             w_levels - std::min(level, w_levels), alpha_);
    std::swap(work_[level].x, work_[level].y);
    return;
  }
  const CycleLevel& w = work_[level];
  if (level + 1 == work_.size()) return hierarchy_.solve_coarsest(A_.device(), w.b, w.x);
  cycle(level, true);
  if (level < w_levels) cycle(level, false);
}

/// One cycle; below the W with two Jacobi steps on either side, and without over-correction.
template <class T>
void MultigridPreconditioner<T>::cycle(std::size_t level, bool from_zero) const {
  const Device& device = A_.device();
  CycleLevel& w = work_[level];
  const CycleLevel& next = work_[level + 1];
  const auto smooth_again = [&] {
    smooth(device, w.graph, w.b, w.x, w.y);
    std::swap(w.x, w.y);
  };
  const bool in_w = level < w_levels;
  if (from_zero)
    smooth_from_zero(device, w.graph, w.b, w.x);
  else
    smooth_again();
  if (!in_w) smooth_again();
  restrict_residual(device, w.graph, next.graph, w.b, w.x, w.y, next.b);
  solve(level + 1);
  prolong(device, w.graph, in_w ? alpha_ : 1, next.x, w.x);
  smooth_again();
  if (!in_w) smooth_again();
}

template class MultigridPreconditioner<float>;
template class MultigridPreconditioner<double>;

}  // namespace tauvox
