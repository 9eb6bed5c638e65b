#include "host/studies/sample.hpp"

#include "kernels/volume/beside.hpp"

namespace tauvox {
namespace {

std::int64_t code_of_outside(const Volume& volume) { return static_cast<std::int64_t>(volume.labels.size()); }

/// Pairs of a voxel of one and a voxel of another set, which are the same, are those in it. Empty where all
/// are.
std::optional<Unknowns> voxels_of_sample(const Codes& codes, const Volume& volume) {
  if (!volume.outside) return std::nullopt;
  std::vector<std::uint8_t> in_sample(volume.codes_there_are(), 1);
  in_sample.back() = 0;
  return unknowns_of(codes, in_sample);
}

}  // namespace

std::optional<PhaseBits> bits_of_sample(const Codes& codes, const Volume& volume) {
  if (!volume.outside) return std::nullopt;
  std::vector<std::uint8_t> phase_of_code(volume.codes_there_are());
  phase_of_code.back() = no_phase;
  return PhaseBits(codes, phase_of_code, 1);
}

void count_in_sample(NeighbourPairs& pairs, const Codes& codes, const Volume& volume) {
  if (const std::optional<Unknowns> sample = voxels_of_sample(codes, volume))
    pairs.all = count_neighbour_pairs(PhaseBits({&*sample, &*sample}), pairs.lag).of_pair.front();
}

void count_in_sample(std::vector<NeighbourPairs>& layers, Axis axis, const Codes& codes,
                     const Volume& volume) {
  const std::optional<Unknowns> sample = voxels_of_sample(codes, volume);
  if (!sample) return;
  const std::vector<NeighbourPairs> found = count_pairs_of_layers(PhaseBits({&*sample, &*sample}), axis);
  for (std::size_t i = 0; i < layers.size(); ++i) layers[i].all = found[i].of_pair.front();
}

void mark_at_surface(Clusters& clusters, const Runs& runs, const Codes& codes, const Volume& volume) {
  if (volume.outside) mark_beside(clusters, runs, codes, code_of_outside(volume));
}

SquaredDistance distances_in_sample(const Codes& codes, const Volume& volume, const PhaseBits& bits,
                                    int phase, const PhaseSet& set) {
  const std::array<double, 3> edges = voxel_edges(volume);
  if (!volume.outside) return squared_distance(bits, phase, edges);
  std::vector<std::uint8_t> phase_of_code;
  for (const std::uint8_t in : set.codes) phase_of_code.push_back(in ? 0 : no_phase);
  phase_of_code.back() = 0;  // nothing is known to end there
  SquaredDistance found = squared_distance(PhaseBits(codes, phase_of_code, 1), 0, edges);
  leave_out(found, codes, code_of_outside(volume));
  return found;
}

std::vector<std::uint8_t> voxels_outside(const Volume& volume) {
  std::vector<std::uint8_t> outside;
  if (!volume.outside) return outside;
  outside.reserve(static_cast<std::size_t>(volume.extent.voxels()));
  std::visit(
      [&](const auto& codes) {
        for (const auto code : codes) outside.push_back(code == volume.labels.size());
      },
      volume.codes);
  return outside;
}

}  // namespace tauvox
