// The table of studies. Adding one is a file in studies/ and a row in study_table.cpp; command line, report,
// schema and docs follow.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/studies/study.hpp"

namespace tauvox {

const std::vector<Study>& studies();
std::vector<std::string> study_names();

/// @throws Error(usage) naming the studies there are
const Study& study_named(std::string_view name);
/// The row that adds a study of resolution to the results of `study`, or `study` itself when it is that row.
/// @throws Error(usage) where there is none
const Study& with_resolution(const Study& study);
/// What results of a study can hold: its own quantities, and those of the studies that extend it.
QuantityDefinitions quantities_of_family(const Study& study);
/// Every quantity of every study once, in the order of the table.
QuantityDefinitions all_quantities();

}  // namespace tauvox
