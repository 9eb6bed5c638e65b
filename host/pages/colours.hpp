// Colours of phases and fields: the same in every picture, apart for every kind of eye, and apart in grey.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "host/studies/phase_sets.hpp"

namespace tauvox::pages {

using Colour = std::array<unsigned char, 3>;  // red, green, blue

/// "#0072b2"
std::string hex_of(Colour colour);

struct PhaseColours {
  Colour area;
  Colour line;        // dark enough on white
  bool pore = false;  // pale
};

/// For each phase: pale for pore, the others in the order of Okabe and Ito
/// (https://jfly.uni-koeln.de/color/). A phase is pore where all its labels carry ions, or where its name
/// says so.
std::vector<PhaseColours> colours_of(const std::vector<PhaseSet>& phases, const Volume& volume,
                                     const std::vector<std::int64_t>& ionic_labels);

/// Viridis from 0 to 1.
Colour field_colour(double value);
/// Grey from dark to pale.
Colour grey_colour(double value);
inline constexpr Colour outside_colour{255, 255, 255};  // of voxels that are not of the sample
/// Of labels that do not conduct, to tell them apart: greys.
Colour insulator_colour(std::size_t which, std::size_t of);

}  // namespace tauvox::pages
