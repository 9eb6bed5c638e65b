// What the kernels know of a problem's matrix: which voxels are unknowns, their classes, what faces conduct
// and what lies beyond the sides. Trivially copyable; the same on every device, bit by bit.
#pragma once

#include "kernels/transport/law.hpp"
#include "kernels/transport/octets.hpp"

namespace tauvox {

/// What a potential amounts to: E (problem.hpp); the flux into the volume through the plates before the first
/// layers, and out of it through those behind the last; ||b - A u||^2. In units of the conductances.
struct Evaluation {
  double energy = 0, flux_in = 0, flux_out = 0, residual2 = 0;
};

/// Which form of the passes runs (octet.hpp): that of the device, or the plain one everywhere.
enum class KernelForm { tuned, plain };

/// W is the type of the arithmetic.
template <class W>
struct Medium {
  UnknownsView active;
  OctetsView octets;
  const W* material = nullptr;  // per class, as the law has it
  int law = 0;
  bool one_class = false, few_classes = false;  // few: walls and plates included, at most 8
  SideKind side[6] = {};                        // before z, behind z, ...
  W scale[3] = {};
  W shift = 0;
  const std::uint8_t* kinds = nullptr;  // per slot; null: the shift is the same for all
  const W* shift_of_kind = nullptr;

  TAUVOX_HD std::int64_t length(int axis) const {
    return axis == 0 ? active.extent.nz : axis == 1 ? active.extent.ny : active.extent.nx;
  }
  TAUVOX_HD bool joined(int axis) const { return side[2 * axis] == SideKind::joined; }
  TAUVOX_HD bool plate(int axis, int sign) const {
    return side[2 * axis + (sign > 0 ? 1 : 0)] == SideKind::plate;
  }
  /// Class of what lies beyond a side that is not joined.
  TAUVOX_HD std::uint8_t class_beyond(int axis, int sign) const {
    return plate(axis, sign) ? plate_class : wall_class;
  }
  /// What a pass over all octets reads of it.
  std::int64_t bytes() const {
    return ((octets.classes ? 12 : 4) + (kinds ? 8 : 0)) * octets.count +
           octets.words_per_row * octets.lattice.rows() * std::int64_t{sizeof(OctetWord)};
  }
  /// Whether an octet meets more at the sides of the volume than other octets and walls.
  TAUVOX_HD bool at_end(int axis, std::int64_t at) const {
    const bool odd = joined(axis) && (length(axis) & 1) != 0;
    return (at == 0 && (odd || plate(axis, -1))) ||
           (at == octets.length(axis) - 1 && (odd || plate(axis, 1)));
  }
  /// Class of a voxel, or of what lies beyond a face of the volume.
  TAUVOX_HD std::uint8_t class_of(const Voxel& v) const {
    Voxel w = v;
    for (int axis = 0; axis < 3; ++axis) {
      const std::int64_t n = length(axis);
      if (w.at[axis] >= 0 && w.at[axis] < n) continue;
      if (!joined(axis)) return class_beyond(axis, w.at[axis] < 0 ? -1 : 1);
      w.at[axis] += w.at[axis] < 0 ? n : -n;
    }
    if (!conducts(w)) return wall_class;
    return octets.classes ? octets.classes[octets.slot(w)] : first_conducting_class;
  }
  /// Of an unknown, by its slot in a vector.
  TAUVOX_HD W shift_of(std::int64_t slot) const { return kinds ? shift_of_kind[kinds[slot]] : shift; }
  /// @pre v is inside the volume
  TAUVOX_HD bool conducts(const Voxel& v) const { return active.conducts(v.x(), v.y(), v.z()); }
  TAUVOX_HD W material_of(const Voxel& v) const { return material[class_of(v)]; }
  /// Inside the volume again, where joined sides led out of it.
  TAUVOX_HD Voxel wrapped(const Voxel& v) const {
    Voxel w = v;
    for (int axis = 0; axis < 3; ++axis)
      if (joined(axis)) {
        if (w.at[axis] < 0) w.at[axis] += length(axis);
        if (w.at[axis] >= length(axis)) w.at[axis] -= length(axis);
      }
    return w;
  }
};

/// g of the face of voxel v towards (axis, sign).   @pre v conducts
template <class W>
TAUVOX_HD W face_conductance(const Medium<W>& m, const Voxel& v, int axis, int sign) {
  return m.scale[axis] * conductance(m.law, m.material_of(v), m.material_of(v.next(axis, sign)));
}

}  // namespace tauvox
