#include "benchmarks/dev/electrode.hpp"

#include <algorithm>

#include "host/generate/generate.hpp"
#include "kernels/volume/clusters.hpp"
#include "kernels/volume/codes.hpp"

namespace tauvox::bench {

Volume electrode_classes(const Options& options) {
  GenerateSettings settings;
  settings.size = {options.size, options.size, options.size};
  settings.porosity = options.porosity;
  Volume volume = generate(settings);
  auto& codes = std::get<LabelArray<std::uint8_t>>(volume.codes);
  const Extent& e = volume.extent;
  const std::int64_t block = std::max<std::int64_t>(1, e.nx / 16);
  for (std::int64_t i = 0; i < e.voxels(); ++i) {
    std::uint8_t& code = codes[static_cast<std::size_t>(i)];  // 0 pore, 1 particle, 2 binder
    const std::int64_t blocks = i % e.nx / block + i / e.nx % e.ny / block + i / e.nx / e.ny / block;
    if (code == 0)
      code = first_conducting_class;
    else if (code == 2)
      code = options.classes > 3 ? first_conducting_class + 1 : wall_class;
    else
      code = static_cast<std::uint8_t>(
          options.classes > 4 ? first_conducting_class + 2 + blocks % (options.classes - 4) : wall_class);
  }
  return volume;
}

Problem along_z(const Device& device, const Volume& volume, const std::vector<double>& conductivity,
                bool spanning_only) {
  const auto held = std::make_shared<const Codes>(device, volume);
  const Codes& codes = *held;
  std::vector<std::uint8_t> class_of_code, conducts;
  for (int c = 0; c < max_classes; ++c) {
    class_of_code.push_back(static_cast<std::uint8_t>(c));
    conducts.push_back(c >= first_conducting_class);
  }
  Unknowns unknowns = unknowns_of(codes, conducts);
  if (spanning_only) {
    const Runs runs(unknowns);
    const Clusters clusters = find_clusters(runs);
    unknowns = voxels_of(runs, clusters, spanning(clusters, Axis::z));
  }
  Problem problem;
  problem.unknowns = std::make_shared<Unknowns>(std::move(unknowns));
  problem.conductivity = conductivity;
  problem.sides = Sides::between_plates(Axis::z, false);
  problem.codes = held;
  problem.class_of_code = class_of_code;
  return problem;
}

std::vector<double> electrode_conductivity(const Options& options) {
  std::vector<double> conductivity;
  for (int c = first_conducting_class; c < options.classes; ++c) conductivity.push_back(1.0 / (c - 1));
  return conductivity;
}

double rough(std::int64_t i) { return static_cast<double>(i * 7919 % 1009) / 1009 - 0.5; }

}  // namespace tauvox::bench
