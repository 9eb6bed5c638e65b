#include "host/report/wide_intervals.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "host/studies/combined.hpp"

namespace tauvox {
namespace {

bool reaches_beyond(const Quantity& quantity, const QuantityDefinitions& rows) {
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const QuantityDefinition& r) { return r.name == quantity.name; });
  if (row == rows.end() || !quantity.value || !std::isfinite(*quantity.value)) return false;
  const double half = together(quantity.uncertainties).half_width;
  if (!std::isfinite(half)) return false;
  // A share of nearly 1 reaches beyond 1 by next to nothing: no reader is misled.
  return *quantity.value > row->least && *quantity.value - half < row->least;
}

}  // namespace

void remark_on_wide_intervals(Result& result, const QuantityDefinitions& rows) {
  std::vector<std::string> beyond;
  for (const Quantity& quantity : result.quantities)
    if (reaches_beyond(quantity, rows)) beyond.push_back(quantity.name);
  if (!beyond.empty())
    result.remarks.push_back(
        fmt::format("the interval of {} is wider than the value: it ends where the quantity does",
                    fmt::join(beyond, ", ")));
  const Quantity* ratio = result.quantity("effective_ratio");
  if (!ratio || !ratio->value) return;
  for (const Uncertainty& u : ratio->uncertainties) {
    if (!u.half_width || *u.half_width < *ratio->value) continue;
    std::vector<std::string> open;
    for (const Quantity& quantity : result.quantities)
      if (quantity.value && std::ranges::any_of(quantity.uncertainties, [&](const Uncertainty& other) {
            return other.source == u.source && !other.half_width;
          }))
        open.push_back(quantity.name);
    if (!open.empty())
      result.remarks.push_back(fmt::format("{}: no interval of {}, since that of effective_ratio reaches 0",
                                           fmt::join(open, ", "), name_of(u.source)));
  }
}

}  // namespace tauvox
