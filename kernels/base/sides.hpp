// What lies beyond the six sides of a volume.
#pragma once

#include <array>

#include "kernels/base/extent.hpp"

namespace tauvox {

/// A wall lets nothing through; a plate holds the outer face at a potential; a joined side continues at the
/// opposite one. (A side that continues in the memory of another process would be one more kind.)
enum class SideKind : std::uint8_t { wall, plate, joined };

struct Side {
  SideKind kind = SideKind::wall;
  double value = 0;  // potential of a plate

  static Side plate(double value) { return {SideKind::plate, value}; }
  static Side joined() { return {SideKind::joined, 0}; }
  bool operator==(const Side&) const = default;
};

using Periodic = std::array<bool, 3>;  // z, y, x: the sides across this axis are joined

/// Sides by axis: before the first layer, and behind the last. Walls unless said otherwise.
struct Sides {
  std::array<Side, 6> all{};  // before z, behind z, before y, behind y, before x, behind x

  Side& before(Axis axis) { return all[2 * static_cast<std::size_t>(axis)]; }
  Side& behind(Axis axis) { return all[2 * static_cast<std::size_t>(axis) + 1]; }
  const Side& before(Axis axis) const { return all[2 * static_cast<std::size_t>(axis)]; }
  const Side& behind(Axis axis) const { return all[2 * static_cast<std::size_t>(axis) + 1]; }
  void join(Axis axis) { before(axis) = behind(axis) = Side::joined(); }

  bool is_joined(Axis axis) const { return before(axis).kind == SideKind::joined; }
  Periodic joined() const { return {is_joined(Axis::z), is_joined(Axis::y), is_joined(Axis::x)}; }
  bool have_plate() const {
    for (const Side& side : all)
      if (side.kind == SideKind::plate) return true;
    return false;
  }

  /// Plates of 1 before and 0 behind across `flow`; elsewhere walls, or sides joined with the opposite ones.
  static Sides between_plates(Axis flow, bool periodic) {
    Sides sides;
    for (const Axis axis : all_axes)
      if (periodic && axis != flow) sides.join(axis);
    sides.before(flow) = Side::plate(1);
    sides.behind(flow) = Side::plate(0);
    return sides;
  }
};

}  // namespace tauvox
