// The engine of passes_cpu.cpp: walks a unit of the volume plane by plane with dense rows in rings.
#pragma once

#include <omp.h>

#include <algorithm>
#include <vector>

#include "kernels/base/launch.hpp"
#include "kernels/transport/potential.hpp"

namespace tauvox::rows {

/// A part of the volume that one thread walks; its bounds are even, so that it holds whole blocks.
struct Unit {
  std::int64_t y0, y1, z0, z1;
};

/// Units from the extent alone: rows such that the rings stay in cache, planes such that there are enough
/// units.
inline std::vector<Unit> make_units(const Extent& e) {
  constexpr std::int64_t ring_voxels = 1 << 14, wanted = 32;
  const auto even = [](std::int64_t n) { return std::max<std::int64_t>(2, (n + 1) / 2 * 2); };
  const std::int64_t height =
      std::min(even(e.ny), std::max<std::int64_t>(16, even(ring_voxels / (e.nx + 2))));
  const std::int64_t tiles = (e.ny + height - 1) / height;
  const std::int64_t slabs = std::max<std::int64_t>(1, std::min((wanted + tiles - 1) / tiles, e.nz / 16));
  const std::int64_t depth = even((e.nz + slabs - 1) / slabs);
  std::vector<Unit> units;
  for (std::int64_t z = 0; z < e.nz; z += depth)
    for (std::int64_t y = 0; y < e.ny; y += height)
      units.push_back({y, std::min(e.ny, y + height), z, std::min(e.nz, z + depth)});
  return units;
}

/// Dense rows of a few planes of a unit and `reach` rows around it. Row pointers address voxel x = 0; -1 and
/// nx exist.
template <class W>
class Ring {
 public:
  Ring(const Unit& unit, std::int64_t nx, int reach, int planes)
      : first_(unit.y0 - reach),
        rows_(unit.y1 - unit.y0 + 2 * reach),
        pitch_((nx + 32 + 2 * lead + 15) / 16 * 16),  // expanding writes whole words
        planes_(planes),
        data_(static_cast<std::size_t>(planes * rows_ * pitch_)) {}
  W* row(std::int64_t y, std::int64_t z) {
    const std::int64_t plane = (z + 2 * planes_) % planes_;
    return data_.data() + (plane * rows_ + y - first_) * pitch_ + lead;
  }

