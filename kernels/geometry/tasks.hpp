// Runs pieces of work that are long and of unequal length, such as the rows of a layer or a tile: one after
// the other by whichever CPU thread is free, or one a thread of a GPU. Included by the sources of
// kernels/geometry only.
#pragma once

#include "kernels/base/launch.hpp"

namespace tauvox {
namespace detail {

template <class F>
TAUVOX_CLONES void run_task(const F& f, std::int64_t i) {
  f(i);
}

}  // namespace detail

/// Runs f(i) once for every i in [0, count), in any order.
template <class F>
void for_each_task(const Device& device, std::int64_t count, const F& f) {
#ifdef TAUVOX_DEVICE_CODE
  if (device.is_cuda()) return for_each_index(device, count, f);
#endif
  count_pass(device, f, count);
#pragma omp parallel for schedule(dynamic) num_threads(device.threads())
  for (std::int64_t i = 0; i < count; ++i) detail::run_task(f, i);
}

/// Rows of a volume in pieces, one a task: as many rows of one layer z as make the work worth a count.
struct RowBlocks {
  static constexpr std::int64_t rows = 16;
  std::int64_t ny, nz;

  TAUVOX_HD std::int64_t blocks() const { return (ny + rows - 1) / rows; }
  std::int64_t count() const { return blocks() * nz; }
  TAUVOX_HD std::int64_t z(std::int64_t task) const { return task / blocks(); }
  TAUVOX_HD std::int64_t begin(std::int64_t task) const { return task % blocks() * rows; }
  TAUVOX_HD std::int64_t end(std::int64_t task) const {
    const std::int64_t last = begin(task) + rows;
    return last < ny ? last : ny;
  }
};

}  // namespace tauvox
