#include "host/app/geometry_bytes.hpp"

#include <algorithm>
#include <iterator>

namespace tauvox {
namespace {

struct Held {
  double around = 0, per_voxel = 0;  // bytes
};

struct Row {
  const char* study;
  Held cubes, others;
};

// The program itself takes more or less by machine.
constexpr double by_machine = 3e6;
// Straight lines just above what was measured.
constexpr Row rows[] = {{"percolation", {0, 0.8}, {0, 0.8}},  {"fractions", {0, 0.7}, {0, 0.7}},
                        {"connectivity", {0, 1.1}, {0, 1.1}}, {"interfaces", {0, 0.7}, {0, 0.7}},
                        {"triple_lines", {0, 0.7}, {0, 0.7}}, {"sizes", {6e6, 8}, {14e6, 11.3}},
                        {"chords", {0, 0.7}, {0, 0.7}},       {"geodesic", {1e6, 5.7}, {1e6, 5.7}},
                        {"particles", {0, 8.9}, {0, 12.6}}};

}  // namespace

std::int64_t bytes_of_geometry(const std::string& study, std::int64_t voxels, bool cubes) {
  const auto* row =
      std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return study == r.study; });
  if (row == std::end(rows)) return 0;
  const Held held = cubes ? row->cubes : row->others;
  return static_cast<std::int64_t>(by_machine + held.around + held.per_voxel * static_cast<double>(voxels));
}

}  // namespace tauvox
