// The rows of the first page: the main quantities that the run found, and every one with a limit.
#pragma once

#include <string>
#include <vector>

#include "host/pages/look.hpp"

namespace tauvox::pages {

struct MainRow {
  const Result* result = nullptr;
  const Quantity* quantity = nullptr;
  const QuantityDefinition* definition = nullptr;
  const Judgement* judgement = nullptr;  // where a limit was given
};

/// Those that the run found, and every one with a limit; of several axes that of the thickness, unless
/// another has a limit.
std::vector<MainRow> main_rows(const RunReport& report, const Look& look);

/// What a result is about, short: the phase, what it meets, and the axis where it is not the thickness.
std::string short_subject(const Result& result, Axis thickness);

/// The quantity in words, by what is transported: "relative diffusivity", "relative electrical conductivity".
std::string title_of(const Result& result, const QuantityDefinition& row);

}  // namespace tauvox::pages
