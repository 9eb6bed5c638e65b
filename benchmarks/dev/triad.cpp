// This machine's memory bandwidth by the triad of host/bench.
#include <algorithm>

#include "benchmarks/dev/dev.hpp"

namespace tauvox::bench {

nlohmann::ordered_json run_triad(const Options& options) {
  const Device device = device_of(options);
  Triad triad(device, options.megabytes);
  triad.run();
  triad.verify();
  std::vector<double> seconds;
  for (int r = 0; r < options.repeats; ++r) seconds.push_back(seconds_of(device, [&] { triad.run(); }));
  nlohmann::ordered_json line = head("triad", device);
  line["megabytes_per_array"] = triad.megabytes();
  line["bytes_per_element"] = Triad::bytes_per_element;
  line["repeats"] = options.repeats;
  line["seconds"] = median(seconds);
  line["gbytes_per_second"] = triad.bytes() / median(seconds) * 1e-9;
  line["best_gbytes_per_second"] = triad.bytes() / *std::min_element(seconds.begin(), seconds.end()) * 1e-9;
  return line;
}

}  // namespace tauvox::bench
