// The figures of an evaluation, as drawings for the plotter.
#pragma once

#include <map>

#include "host/pages/look.hpp"
#include "host/pages/plotter.hpp"

namespace tauvox::pages {

/// Slices across the three axes: the phases, and where separator and collector are.
std::optional<Drawing> slices_drawing(const Look& look);

/// Volume fractions of the phases from the separator to the collector.
std::optional<Drawing> profile_drawing(const RunReport& report, const Look& look);
/// Surfaces between phases in each layer, on the same way.
std::optional<Drawing> surface_profile_drawing(const RunReport& report, const Look& look);
/// Cumulative local thickness and mercury intrusion of all phases.
std::optional<Drawing> sizes_drawing(const RunReport& report, const Look& look);
/// The same of one phase, with both r50.
std::optional<Drawing> phase_sizes_drawing(const RunReport& report, const Look& look, std::size_t phase,
                                           const std::string& file_name);
/// Effective ratio of parts by their size, of "ionic" or "electronic" transport along the thickness.
std::optional<Drawing> rve_drawing(const RunReport& report, const Look& look, const std::string& carriers);
/// How often each value of a volume occurs, and where Otsu's method cuts where they are grey values.
Drawing histogram_drawing(const Volume& volume);
/// Two-point correlation of the phases along the thickness.
std::optional<Drawing> correlation_drawing(const RunReport& report, const Look& look);

}  // namespace tauvox::pages
