// An octet, its neighbours, and what the faces between them conduct: A on eight voxels at a time.
//
// A slot has three faces to other slots of its block ("inside") and three that lead out of it ("beyond").
// Both kinds are had for all slots at once, by axis: as octets of what lies behind the face. At the sides of
// the volume an octet may have a plate, or a neighbour in the wrong half of its block, where an odd number of
// voxels is joined; `Ends` says so, as bits of slots.
#pragma once

#include "kernels/transport/medium.hpp"
#include "kernels/transport/octet.hpp"

namespace tauvox::TAUVOX_FORM {

struct Ends {
  std::uint32_t plate[6] = {};   // with a face to a plate
  std::uint32_t before[3] = {};  // whose neighbour before is in the same half of the block there
  std::uint32_t behind[3] =
      {};  // alone in their block along the axis: the neighbour behind is in the same half

  template <class W>
  TAUVOX_HD static Ends of(const Medium<W>& m, const Place& p, std::uint32_t mask) {
    Ends ends;
    if (!p.at_end) return ends;
    for_axes([&](auto axis) TAUVOX_INLINE {
      constexpr int a = axis;
      const bool odd = (m.length(a) & 1) != 0, first = p.at[a] == 0, last = p.at[a] == m.octets.length(a) - 1,
                 thin = odd && last;
      const std::uint32_t low = mask & low_slots<a>, high = mask & ~low_slots<a>;
      if (first && m.plate(a, -1)) ends.plate[2 * a] = low;
      if (last && m.plate(a, 1)) ends.plate[2 * a + 1] = thin ? low : high;
      if (first && odd && m.joined(a)) ends.before[a] = low;
      if (thin && m.joined(a)) ends.behind[a] = low;
    });
    return ends;
  }
};

/// A value in an octet, and what lies behind the faces of its slots.
template <class W>
struct Star {
  Octet<W> own, inside[3], beyond[3];

  /// @param value (k): the octet of neighbour k of the place; 6: its own
  template <class Value>
  TAUVOX_HD Star(const Place& p, const Ends& ends, const Value& value) : own(value(6)) {
    for_axes([&](auto axis) TAUVOX_INLINE {
      constexpr int a = axis;
      const Octet<W> before = value(2 * a), behind = value(2 * a + 1);
      inside[a] = across<a>(own);
      beyond[a] = across<a>(halves<a>(behind, before));
      if (!p.at_end) return;
      beyond[a] = choose<W>(ends.before[a], before, beyond[a]);
      inside[a] = choose<W>(ends.behind[a], behind, inside[a]);
    });
  }
};

/// The slots of a mask that have another of it on the other side of the middle.
template <int axis>
TAUVOX_HD std::uint32_t both_halves(std::uint32_t mask) {
  const std::uint32_t pairs = mask & (mask >> axis_bit<axis>)&low_slots<axis>;
  return pairs | pairs << axis_bit<axis>;
}

/// One conducting class: a face conducts or does not.
struct Alike {
  template <class W>
  struct Faces {
    std::uint32_t mask, inside[3], beyond[3];
    Ends ends;
    W scale[3];

    TAUVOX_HD Faces(const Medium<W>& m, const Place& p) {
      const std::uint32_t code = m.octets.codes[p.octet];
      mask = code & 0xffu;
      ends = Ends::of(m, p, mask);
      for_axes([&](auto axis) TAUVOX_INLINE {
        constexpr int a = axis;
        inside[a] = both_halves<a>(mask);
        beyond[a] = code >> (24 - 8 * a);
        scale[a] = m.scale[a];
        if (p.at_end && ends.behind[a] != 0)
          inside[a] |= ends.behind[a] & m.octets.codes[p.around[2 * a + 1]];
      });
    }
    /// Sum of g times what is given of each face of an axis.
    template <int axis>
    TAUVOX_HD Octet<W> sum(const Octet<W>& of_inside, const Octet<W>& of_beyond) const {
      return scale[axis] * (where<W>(inside[axis], of_inside) + where<W>(beyond[axis], of_beyond));
    }
    TAUVOX_HD Octet<W> plate(int side) const {
      return where<W>(ends.plate[side], splat<W>(2 * scale[side / 2]));
    }
  };
};

/// Several: what each side of a face says, by a law.
template <class Law>
struct ByLaw {
  template <class W>
  struct Faces {
    std::uint32_t mask;
    Ends ends;
    Octet<W> own, inside[3], beyond[3], of_plate;
    W scale[3];

    TAUVOX_HD Faces(const Medium<W>& m, const Place& p) {
      mask = m.octets.codes[p.octet] & 0xffu;
      ends = Ends::of(m, p, mask);
      const Star<W> material(p, ends, [&](int k) TAUVOX_INLINE {
        return look_up<W>(m.material, m.octets.classes + 8 * (k == 6 ? p.octet : p.around[k]), m.few_classes);
      });
      own = material.own;
      of_plate = splat<W>(m.material[plate_class]);
      for_axes([&](auto axis) TAUVOX_INLINE {
        constexpr int a = axis;
        scale[a] = m.scale[a];
        inside[a] = scale[a] * conductance(own, material.inside[a]);
        beyond[a] = scale[a] * conductance(own, material.beyond[a]);
      });
    }
    template <int axis>
    TAUVOX_HD Octet<W> sum(const Octet<W>& of_inside, const Octet<W>& of_beyond) const {
      return inside[axis] * of_inside + beyond[axis] * of_beyond;
    }
    TAUVOX_HD Octet<W> plate(int side) const {
      return where<W>(ends.plate[side], scale[side / 2] * conductance(own, of_plate));
    }

   private:
    TAUVOX_HD static Octet<W> conductance(const Octet<W>& here, const Octet<W>& there) {
      return slot_by_slot<W>(here, there, [](W a, W b) TAUVOX_INLINE { return Law::conductance(a, b); });
    }
  };
};

/// The shift and g over the faces.
template <class W, class Faces>
TAUVOX_HD Octet<W> diagonal(const Medium<W>& m, const Place& p, const Faces& faces) {
  const Octet<W> one = splat<W>(1);
  Octet<W> sum = where<W>(faces.mask, splat<W>(m.shift));
  for_axes([&](auto axis) TAUVOX_INLINE { sum += faces.template sum<axis>(one, one); });
  if (p.at_end)
    for (int side = 0; side < 6; ++side) sum += faces.plate(side);
  return sum;
}

/// A u, where plates have 0.   @pre u is 0 where no unknown is
template <class W, class Faces>
TAUVOX_HD Octet<W> apply(const Medium<W>& m, const Place& p, const Faces& faces, const Star<W>& u) {
  Octet<W> sum = m.shift * u.own;
  for_axes([&](auto axis) TAUVOX_INLINE {
    constexpr int a = axis;
    sum += faces.template sum<a>(u.own - u.inside[a], u.own - u.beyond[a]);
  });
  if (p.at_end)
    for (int side = 0; side < 6; ++side) sum += faces.plate(side) * u.own;
  return sum;
}

}  // namespace tauvox::TAUVOX_FORM
