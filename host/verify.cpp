#include "host/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tauvox {

std::string verify(const AxisResult& result, const std::vector<float>& potential, double tolerance) {
  const double slack = 10 * std::sqrt(tolerance) + 1e-5;  // 1e-5: the potential is FP32
  const double ratio = result.ratio.value_or(NAN), in = result.flux_in.value_or(NAN),
               out = result.flux_out.value_or(NAN);
  if (!(std::isfinite(ratio) && ratio > 0)) return "self-check failed: D_eff is not a positive number";
  if (!(ratio <= result.mean * (1 + tolerance + 1e-12)))
    return fmt::format("self-check failed: D_eff {:.6g} is above the Wiener bound {:.6g}", ratio,
                       result.mean);
  if (!(std::abs(in - out) <= slack * std::max(std::abs(in), std::abs(out))))
    return fmt::format(
        "self-check failed: flux in {:.6g} and out {:.6g} differ by more than the tolerance allows", in, out);
  if (!(std::abs(in - ratio) <= slack * ratio))
    return fmt::format("self-check failed: D_eff from the energy {:.6g} and from the flux {:.6g} differ",
                       ratio, in);
  for (const float u : potential)
    if (!std::isnan(u) && (u < -slack || u > 1 + slack))
      return fmt::format("self-check failed: concentration {:.6g} is outside 0..1", u);
  return "";
}

}  // namespace tauvox
