#include "host/studies/transient_rows.hpp"

#include <cmath>

namespace tauvox {

Curve curve_of(const std::vector<TransientRow>& rows, const TransientUnits& units) {
  Curve curve{"transient",
              {"time_D0_over_L2", "step_D0_over_L2", "uptake", "flux_in", "flux_out", "amount_in",
               "amount_out", "time_step_error", "open_error", "iterations"},
              {}};
  curve.values.resize(columns_of_row);
  for (const TransientRow& row : rows)
    for (std::size_t k = 0; k < columns_of_row; ++k) curve.values[k].push_back(row[k]);
  if (units.seconds) {
    curve.columns.insert(curve.columns.begin() + 1, "time_s");
    std::vector<double> seconds = curve.values.front();
    for (double& t : seconds) t *= *units.seconds;
    curve.values.insert(curve.values.begin() + 1, seconds);
  }
  curve.in_json = true;
  return curve;
}

bool FrameTimes::take(double time) {
  constexpr double rounding = 1e-9;  // steps of equal length end beside the times that they are meant for
  const double passed = std::floor(most_ * std::sqrt(time / end_) + rounding);
  if (passed <= passed_) return false;
  passed_ = passed;
  times_.push_back(time * unit_);
  return true;
}

}  // namespace tauvox
