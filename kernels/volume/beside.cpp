#include "kernels/volume/beside.hpp"

#include "kernels/base/atomic.hpp"
#include "kernels/base/launch.hpp"

namespace tauvox {
namespace {

template <class Code>
struct MarkBeside {  // one call a row
  RunsView runs;
  const Code* codes;
  Code sought;
  const std::int64_t* number;
  std::uint32_t* touches;

  TAUVOX_HD bool is(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Extent& e = runs.extent;
    return x >= 0 && x < e.nx && y >= 0 && y < e.ny && z >= 0 && z < e.nz &&
           codes[x + e.nx * runs.row(y, z)] == sought;
  }
  TAUVOX_HD bool beside(const Run& run, std::int64_t y, std::int64_t z) const {
    bool found = is(std::int64_t{run.begin} - 1, y, z) || is(run.end, y, z);
    for (std::int64_t x = run.begin; x < run.end && !found; ++x)
      found = is(x, y - 1, z) || is(x, y + 1, z) || is(x, y, z - 1) || is(x, y, z + 1);
    return found;
  }
  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    const std::int64_t row = runs.row(y, z);
    for (std::int64_t i = runs.row_start[row]; i < runs.row_start[row + 1]; ++i)
      if (beside(runs.runs[i], y, z)) atomic_or(touches + number[i], touches_marked);
  }
};

}  // namespace

void mark_beside(Clusters& clusters, const Runs& runs, const Codes& codes, std::int64_t code) {
  if (clusters.count() == 0) return;
  Buffer<std::uint32_t> touches(runs.device(), clusters.count());
  touches.copy_from(clusters.touches);
  codes.visit([&]<class Code>(const Code* c) {
    for_each_row(
        runs.device(), runs.extent(),
        MarkBeside<Code>{runs.view(), c, static_cast<Code>(code), clusters.number.data(), touches.data()});
  });
  touches.copy_to(clusters.touches);
}

}  // namespace tauvox
