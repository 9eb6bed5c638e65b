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
  TAUVOX_OCTET static Ends of(const Medium<W>& m, const Place& p, std::uint32_t mask) {
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

/// What lies behind the faces of an octet's slots across an axis.
template <class W>
struct Behind {
  Octet<W> inside, beyond;
};

/// @param before, behind octets of the neighbours across the axis
template <int axis, class W>
TAUVOX_OCTET Behind<W> behind_faces(const Place& p, const Ends& ends, const Octet<W>& own,
                                    const Octet<W>& before, const Octet<W>& behind) {
  Behind<W> found{across<axis>(own), across<axis>(halves<axis>(behind, before))};
  if (!p.at_end) return found;
  found.beyond = choose<W>(ends.before[axis], before, found.beyond);
  found.inside = choose<W>(ends.behind[axis], behind, found.inside);
  return found;
}

/// The slots of a mask that have another of it on the other side of the middle.
template <int axis>
TAUVOX_OCTET std::uint32_t both_halves(std::uint32_t mask) {
  const std::uint32_t pairs = mask & (mask >> axis_bit<axis>)&low_slots<axis>;
  return pairs | pairs << axis_bit<axis>;
}

/// What all kinds of faces know of an octet.
template <class W>
struct AnyFaces {
  const Medium<W>& m;
  const Place& p;
  std::uint32_t code, mask;
  Ends ends;

  TAUVOX_OCTET AnyFaces(const Medium<W>& of, const Place& place)
      : m(of), p(place), code(m.octets.codes[p.octet]), mask(code & 0xffu), ends(Ends::of(m, p, mask)) {}
  /// The shift of each slot.
  TAUVOX_OCTET Octet<W> shift() const {
    if (!m.kinds) return where<W>(mask, splat<W>(m.shift));
    return where<W>(mask, look_up<W>(m.shift_of_kind, m.kinds + 8 * std::int64_t{p.octet}, false));
  }
};

/// One conducting class: a face conducts or does not.
struct Alike {
  template <class W>
  struct Faces : AnyFaces<W> {
    using AnyFaces<W>::AnyFaces;

    /// Of an axis.
    struct Along {
      std::uint32_t inside, beyond;
      W scale;
      /// Sum of g times what is given of each face.
      TAUVOX_OCTET Octet<W> sum(const Octet<W>& of_inside, const Octet<W>& of_beyond) const {
        return scale * (where<W>(inside, of_inside) + where<W>(beyond, of_beyond));
      }
    };
    template <int axis>
    TAUVOX_OCTET Along along() const {
      Along faces{both_halves<axis>(this->mask), this->code >> (24 - 8 * axis), this->m.scale[axis]};
      if (this->p.at_end && this->ends.behind[axis] != 0)
        faces.inside |= this->ends.behind[axis] & this->m.octets.codes[this->p.around[2 * axis + 1]];
      return faces;
    }
    TAUVOX_OCTET Octet<W> plate(int side) const {
      return where<W>(this->ends.plate[side], splat<W>(2 * this->m.scale[side / 2]));
    }
  };
};

/// Several: what each side of a face says, by a law.
template <class Law>
struct ByLaw {
  template <class W>
  struct Faces : AnyFaces<W> {
    Octet<W> own;

    TAUVOX_OCTET Faces(const Medium<W>& of, const Place& place)
        : AnyFaces<W>(of, place), own(material(place.octet)) {}

    struct Along {
      Octet<W> inside, beyond;
      TAUVOX_OCTET Octet<W> sum(const Octet<W>& of_inside, const Octet<W>& of_beyond) const {
        return inside * of_inside + beyond * of_beyond;
      }
    };
    template <int axis>
    TAUVOX_OCTET Along along() const {
      const Behind<W> there =
          behind_faces<axis, W>(this->p, this->ends, own, material(this->p.around[2 * axis]),
                                material(this->p.around[2 * axis + 1]));
      const W scale = this->m.scale[axis];
      return {scale * conductance(own, there.inside), scale * conductance(own, there.beyond)};
    }
    TAUVOX_OCTET Octet<W> plate(int side) const {
      return where<W>(this->ends.plate[side],
                      this->m.scale[side / 2] * conductance(own, splat<W>(this->m.material[plate_class])));
    }

   private:
    TAUVOX_OCTET Octet<W> material(std::uint32_t octet) const {
      return look_up<W>(this->m.material, this->m.octets.classes + 8 * std::int64_t{octet},
                        this->m.few_classes);
    }
    TAUVOX_OCTET static Octet<W> conductance(const Octet<W>& here, const Octet<W>& there) {
      return slot_by_slot<W>(here, there, [](W a, W b) TAUVOX_INLINE { return Law::conductance(a, b); });
    }
  };
};

/// A on an octet: (A u), where plates have 0, and the diagonal.
template <class W>
struct Product {
  Octet<W> Au, diagonal;

  /// @param value (k): u of neighbour k of the place; `own`: of the octet itself, 0 where no unknown is
  template <class Faces, class Value>
  TAUVOX_OCTET Product(const Faces& faces, const Octet<W>& own, const Value& value)
      : diagonal(faces.shift()) {
    Au = diagonal * own;
    for_axes([&](auto axis) TAUVOX_INLINE {
      constexpr int a = axis;
      const auto along = faces.template along<a>();
      const Behind<W> there = behind_faces<a, W>(faces.p, faces.ends, own, value(2 * a), value(2 * a + 1));
      Au += along.sum(own - there.inside, own - there.beyond);
      diagonal += along.sum(splat<W>(1), splat<W>(1));
    });
    if (!faces.p.at_end) return;
    for (int side = 0; side < 6; ++side) {
      const Octet<W> g = faces.plate(side);
      Au += g * own;
      diagonal += g;
    }
  }
};

/// The diagonal alone.
template <class W, class Faces>
TAUVOX_OCTET Octet<W> diagonal_of(const Faces& faces) {
  return Product<W>(faces, splat<W>(0), [](int) TAUVOX_INLINE { return splat<W>(0); }).diagonal;
}

}  // namespace tauvox::TAUVOX_FORM
