#include "kernels/geometry/profiles.hpp"

#include "kernels/base/atomic.hpp"
#include "kernels/geometry/tasks.hpp"

namespace tauvox {
namespace {

struct CountRows {  // one call a row: adds to its layer across z or y
  PhaseBitsView bits;
  bool across_z;
  std::int64_t layers;
  std::int64_t* table;  // [phase][layer]

  TAUVOX_HD void operator()(std::int64_t y, std::int64_t z) const {
    for (int p = 0; p < bits.phases; ++p) {
      const std::uint64_t* row = bits.row(p, y, z);
      std::int64_t count = 0;
      for (std::int64_t w = 0; w < bits.row_words; ++w) count += bit_count64(row[w]);
      if (count) atomic_add(table + p * layers + (across_z ? z : y), count);
    }
  }
};

struct CountColumns {  // one call for 64 layers across x, at one y
  PhaseBitsView bits;
  std::int64_t* table;

  TAUVOX_HD void operator()(std::int64_t task) const {
    const std::int64_t y = task / bits.row_words, w = task % bits.row_words;
    for (int p = 0; p < bits.phases; ++p) {
      std::int32_t count[64] = {};
      for (std::int64_t z = 0; z < bits.extent.nz; ++z) {
        const std::uint64_t word = bits.row(p, y, z)[w];
        for (int b = 0; b < 64; ++b) count[b] += static_cast<std::int32_t>(word >> b & 1);
      }
      for (int b = 0; b < 64; ++b)
        if (count[b]) atomic_add(table + p * bits.extent.nx + 64 * w + b, count[b]);
    }
  }
};

}  // namespace

std::vector<std::vector<std::int64_t>> count_by_layer(const PhaseBits& bits, Axis axis) {
  const PhaseBitsView view = bits.view();
  const std::int64_t layers = bits.extent().along(axis);
  Buffer<std::int64_t> table(bits.device(), bits.phases() * layers);
  table.zero();
  if (axis == Axis::x)
    for_each_task(bits.device(), bits.extent().ny * view.row_words, CountColumns{view, table.data()});
  else
    for_each_row(bits.device(), bits.extent(), CountRows{view, axis == Axis::z, layers, table.data()});
  const std::vector<std::int64_t> counts = table.to_host();
  std::vector<std::vector<std::int64_t>> found;
  for (std::int64_t p = 0; p < bits.phases(); ++p)
    found.emplace_back(counts.begin() + p * layers, counts.begin() + (p + 1) * layers);
  return found;
}

}  // namespace tauvox