 private:
  static constexpr std::int64_t lead = 16;
  std::int64_t first_, rows_, pitch_;
  int planes_;
  std::vector<W> data_;
};

/// A dense row and those before and behind it along y and z.
template <class W>
struct Star {
  const W *c, *y0, *y1, *z0, *z1;
  Star(Ring<W>& ring, std::int64_t y, std::int64_t z)
      : c(ring.row(y, z)),
        y0(ring.row(y - 1, z)),
        y1(ring.row(y + 1, z)),
        z0(ring.row(y, z - 1)),
        z1(ring.row(y, z + 1)) {}
};

/// What a value has beyond the sides: that of the plates, and by how much it rises from the side before an
/// axis to the one behind it, where these are joined.
struct Outside {
  double plate[6] = {}, rise[3] = {};
  Outside() = default;
  explicit Outside(const Drive& drive) {
    std::copy(drive.plate, drive.plate + 6, plate);
    std::copy(drive.rise, drive.rise + 3, rise);
  }
};

/// row = material of the row's voxels, from their bits. Writes up to 31 voxels past the row's last.
template <class W>
TAUVOX_CLONES void material_of_bits(const UnknownsWord* words, std::int64_t nx, W wall, W conducting,
                                    W* row) {
  for (std::int64_t x = 0; x < nx; x += 32) {
    const std::uint32_t mask = words[x / 32].mask;
    for (int b = 0; b < 32; ++b) row[x + b] = (mask >> b) & 1u ? conducting : wall;
  }
}

/// Materials of a row and of one voxel on either side of it; rows further out are walls.
template <class W>
void material_row(const Medium<W>& m, std::int64_t y, std::int64_t z, W* row) {
  const Extent& e = m.active.extent;
  const auto wrap = [](std::int64_t i, std::int64_t n, bool joined) {
    return joined ? (i % n + n) % n : i;  // up to two rows outside, which may be more than there are
  };
  const bool behind_z = z >= e.nz, behind_y = y >= e.ny;
  y = wrap(y, e.ny, m.joined(1));
  z = wrap(z, e.nz, m.joined(0));
  if (y < 0 || y >= e.ny || z < 0 || z >= e.nz) {
    const bool plate = ((z == -1 || z == e.nz) && m.plate(0, behind_z ? 1 : -1)) ||
                       ((y == -1 || y == e.ny) && m.plate(1, behind_y ? 1 : -1));
    std::fill(row - 1, row + e.nx + 1, m.material[plate ? plate_class : wall_class]);
    return;
  }
  if (m.classes.origin) {
    const std::uint8_t* c = &m.classes(0, y, z);
    for (std::int64_t x = -1; x <= e.nx; ++x) row[x] = m.material[c[x]];
    return;
  }
  material_of_bits(&m.active.word(0, y, z), e.nx, m.material[wall_class], m.material[first_conducting_class],
                   row);
  const W before = m.joined(2) ? row[e.nx - 1] : m.material[m.class_beyond(2, -1)],
          behind = m.joined(2) ? row[0] : m.material[m.class_beyond(2, 1)];
  row[-1] = before;
  row[e.nx] = behind;
}

/// Walks the unit. `fill(y, z, materials, row)` makes the dense row of values of a row inside the volume;
/// `use(y, z, materials, values)` gets every row of the unit once, in the order of memory.
/// `reach`: 1 where fill does not look at the materials around its row, else 2.
template <class W, class Fill, class Use>
void walk(const Medium<W>& m, const Unit& unit, int reach, const Outside& outside, const Fill& fill,
          const Use& use) {
  const Extent& e = m.active.extent;
  Ring<W> materials(unit, e.nx, 2, 4), values(unit, e.nx, 1, 3);
  const auto plate = [&](int axis, bool behind) {
    return static_cast<W>(outside.plate[2 * axis + (behind ? 1 : 0)]);
  };
  const auto risen = [&](int axis, std::int64_t i, std::int64_t n) {  // by joined sides passed on the way
    return static_cast<W>(i < 0 ? -outside.rise[axis] : i >= n ? outside.rise[axis] : 0);
  };
  const auto fill_any = [&](std::int64_t y, std::int64_t z) {
    W* row = values.row(y, z);
    const bool y_out = y < 0 || y >= e.ny, z_out = z < 0 || z >= e.nz;
    if ((y_out && !m.joined(1)) || (z_out && !m.joined(0))) {
      const W value = z_out && !m.joined(0) ? plate(0, z >= e.nz) : plate(1, y >= e.ny);
      std::fill(row - 1, row + e.nx + 1, value);
      return;
    }
    fill((y + e.ny) % e.ny, (z + e.nz) % e.nz, Star<W>(materials, y, z), row);
    if (const W rise = risen(1, y, e.ny) + risen(0, z, e.nz); rise != 0)
      for (std::int64_t x = 0; x < e.nx; ++x) row[x] += rise;
    row[-1] = m.joined(2) ? row[e.nx - 1] - static_cast<W>(outside.rise[2]) : plate(2, false);
    row[e.nx] = m.joined(2) ? row[0] + static_cast<W>(outside.rise[2]) : plate(2, true);
  };
  std::int64_t loaded = unit.z0 - reach;
  for (std::int64_t z = unit.z0 - 1; z <= unit.z1; ++z) {
    for (; loaded <= z + reach - 1; ++loaded)
      for (std::int64_t y = unit.y0 - reach; y < unit.y1 + reach; ++y)
        material_row(m, y, loaded, materials.row(y, loaded));
    for (std::int64_t y = unit.y0 - 1; y <= unit.y1; ++y) fill_any(y, z);
    if (z > unit.z0)
      for (std::int64_t y = unit.y0; y < unit.y1; ++y)
        use(y, z - 1, Star<W>(materials, y, z - 1), Star<W>(values, y, z - 1));
  }
}

/// Runs body(unit, sums) for every unit; adds the sums of the units in their order.
template <int N, class Body>
Sums<N> for_each_unit(const Device& device, const Extent& e, const Body& body) {
  const std::vector<Unit> units = make_units(e);
  const auto count = static_cast<std::int64_t>(units.size());
  std::vector<Sums<N>> partial(units.size());
  const int team = e.voxels() < parallel_cells ? 1 : device.threads();
#pragma omp parallel for schedule(dynamic, 1) num_threads(team)
  for (std::int64_t u = 0; u < count; ++u) {
    Lanes<N> sums;
    body(units[static_cast<std::size_t>(u)], sums);
    sums.fold(partial[static_cast<std::size_t>(u)].value, 1);
  }
  Sums<N> total;
  for (const Sums<N>& p : partial)
    for (int n = 0; n < N; ++n) total.value[n] += p[n];
  return total;
}

}  // namespace tauvox::rows
