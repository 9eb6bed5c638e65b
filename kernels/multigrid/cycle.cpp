#include "kernels/multigrid/cycle.hpp"

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

TAUVOX_HD float residual_at(const GraphView& A, const float* b, const float* x, std::int64_t i) {
  const float here = x[i];
  float flow = A.plate[i] * here;
  A.for_each_link(i, [&](const Link& link) { flow += link.weight * (here - x[link.neighbour]); });
  return b[i] - flow;
}

struct SmoothFromZero {
  GraphView A;
  const float* b;
  float* x;
  std::int64_t bytes() const { return 10 * A.nodes; }
  TAUVOX_HD void operator()(std::int64_t i) const { x[i] = damping * b[i] * A.inverse_diagonal[i]; }
};

struct Smooth {
  GraphView A;
  const float *b, *x;
  float* y;
  std::int64_t bytes() const { return A.matrix_bytes() + 12 * A.nodes; }
  TAUVOX_HD void operator()(std::int64_t i) const {
    y[i] = x[i] + damping * residual_at(A, b, x, i) * A.inverse_diagonal[i];
  }
};

/// On a CPU; one call per row of coarse blocks: its nodes in the order of memory, the same for each block.
struct RestrictResidual {
  GraphView A, coarse;
  const float *b, *x;
  float* coarse_b;
  std::int64_t bytes() const { return A.matrix_bytes() + 10 * A.nodes + 4 * coarse.nodes; }
  TAUVOX_HD void operator()(std::int64_t by, std::int64_t bz) const {
    const std::int64_t nx = coarse.lattice.nx, c = nx * (by + coarse.lattice.ny * bz);
    for (std::uint32_t n = coarse.first_node[c]; n < coarse.first_node[c + nx]; ++n) coarse_b[n] = 0;
    for (std::int64_t z = 2 * bz; z < std::min(2 * bz + 2, A.lattice.nz); ++z)
      for (std::int64_t y = 2 * by; y < std::min(2 * by + 2, A.lattice.ny); ++y) {
        const std::int64_t f = A.lattice.nx * (y + A.lattice.ny * z);
        for (std::uint32_t i = A.first_node[f]; i < A.first_node[f + A.lattice.nx]; ++i)
          coarse_b[A.aggregate[i]] += residual_at(A, b, x, i);
      }
  }
};

struct Prolong {
  static constexpr std::int64_t bytes_per_element = 12;  // without coarse_x, some 5 % of it
  const std::uint32_t* aggregate;
  float factor;
  const float* coarse_x;
  float* x;
  TAUVOX_HD void operator()(std::int64_t i) const { x[i] += factor * coarse_x[aggregate[i]]; }
};

struct DotAndPart {
  static constexpr std::int64_t bytes_per_element = 8;
  double factor;
  const float *b, *x;
  std::int64_t nodes;
  const double* parts;
  TAUVOX_HD Sums<1> operator()(std::int64_t i) const {
    return {{i < nodes ? factor * (double{b[i]} * double{x[i]}) : parts[i - nodes]}};
  }
};

template <class W>
struct ApplyDense {
  const W* inverse;
  const float* b;
  float* x;
  std::int64_t n, columns;
  std::int64_t bytes() const { return std::int64_t{sizeof(W)} * n * columns + 8 * n; }
  TAUVOX_HD void operator()(std::int64_t i) const {
    W sum = 0;
    for (std::int64_t j = 0; j < columns; ++j) sum += inverse[i + n * j] * b[columns > 1 ? j : i];
    x[i] = static_cast<float>(sum);
  }
};

#ifdef TAUVOX_DEVICE_CODE
struct Residual {  // y = b - A x
  GraphView A;
  const float *b, *x;
  float* y;
  std::int64_t bytes() const { return A.matrix_bytes() + 12 * A.nodes; }
  TAUVOX_HD void operator()(std::int64_t i) const { y[i] = residual_at(A, b, x, i); }
};

/// coarse_b = sums of `rest` over each aggregate, in the order of RestrictResidual.
struct SumRest {
  GraphView A, coarse;
  const float* rest;
  float* coarse_b;
  std::int64_t bytes() const { return 8 * A.nodes + 4 * coarse.nodes; }
  TAUVOX_HD void operator()(std::int64_t node) const {
    float sum = 0;
    coarse.for_each_member(A, static_cast<std::uint32_t>(node), [&](std::uint32_t i) { sum += rest[i]; });
    coarse_b[node] = sum;
  }
};

constexpr int tail_threads = 1024;

struct Tail {
  CycleLevel level[most_tail_levels];
  int coarsest, w_levels;
  const float* inverse;
  float factor;
};
static_assert(sizeof(Tail) <= 4000);  // what a kernel takes as arguments

/// The threads of the block share f(0) .. f(count - 1), and wait for each other.
template <class F>
__device__ void share(std::int64_t count, const F& f) {
  for (std::int64_t i = threadIdx.x; i < count; i += tail_threads) f(i);
  __syncthreads();
}

