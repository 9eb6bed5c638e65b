// What a reader must know of an interval that is as wide as its value.
#pragma once

#include "host/studies/report.hpp"

namespace tauvox {

/// Remarks of intervals that reach below what their quantity can be, and of reciprocals that have none
/// because the interval of what they are made of reaches 0.
void remark_on_wide_intervals(Result& result, const QuantityDefinitions& rows);

}  // namespace tauvox
