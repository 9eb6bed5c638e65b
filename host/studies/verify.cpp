#include "host/studies/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tauvox {

double law_slack(double tolerance) {
  return 10 * std::sqrt(tolerance) + 1e-5;  // 1e-5: the potential may be FP32
}

double flux_within_bounds(const std::array<double, 2>& bounds, std::int64_t n) {
  return std::sqrt(2 * static_cast<double>(n) * std::max(0.0, bounds[1] - bounds[0]));
}

std::optional<std::string> verify(const AxisResult& result, std::int64_t outside, double tolerance,
                                  double off) {
  const double slack = law_slack(tolerance);
  const double ratio = result.ratio.value_or(NAN), in = result.flux_in.value_or(NAN),
               out = result.flux_out.value_or(NAN);
  if (!(std::isfinite(ratio) && ratio > 0)) return "self-check failed: D_eff is not a positive number";
  if (!(ratio <= result.mean * (1 + tolerance + 1e-12)))
    return fmt::format("self-check failed: D_eff {:.6g} is above the Wiener bound {:.6g}", ratio,
                       result.mean);
  if (!(std::abs(in - out) <= std::max(2 * off, slack * std::max(std::abs(in), std::abs(out)))))
    return fmt::format(
        "self-check failed: flux in {:.6g} and out {:.6g} differ by more than the tolerance allows", in, out);
  if (!(std::abs(in - ratio) <= std::max(off, slack * ratio)))
    return fmt::format("self-check failed: D_eff from the energy {:.6g} and from the flux {:.6g} differ",
                       ratio, in);
  if (outside != 0)
    return fmt::format("self-check failed: the concentration of {} voxels is outside 0..1", outside);
  return {};
}

}  // namespace tauvox
