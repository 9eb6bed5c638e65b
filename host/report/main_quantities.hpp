// The quantities that a battery lab asks for first, in the order of a report's first page; a comparison of
// volumes has their charts.
#pragma once

namespace tauvox {

struct MainQuantity {
  /// Which results of the study are meant.
  enum class About {
    each_phase,     // one a phase
    pairs,          // one an interface of two phases
    pore,           // the pale phase alone
    largest_solid,  // of the others the one with the largest volume
    all_that_there_is
  };
  const char *study, *quantity;
  About about;
};

inline constexpr MainQuantity main_quantities[] = {
    {"fractions", "volume_fraction", MainQuantity::About::each_phase},
    {"effective_transport", "tortuosity_factor", MainQuantity::About::all_that_there_is},
    {"effective_transport", "effective_ratio", MainQuantity::About::all_that_there_is},
    {"effective_transport", "effective_ionic_conductivity", MainQuantity::About::all_that_there_is},
    {"effective_transport", "effective_salt_diffusivity", MainQuantity::About::all_that_there_is},
    {"connectivity", "percolating_share", MainQuantity::About::each_phase},
    {"interfaces", "specific_surface", MainQuantity::About::pairs},
    {"accessible", "accessible_share", MainQuantity::About::all_that_there_is},
    {"sizes", "thickness_d50", MainQuantity::About::each_phase},
    {"particles", "particle_d50", MainQuantity::About::largest_solid},
    {"sizes", "constrictivity", MainQuantity::About::pore},
    {"geodesic", "geodesic_tortuosity", MainQuantity::About::pore}};

}  // namespace tauvox
