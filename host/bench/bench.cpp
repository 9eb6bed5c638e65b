#include "host/bench/bench.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "host/bench/tool.hpp"
#include "host/settings/settings.hpp"

namespace tauvox::bench {

Device device_of(const Options& options) {
  Settings settings;
  settings.device = options.device;
  settings.threads = options.threads;
  std::string notice;
  return choose_device(settings, notice);
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double position = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (position - std::floor(position)) * (values[above] - values[below]);
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

std::string date_now() {
  const std::time_t now = std::time(nullptr);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  return date;
}

nlohmann::ordered_json head(const char* benchmark, const Device& device) {
  return {{"benchmark", benchmark}, {"version", TAUVOX_VERSION},      {"commit", commit()},
          {"date", date_now()},     {"device", device.description()}, {"threads", device.threads()}};
}

}  // namespace tauvox::bench
