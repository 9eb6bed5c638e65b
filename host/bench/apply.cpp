// The transport operator alone: q = A p on an electrode, beside the triad in turns.
//
// On the full grid, bytes per voxel of the whole volume: 1 (class) + 2 sizeof(T), so 17 in FP64, 9 in FP32.
// On unknowns only (and with p.q): 0.25 per voxel, 1.25 with several classes, and 2 sizeof(T) per unknown.
#include <cmath>
#include <optional>

#include "host/bench/bench.hpp"
#include "host/generate.hpp"
#include "kernels/active_operator.hpp"
#include "kernels/labels.hpp"
#include "kernels/transport.hpp"
#include "kernels/transport_rows.hpp"

namespace tauvox::bench {
namespace {

/// The electrode as material classes: 3 = pore conducts; 4 = binder too; more = particles in blocks of unlike
/// classes.
Volume classes_of(Volume volume, std::int64_t classes) {
  auto& codes = std::get<std::vector<std::uint8_t>>(volume.codes);
  const Extent& e = volume.extent;
  const std::int64_t block = std::max<std::int64_t>(1, e.nx / 16);
  for (std::int64_t i = 0; i < e.voxels(); ++i) {
    std::uint8_t& code = codes[static_cast<std::size_t>(i)];  // 0 pore, 1 particle, 2 binder
    const std::int64_t blocks = i % e.nx / block + i / e.nx % e.ny / block + i / e.nx / e.ny / block;
    if (code == 0)
      code = first_conducting_class;
    else if (code == 2)
      code = classes > 3 ? first_conducting_class + 1 : wall_class;
    else
      code = static_cast<std::uint8_t>(classes > 4 ? first_conducting_class + 2 + blocks % (classes - 4)
                                                   : wall_class);
  }
  return volume;
}

Field<std::uint8_t> prepared(const Device& device, const Volume& volume) {
  std::vector<std::uint8_t> same(max_classes);
  for (std::size_t c = 0; c < same.size(); ++c) same[c] = static_cast<std::uint8_t>(c);
  Field<std::uint8_t> classes = map_labels(device, volume, same);
  set_class_halo(classes, Axis::z, {});
  return classes;
}

double rough(std::int64_t i) { return static_cast<double>(i * 7919 % 1009) / 1009 - 0.5; }

template <class T>
class FullGrid {
 public:
  /// The plain functor runs where there are more classes than the tuned rows can have.
  FullGrid(const Device& device, const Volume& volume, std::vector<double> conductivity, bool plain)
      : classes_(prepared(device, volume)),
        A_(classes_, faces(std::move(conductivity), plain), Axis::z, {}),
        p_(device, volume.extent),
        q_(device, volume.extent) {
    std::vector<T> host = p_.to_host();
    const std::int64_t row = volume.extent.nx + 2, plane = row * (volume.extent.ny + 2);
    for (std::int64_t z = 1; z <= volume.extent.nz; ++z)
      for (std::int64_t y = 1; y <= volume.extent.ny; ++y)
        for (std::int64_t x = 1; x <= volume.extent.nx; ++x) {
          const std::int64_t i = x + y * row + z * plane;
          host[static_cast<std::size_t>(i)] = static_cast<T>(rough(i));
        }
    p_.buffer().copy_from(host);
  }
  void apply() { A_.apply(p_, q_); }
  std::vector<T> result() const { return q_.to_host(); }

 private:
  static FaceTable faces(std::vector<double> conductivity, bool plain) {
    if (plain) conductivity.resize(TunedRows<T>::max_classes, 1);
    return make_faces(conductivity, {1, 1, 1}, Axis::z);
  }
  Field<std::uint8_t> classes_;
  TransportOperator<T> A_;
  Field<T> p_, q_;
};

template <class T>
class Unknowns {
 public:
  Unknowns(const Device& device, const Volume& volume, const std::vector<double>& conductivity, bool plain)
      : classes_(prepared(device, volume)),
        A_(classes_, conductivity, {1, 1, 1}, Axis::z, {}, plain ? KernelForm::plain : KernelForm::tuned),
        p_(device, A_.unknowns()),
        q_(device, A_.unknowns()) {
    std::vector<T> host;
    for (std::int64_t i = 0; i < A_.unknowns(); ++i) host.push_back(static_cast<T>(rough(i)));
    p_.copy_from(host);
  }
  void apply() { A_.apply_dot(p_, q_); }
  std::vector<T> result() const {
    std::vector<T> host(static_cast<std::size_t>(q_.size()));
    q_.copy_to(host);
    return host;
  }

 private:
  Field<std::uint8_t> classes_;
  ActiveOperator<T> A_;
  Buffer<T> p_, q_;
};

/// Tuned rows on the full grid give the same bits; other forms may differ by roundings of values of order 1.
template <class T>
void verify(const std::vector<T>& q, const std::vector<T>& plain, double slack) {
  for (std::size_t i = 0; i < q.size(); ++i)
    if (!(std::abs(static_cast<double>(q[i]) - static_cast<double>(plain[i])) <= slack))
      throw Error(ExitCode::internal, "the operator differs from its plain functor", "",
                  std::to_string(q[i]) + " instead of " + std::to_string(plain[i]));
}

template <class T, class Problem>
nlohmann::ordered_json measure(const Options& options) {
  const Device device = device_of(options);
  GenerateSettings settings;
  settings.size = {options.size, options.size, options.size};
  settings.porosity = options.porosity;
  const Volume volume = classes_of(generate(settings), options.classes);
  std::vector<double> conductivity;
  for (int c = first_conducting_class; c < options.classes; ++c) conductivity.push_back(1.0 / (c - 1));

  Problem problem(device, volume, conductivity, false);
  problem.apply();
  {
    Problem plain(Device::cpu(options.threads), volume, conductivity, true);
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
  line["operator"] = options.form;
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
  const bool single = options.precision == "single";
  if (options.form == "unknowns")
    return single ? measure<float, Unknowns<float>>(options) : measure<double, Unknowns<double>>(options);
  return single ? measure<float, FullGrid<float>>(options) : measure<double, FullGrid<double>>(options);
}

}  // namespace tauvox::bench