/// One block goes through the recursion of MultigridPreconditioner::solve: down to the coarsest level, up to
/// the first that has another cycle to make, down again. Bit l of `second`: level l is on its second cycle.
/// Bit l of `turned`: its x and y have changed sides.
__global__ void __launch_bounds__(tail_threads) tail_kernel(Tail t) {
  unsigned second = 0, turned = 0;
  const auto x = [&](int l) { return (turned >> l) & 1u ? t.level[l].y : t.level[l].x; };
  const auto y = [&](int l) { return (turned >> l) & 1u ? t.level[l].x : t.level[l].y; };
  const auto smooth_again = [&](int l) {
    const GraphView& A = t.level[l].graph;
    share(A.nodes, Smooth{A, t.level[l].b, x(l), y(l)});
    turned ^= 1u << l;
  };
  for (int l = 0;;) {
    for (; l < t.coarsest; ++l) {
      const GraphView &A = t.level[l].graph, &coarse = t.level[l + 1].graph;
      const float* b = t.level[l].b;
      if ((second >> l) & 1u)
        smooth_again(l);
      else
        share(A.nodes, SmoothFromZero{A, b, x(l)});
      if (l >= t.w_levels) smooth_again(l);
      share(A.nodes, Residual{A, b, x(l), y(l)});
      share(coarse.nodes, SumRest{A, coarse, y(l), t.level[l + 1].b});
      second &= ~(2u << l);  // the next level is new again
    }
    const std::int64_t n = t.level[l].graph.nodes;
    share(n, ApplyDense<float>{t.inverse, t.level[l].b, x(l), n, n});
    bool done = true;
    while (done && l > 0) {
      --l;
      const GraphView& A = t.level[l].graph;
      const bool in_w = l < t.w_levels;
      share(A.nodes, Prolong{A.aggregate, in_w ? t.factor : 1, x(l + 1), x(l)});
      smooth_again(l);
      if (!in_w) smooth_again(l);
      done = !in_w || (second >> l) & 1u;
      second |= 1u << l;
    }
    if (done) return;
  }
}
#endif

}  // namespace

void run_tail(const Device& device, std::span<const CycleLevel> levels, const Buffer<float>& inverse,
              std::size_t w_levels, float factor) {
#ifdef TAUVOX_DEVICE_CODE
  if (device.is_cuda() && levels.size() >= 2 && levels.size() <= most_tail_levels) {
    Tail t{};
    std::copy(levels.begin(), levels.end(), t.level);
    t.coarsest = static_cast<int>(levels.size()) - 1;
    t.w_levels = static_cast<int>(w_levels);
    t.inverse = inverse.data();
    t.factor = factor;
    return launch("starting the coarse levels", tail_kernel, 1, tail_threads, t);
  }
#endif
  (void)inverse, (void)w_levels, (void)factor;
  throw Error(ExitCode::internal, "the tail of a cycle is for GPUs", device.description(),
              std::to_string(levels.size()) + " levels", "please report this");
}

void smooth_from_zero(const Device& device, const GraphView& A, const float* b, float* x) {
  for_each_index(device, A.nodes, SmoothFromZero{A, b, x});
}

void smooth(const Device& device, const GraphView& A, const float* b, const float* x, float* y) {
  for_each_index(device, A.nodes, Smooth{A, b, x, y});
}

void restrict_residual(const Device& device, const GraphView& A, const GraphView& coarse, const float* b,
                       const float* x, float* rest, float* coarse_b) {
#ifdef TAUVOX_DEVICE_CODE
  if (device.is_cuda()) {
    for_each_index(device, A.nodes, Residual{A, b, x, rest});
    return for_each_index(device, coarse.nodes, SumRest{A, coarse, rest, coarse_b});
  }
#endif
  (void)rest;
  for_each_row(device, coarse.lattice, RestrictResidual{A, coarse, b, x, coarse_b});
}

void prolong(const Device& device, const GraphView& A, float factor, const float* coarse_x, float* x) {
  for_each_index(device, A.nodes, Prolong{A.aggregate, factor, coarse_x, x});
}

double dot_and_sum(const Device& device, float factor, const float* b, const float* x, std::int64_t nodes,
                   const double* parts, std::int64_t count) {
  return sum_over_indices<1>(device, nodes + count, DotAndPart{factor, b, x, nodes, parts})[0];
}

template <class W>
void apply_dense(const Device& device, const Buffer<W>& inverse, const float* b, float* x, std::int64_t n) {
  for_each_index(device, n, ApplyDense<W>{inverse.data(), b, x, n, inverse.size() / n});
}
template void apply_dense(const Device&, const Buffer<float>&, const float*, float*, std::int64_t);
template void apply_dense(const Device&, const Buffer<double>&, const float*, float*, std::int64_t);

}  // namespace tauvox
