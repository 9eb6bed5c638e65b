// The transport operator alone: r -= alpha A p on an electrode, beside the triad in turns.
//
// Bytes: 4 per octet, 12 with several classes, and 24 sizeof(T).
#include <cmath>
#include <optional>

#include "benchmarks/dev/electrode.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/transport/operator.hpp"

namespace tauvox::bench {
namespace {

template <class T>
class Applied {
 public:
  Applied(const Device& device, const Volume& volume, const std::vector<double>& conductivity, bool plain)
      : A_(along_z(device, volume, conductivity), plain ? KernelForm::plain : KernelForm::tuned),
        p_(A_.vector_of(rough_values<T>(A_.unknowns()))),
        r_(A_.vector()) {
    r_.zero();
  }
  void apply() { A_.subtract_applied(r_, 0.01, p_); }
  std::vector<T> result() const { return A_.values_of(r_); }

 private:
  TransportOperator<T> A_;
  Buffer<T> p_, r_;
};

/// The forms may differ by roundings of values of order 1.
template <class T>
void verify(const std::vector<T>& q, const std::vector<T>& plain, double slack) {
  for (std::size_t i = 0; i < q.size(); ++i)
    if (!(std::abs(static_cast<double>(q[i]) - static_cast<double>(plain[i])) <= slack))
      throw Error(ExitCode::internal, "the operator differs from its plain functor", "",
                  std::to_string(q[i]) + " instead of " + std::to_string(plain[i]));
}

template <class T>
nlohmann::ordered_json measure(const Options& options) {
  const Device device = device_of(options);
  const Volume volume = electrode_classes(options);
  const std::vector<double> conductivity = electrode_conductivity(options);

  Applied<T> problem(device, volume, conductivity, false);
  problem.apply();
  {
    Applied<T> plain(cpu_device(options.threads), volume, conductivity, true);
    plain.apply();
    verify(problem.result(), plain.result(), 64 * double{std::numeric_limits<T>::epsilon()});
  }

  std::optional<Triad> triad;
  if (!options.no_triad) {
    triad.emplace(device, options.megabytes);
    triad->run();
  }
  std::vector<double> triad_seconds, seconds;
  std::int64_t counted = 0;
  for (int r = 0; r < options.repeats; ++r) {
    if (triad) triad_seconds.push_back(seconds_of(device, [&] { triad->run(); }));
    const std::int64_t before = device.traffic_bytes();
    seconds.push_back(seconds_of(device, [&] { problem.apply(); }));
    counted = device.traffic_bytes() - before;
  }
  const auto voxels = static_cast<double>(volume.extent.voxels()), bytes = static_cast<double>(counted);
  const double bandwidth = bytes / median(seconds);
  nlohmann::ordered_json line = head("apply", device);
  line["size"] = options.size;
  line["classes"] = options.classes;
  line["precision"] = sizeof(T) == 8 ? "double" : "single";
  line["repeats"] = options.repeats;
  line["seconds"] = median(seconds);
  line["voxels_per_second"] = voxels / median(seconds);
  line["bytes_counted"] = counted;
  line["bytes_per_voxel"] = bytes / voxels;
  line["gbytes_per_second"] = bandwidth * 1e-9;
  if (triad) {
    const double triad_bandwidth = triad->bytes() / median(triad_seconds);
    line["triad_gbytes_per_second"] = triad_bandwidth * 1e-9;
    line["percent_of_triad"] = 100 * bandwidth / triad_bandwidth;
  }
  return line;
}

}  // namespace

nlohmann::ordered_json run_apply(const Options& options) {
  return options.precision == "single" ? measure<float>(options) : measure<double>(options);
}

}  // namespace tauvox::bench
