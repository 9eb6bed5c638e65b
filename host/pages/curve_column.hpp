// Columns of a curve by their names.
#pragma once

#include <algorithm>

#include "host/studies/report.hpp"

namespace tauvox::pages {

/// Null where there is none of that name.
inline const std::vector<double>* column(const Curve& curve, const std::string& name) {
  const auto found = std::find(curve.columns.begin(), curve.columns.end(), name);
  return found == curve.columns.end()
             ? nullptr
             : &curve.values[static_cast<std::size_t>(found - curve.columns.begin())];
}

}  // namespace tauvox::pages
