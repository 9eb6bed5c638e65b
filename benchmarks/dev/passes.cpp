// The passes over the voxels of which a solve consists, each form of them beside the triad in turns.
#include <cmath>
#include <functional>
#include <limits>

#include "benchmarks/dev/electrode.hpp"
#include "host/solve/bound.hpp"

namespace tauvox::bench {
namespace {

using Json = nlohmann::ordered_json;

/// What a pass leaves behind, for comparing forms.
struct Outcome {
  double sum = 0;
  std::vector<double> values;
};

template <class T>
std::vector<double> doubles(const Buffer<T>& buffer) {
  const std::vector<T> host = buffer.to_host();
  return {host.begin(), host.end()};
}

/// One problem, its vectors, and the passes on them in one form.
class Passes {
 public:
  Passes(const Problem& problem, KernelForm form)
      : A_(problem, form),
        hierarchy_(A_.device(), A_.medium()),
        r_(A_.vector_of(rough_values<float>(A_.unknowns()))),
        x_(A_.vector()),
        p_(A_.vector()),
        parts_(A_.device(), A_.parts_of_sum(A_.extent())),
        coarse_(A_.device(), hierarchy_.blocks().nodes),
        rest_(A_.device(), hierarchy_.blocks().nodes) {
    x_.zero(), p_.zero();
    coarse_.copy_from(rough_values<float>(coarse_.size()));
  }

  struct Pass {
    const char* name;
    std::function<double()> run;
    std::function<std::vector<double>()> result;
  };
  std::vector<Pass> all() {
    const auto done = [](const auto& pass) {
      return [pass] {
        pass();
        return 0.0;
      };
    };
    return {{"curvature", [this] { return A_.curvature(r_); }, [] { return std::vector<double>(); }},
            {"subtract_applied", done([this] { A_.subtract_applied(x_, 0.01, r_); }),
             [this] { return doubles(x_); }},
            {"smooth_restrict",
             done([this] { A_.smooth_restrict(hierarchy_.blocks(), r_, down_.data(), parts_.data()); }),
             [this] { return doubles(down_); }},
            {"prolong_advance", done([this] {
               A_.prolong_advance(hierarchy_.blocks(), 1.95f, coarse_.data(), r_, x_, 0.01, p_, 0.01);
             }),
             [this] { return doubles(p_); }},
            {"evaluate", [this] { return A_.evaluate(r_, hierarchy_.blocks(), rest_).energy; },
             [this] { return doubles(rest_); }}};
  }
  double bound() const { return bound_energy(A_, hierarchy_, r_).lower; }
  std::int64_t unknowns() const { return A_.unknowns(); }

 private:
  TransportOperator<float> A_;
  Hierarchy hierarchy_;
  Buffer<float> r_, x_, p_;
  Buffer<double> parts_;
  Buffer<float> coarse_, down_{r_.device(), coarse_.size()};
  Buffer<double> rest_;
};

/// @throws Error(internal) where two forms differ by more than roundings
void expect_same(const char* name, const Outcome& tuned, const Outcome& plain) {
  const double slack = 256 * double{std::numeric_limits<float>::epsilon()};
  double off = std::abs(tuned.sum - plain.sum) / std::max(1.0, std::abs(plain.sum));
  for (std::size_t i = 0; i < plain.values.size(); ++i)
    off = std::max(off, std::abs(tuned.values[i] - plain.values[i]));
  if (!(off <= slack))
    throw Error(ExitCode::internal, "a kernel differs from its plain functor", name,
                std::to_string(off) + " instead of " + std::to_string(slack));
}

}  // namespace

Json run_passes(const Options& options) {
  const Device device = device_of(options);
  const Volume volume = electrode_classes(options);
  const auto voxels = static_cast<double>(volume.extent.voxels());
  const Problem problem = along_z(device, volume, electrode_conductivity(options), true);
  std::optional<Triad> triad;
  if (!options.no_triad) {
    triad.emplace(device, options.megabytes);
    triad->run();
  }
  Json line = head("passes", device), rows = Json::array();
  std::vector<double> triad_seconds;
  const auto measure = [&](const char* name, const char* form, const std::function<void()>& run) {
    std::vector<double> seconds;
    std::int64_t counted = 0;
    for (int r = 0; r < options.repeats; ++r) {
      if (triad) triad_seconds.push_back(seconds_of(device, [&] { triad->run(); }));
      const std::int64_t before = device.traffic_bytes();
      seconds.push_back(seconds_of(device, run));
      counted = device.traffic_bytes() - before;
    }
    const double bandwidth = static_cast<double>(counted) / median(seconds);
    rows.push_back({{"pass", name},
                    {"form", form},
                    {"seconds", median(seconds)},
                    {"voxels_per_second", voxels / median(seconds)},
                    {"bytes_per_voxel", static_cast<double>(counted) / voxels},
                    {"gbytes_per_second", bandwidth * 1e-9}});
  };

  std::vector<Outcome> plain;
  for (const KernelForm form : {KernelForm::plain, KernelForm::tuned}) {
    const bool tuned = form == KernelForm::tuned;
    Passes passes(problem, form);
    line["unknowns"] = passes.unknowns();
    std::size_t k = 0;
    for (const Passes::Pass& pass : passes.all()) {
      const Outcome outcome{pass.run(), pass.result()};
      if (tuned)
        expect_same(pass.name, outcome, plain[k++]);
      else
        plain.push_back(outcome);
      measure(pass.name, tuned ? "tuned" : "plain", [&] { pass.run(); });
    }
    if (tuned) measure("bound", "tuned", [&] { passes.bound(); });
  }
  line["size"] = options.size;
  line["classes"] = options.classes;
  line["repeats"] = options.repeats;
  if (triad) {
    const double triad_bandwidth = triad->bytes() / median(triad_seconds);
    line["triad_gbytes_per_second"] = triad_bandwidth * 1e-9;
    for (Json& row : rows)
      row["percent_of_triad"] = 100 * row["gbytes_per_second"].get<double>() / (triad_bandwidth * 1e-9);
  }
  line["passes"] = rows;
  return line;
}

}  // namespace tauvox::bench
