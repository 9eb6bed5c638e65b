#include "kernels/graph_cycle.hpp"

#include "kernels/launch.hpp"

namespace tauvox {
namespace {

TAUVOX_HD float residual_at(const GraphView& A, const float* b, const float* x, std::int64_t i) {
  const float here = x[i];
  float flow = A.plate[i] * here;
  for (std::int64_t k = A.row_start[i]; k < A.row_start[i + 1]; ++k)
    flow += A.weight[k] * (here - x[A.neighbour[k]]);
  return b[i] - flow;
}

struct SmoothFromZero {
  GraphView A;
  const float* b;
  float* x;
  TAUVOX_HD void operator()(std::int64_t i) const { x[i] = damping * b[i] * A.inverse_diagonal[i]; }
};

struct Smooth {
  GraphView A;
  const float *b, *x;
  float* y;
  TAUVOX_HD void operator()(std::int64_t i) const {
    y[i] = x[i] + damping * residual_at(A, b, x, i) * A.inverse_diagonal[i];
  }
};

struct RestrictResidual {  // one call per block of the coarse level
  GraphView A, coarse;
  const float *b, *x;
  float* coarse_b;
  TAUVOX_HD void operator()(std::int64_t bx, std::int64_t by, std::int64_t bz) const {
    const std::int64_t c = bx + coarse.lattice.nx * (by + coarse.lattice.ny * bz);
    for (std::uint32_t node = coarse.first_node[c]; node < coarse.first_node[c + 1]; ++node)
      coarse_b[node] = 0;
    for (int s = 0; s < 8; ++s) {
      const std::int64_t fx = 2 * bx + (s & 1), fy = 2 * by + ((s >> 1) & 1), fz = 2 * bz + (s >> 2);
      if (fx >= A.lattice.nx || fy >= A.lattice.ny || fz >= A.lattice.nz) continue;
      const std::int64_t f = fx + A.lattice.nx * (fy + A.lattice.ny * fz);
      for (std::uint32_t i = A.first_node[f]; i < A.first_node[f + 1]; ++i)
        coarse_b[A.aggregate[i]] += residual_at(A, b, x, i);
    }
  }
  /// A row of coarse blocks on a CPU: its nodes in the order of memory, which is the same order for each
  /// block.
  void row(std::int64_t by, std::int64_t bz, std::int64_t nx) const {
    const std::int64_t c = coarse.lattice.nx * (by + coarse.lattice.ny * bz);
    std::fill(coarse_b + coarse.first_node[c], coarse_b + coarse.first_node[c + nx], 0.0f);
    for (std::int64_t z = 2 * bz; z < std::min(2 * bz + 2, A.lattice.nz); ++z)
      for (std::int64_t y = 2 * by; y < std::min(2 * by + 2, A.lattice.ny); ++y) {
        const std::int64_t f = A.lattice.nx * (y + A.lattice.ny * z);
        for (std::uint32_t i = A.first_node[f]; i < A.first_node[f + A.lattice.nx]; ++i)
          coarse_b[A.aggregate[i]] += residual_at(A, b, x, i);
      }
  }
};

struct Prolong {
  const std::uint32_t* aggregate;
  float factor;
  const float* coarse_x;
  float* x;
  TAUVOX_HD void operator()(std::int64_t i) const { x[i] += factor * coarse_x[aggregate[i]]; }
};

struct ApplyDense {
  const float *inverse, *b;
  float* x;
  std::int64_t n;
  TAUVOX_HD void operator()(std::int64_t i) const {
    float sum = 0;
    for (std::int64_t j = 0; j < n; ++j) sum += inverse[i + n * j] * b[j];
    x[i] = sum;
  }
};

}  // namespace

void smooth_from_zero(const Device& device, const GraphView& A, const float* b, float* x) {
  device.count_traffic(10 * A.nodes);
  for_each_index(device, A.nodes, SmoothFromZero{A, b, x});
}

void smooth(const Device& device, const GraphView& A, const float* b, const float* x, float* y) {
  device.count_traffic(A.matrix_bytes() + 12 * A.nodes);
  for_each_index(device, A.nodes, Smooth{A, b, x, y});
}

void restrict_residual(const Device& device, const GraphView& A, const GraphView& coarse, const float* b,
                       const float* x, float* coarse_b) {
  device.count_traffic(A.matrix_bytes() + 10 * A.nodes + 4 * coarse.nodes);
  for_each_voxel(device, coarse.lattice, RestrictResidual{A, coarse, b, x, coarse_b});
}

void prolong(const Device& device, const GraphView& A, float factor, const float* coarse_x, float* x) {
  device.count_traffic(12 * A.nodes);  // without coarse_x, some 5 % of it
  for_each_index(device, A.nodes, Prolong{A.aggregate, factor, coarse_x, x});
}

void apply_dense(const Device& device, const Buffer<float>& inverse, const float* b, float* x,
                 std::int64_t n) {
  device.count_traffic(4 * n * n + 8 * n);
  for_each_index(device, n, ApplyDense{inverse.data(), b, x, n});
}

}  // namespace tauvox
