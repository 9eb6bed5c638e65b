#include "host/bench/measure.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "kernels/base/clock.hpp"

namespace tauvox::bench {

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double position = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (position - std::floor(position)) * (values[above] - values[below]);
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

std::string date_now() { return utc_text(std::time(nullptr)); }

}  // namespace tauvox::bench
