// The metrics of geometry, each by itself: CPU seconds, memory beside the labels, and the answer, by which
// benchmarks/peers/geometry.py compares them with other programs. Labels are in memory before.
#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <functional>
#include <memory>
#include <numeric>

#include "benchmarks/dev/dev.hpp"
#include "host/generate/generate.hpp"
#include "io/read.hpp"
#include "kernels/base/find_device.hpp"
#include "kernels/geometry/distribution.hpp"
#include "kernels/geometry/geodesic.hpp"
#include "kernels/geometry/intrusion.hpp"
#include "kernels/geometry/lines.hpp"
#include "kernels/geometry/neighbour_pairs.hpp"
#include "kernels/geometry/particles.hpp"
#include "kernels/geometry/thickness.hpp"
#include "kernels/geometry/topology.hpp"
#include "kernels/volume/clusters.hpp"

namespace tauvox::bench {
namespace {

using Json = nlohmann::ordered_json;

/// Resident set in bytes: now, or the most since forget_peak().
std::int64_t resident(const char* which) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == which) {
      std::int64_t kilobytes = 0;
      status >> kilobytes;
      return kilobytes * 1024;
    }
  return 0;
}
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

constexpr std::array<double, 3> cube{1, 1, 1};

double mean_diameter(const SquaredDistance& values) {
  double sum = 0;
  std::int64_t voxels = 0;
  for (const SizeBin& bin : distribution_of(values)) {
    sum += 2 * std::sqrt(bin.squared) * static_cast<double>(bin.voxels);
    voxels += bin.voxels;
  }
  return sum / static_cast<double>(voxels);
}

double sum_of_squares(const SquaredDistance& values) {
  double sum = 0;
  for (const SizeBin& bin : distribution_of(values)) sum += bin.squared * static_cast<double>(bin.voxels);
  return sum;
}

/// Gives the number that a result stands for, after its time was taken: other programs' numbers are not timed
/// either.
using Answer = std::function<double()>;
Answer number(double value) {
  return [value] { return value; };
}
Answer of_sizes(SquaredDistance values, double (*number_of)(const SquaredDistance&)) {
  const auto kept = std::make_shared<const SquaredDistance>(std::move(values));
  return [kept, number_of] { return number_of(*kept); };
}

/// One phase against all others, its voxels cubes of edge 1.
class Metrics {
 public:
  Metrics(const Device& device, const Volume& volume, std::int64_t label) : codes_(device, volume) {
    for (const Label& one : volume.labels) {
      of_code_.push_back(one.value == label ? 0 : 1);
      in_phase_.push_back(one.value == label ? 1 : 0);
    }
    if (std::accumulate(in_phase_.begin(), in_phase_.end(), 0) == 0)
      throw Error(ExitCode::usage, "no voxel has this label", "--label", std::to_string(label));
  }

  struct Metric {
    const char *name, *answer_is;
    std::function<Answer()> run;
  };
  std::vector<Metric> all() const {
    std::vector<Metric> metrics = of_phase();
    if (of_code_.size() == 3)
      metrics.push_back({"triple", "edges where three labels meet, over all inside",
                         [this] { return number(triple_edges()); }});
    return metrics;
  }

