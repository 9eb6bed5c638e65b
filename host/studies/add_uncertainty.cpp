#include "host/studies/add_uncertainty.hpp"

#include <cmath>

namespace tauvox {

void add_uncertainty(Result& result, const Uncertainty& of_ratio, const Materials& materials) {
  const std::optional<double> ratio = result.value("effective_ratio");
  if (!ratio) return;
  const Quantity source{"effective_ratio", ratio, {of_ratio}};
  for (Quantity& q : result.quantities) {
    if (q.name == "effective_ratio") q.uncertainties.push_back(of_ratio);
    if (!q.value || *ratio == 0) continue;
    const double y = *q.value, r = *ratio;
    Quantity found;
    if (q.name.starts_with("effective_value"))
      found = scaled(q.name, source, y / r);
    else if (q.name.starts_with("tortuosity_factor") || q.name == "macmullin_number")
      found = inverse(q.name, source, y * r);
    else if (q.name == "bruggeman_exponent")
      found = derived(q.name, source, [=, eps = materials.volume_fraction](double other) {
        return y + std::log(other / r) / std::log(eps);
      });
    else
      continue;
    q.uncertainties.push_back(found.uncertainties.front());
  }
}

}  // namespace tauvox