 private:
  std::vector<Metric> of_phase() const {
    return {
        {"fraction", "volume fraction",
         [this] {
           return number(static_cast<double>(set().count()) / static_cast<double>(codes_.extent().voxels()));
         }},
        {"distance", "sum of squared distances", [this] { return of_sizes(distances(), sum_of_squares); }},
        {"thickness", "mean diameter", [this] { return of_sizes(thickness(), mean_diameter); }},
        {"intrusion", "mean diameter where mercury enters from z = 0",
         [this] { return of_sizes(intrusion(), mean_diameter); }},
        {"clusters", "clusters over faces", [this] { return number(clusters()); }},
        {"surface", "surface per volume, 13 directions, two lags", [this] { return number(surface()); }},
        {"euler", "Euler number, connected over faces",
         [this] { return number(static_cast<double>(count_euler(bits()).front().faces_6)); }},
        {"chords", "mean chord of three axes", [this] { return number(chord()); }},
        {"correlation", "sum of S2 of 101 lags along three axes", [this] { return number(correlation()); }},
        {"geodesic", "mean shortest way along z over the distance", [this] { return number(geodesic()); }},
        {"particles", "number of particles",
         [this] { return number(static_cast<double>(find_particles(distances(), cube).size())); }}};
  }
  PhaseBits bits() const { return {codes_, of_code_, 2}; }
  SquaredDistance distances() const { return squared_distance(bits(), 0, cube); }
  SquaredDistance thickness() const { return largest_covering_balls(distances(), cube); }
  SquaredDistance intrusion() const {
    return largest_covering_balls(widest_access(distances(), Axis::z, true), cube);
  }
  Unknowns set() const { return unknowns_of(codes_, in_phase_); }
  double clusters() const { return static_cast<double>(find_clusters(Runs(set())).count()); }
  double surface() const {
    const PhaseBits phases = bits();
    (void)count_neighbour_pairs(phases, 2);
    return surface_density(count_neighbour_pairs(phases, 1), pair_of(0, 1), cube);
  }
  double triple_edges() const {
    const Extent& e = codes_.extent();
    const std::array<std::int64_t, 3> n = e.zyx();
    std::int64_t found = 0, edges = 0;
    for (const std::int64_t count : count_triple_edges({codes_, {0, 1, 2}, 3}, {0, 1, 2})) found += count;
    for (std::size_t axis = 0; axis < 3; ++axis)
      edges += n[axis] * (n[(axis + 1) % 3] - 1) * (n[(axis + 2) % 3] - 1);
    return static_cast<double>(found) / static_cast<double>(edges);
  }
  double chord() const {
    const PhaseBits phases = bits();
    double voxels = 0, ends = 0;
    for (const Axis axis : all_axes) {
      const ChordCounts counts = count_chords(phases, axis).front();
      for (std::size_t length = 1; length < counts.all.size(); ++length)
        voxels += static_cast<double>(length) * static_cast<double>(counts.all[length]);
      ends += static_cast<double>(std::accumulate(counts.all.begin(), counts.all.end(), std::int64_t{0}));
    }
    return voxels / ends;
  }
  double correlation() const {
    constexpr std::int64_t lags = 101;
    const PhaseBits phases = bits();
    double sum = 0;
    for (const Axis axis : all_axes) {
      const std::int64_t length = phases.extent().along(axis), across = phases.extent().voxels() / length;
      const std::vector<std::int64_t> pairs = count_correlation(phases, axis, lags).front();
      for (std::int64_t lag = 0; lag < std::min(lags, length); ++lag)
        sum += static_cast<double>(pairs[static_cast<std::size_t>(lag)]) /
               static_cast<double>(across * (length - lag));
    }
    return sum;
  }
  double geodesic() const {
    const Runs runs(set());
    const Clusters found = find_clusters(runs);
    const Unknowns through = voxels_of(runs, found, spanning(found, Axis::z));
    return shortest_ways(through, Axis::z, true, cube).mean / static_cast<double>(codes_.extent().nz - 1);
  }

  Codes codes_;
  std::vector<std::uint8_t> of_code_, in_phase_;
};

Volume volume_of(const Options& options) {
  if (!options.file.empty()) return io::read_volume(options.file);
  GenerateSettings settings;
  settings.size = {options.size, options.size, options.size};
  settings.porosity = options.porosity;
  return generate(settings);
}

/// Memory is that of the first run: afterwards the allocator has some of it already.
/// @throws Error(internal) where a repetition has another answer
Json row_of(const Metrics::Metric& metric, int repeats, double voxels) {
  forget_peak();
  const std::int64_t before = resident("VmRSS:");
  double answer = 0, bytes = 0;
  {
    const Answer found = metric.run();
    bytes = static_cast<double>(resident("VmHWM:") - before);
    answer = found();
  }
  std::vector<double> seconds;
  for (int r = 0; r < repeats; ++r) {
    const std::clock_t start = std::clock();
    const Answer found = metric.run();
    seconds.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    if (found() != answer) throw Error(ExitCode::internal, "two runs have two answers", metric.name);
  }
  return {{"metric", metric.name},
          {"answer", answer},
          {"answer_is", metric.answer_is},
          {"cpu_s", median(seconds)},
          {"nanoseconds_per_voxel", 1e9 * median(seconds) / voxels},
          {"bytes_per_voxel", bytes / voxels}};
}

}  // namespace

nlohmann::ordered_json run_geometry(const Options& options) {
  const Device device = cpu_device(options.threads);
  const Volume volume = volume_of(options);
  const Metrics metrics(device, volume, options.label);
  Json line = head("geometry", device);
  line["input"] = options.file.empty() ? volume.path : options.file;
  line["shape"] = volume.extent.zyx();
  line["label"] = options.label;
  line["repeats"] = options.repeats;
  Json rows = Json::array();
  for (const Metrics::Metric& metric : metrics.all())
    if (options.metric.empty() || options.metric == metric.name)
      rows.push_back(row_of(metric, options.repeats, static_cast<double>(volume.extent.voxels())));
  if (rows.empty()) throw Error(ExitCode::usage, "no such metric", "--metric", options.metric);
  line["metrics"] = rows;
  return line;
}

}  // namespace tauvox::bench
