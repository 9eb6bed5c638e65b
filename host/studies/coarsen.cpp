#include "host/studies/coarsen.hpp"

#include <algorithm>
#include <cmath>

#include "host/studies/derived_volume.hpp"

namespace tauvox {
namespace {

/// Where the voxels of a coarse axis come from: that nearest to the centre, and the block
/// begin[i]..begin[i+1].
struct CoarseAxis {
  std::vector<std::int64_t> centre, begin;
};

CoarseAxis coarse_axis(std::int64_t fine, std::int64_t coarse, int factor, CoarseRule rule) {
  const auto lower = [&](std::int64_t i) {
    return (2 * factor * i + factor - 1) * fine / (2 * factor * coarse);
  };
  CoarseAxis axis;
  for (std::int64_t i = 0; i < coarse; ++i)
    axis.centre.push_back(rule == CoarseRule::sample_upper ? fine - 1 - lower(coarse - 1 - i) : lower(i));
  for (std::int64_t i = 0; i <= coarse; ++i) axis.begin.push_back(i * fine / coarse);
  return axis;
}

template <class Code>
struct Coarsener {
  const LabelArray<Code>& codes;
  Extent fine;
  CoarseAxis z, y, x;
  std::int64_t outside;  // the code, or one that is none
  const Kinds& kinds;
  std::vector<std::pair<Code, int>> votes = {};  // of one block, by kind where there are any

  Code at(std::int64_t k, std::int64_t j, std::int64_t i) const {
    return codes[static_cast<std::size_t>(i + fine.nx * (j + fine.ny * k))];
  }
  Code sampled(std::size_t k, std::size_t j, std::size_t i) const {
    return at(z.centre[k], y.centre[j], x.centre[i]);
  }
  /// What is outside is sampled, so that a straight surface of the sample stays straight.
  Code voted(std::size_t k, std::size_t j, std::size_t i) {
    if (sampled(k, j, i) == outside) return static_cast<Code>(outside);
    votes.clear();
    for (std::int64_t c = z.begin[k]; c < z.begin[k + 1]; ++c)
      for (std::int64_t b = y.begin[j]; b < y.begin[j + 1]; ++b)
        for (std::int64_t a = x.begin[i]; a < x.begin[i + 1]; ++a) {
          Code code = at(c, b, a);
          if (code == outside) continue;
          if (!kinds.empty()) code = static_cast<Code>(kinds[static_cast<std::size_t>(code)]);
          auto found = std::find_if(votes.begin(), votes.end(),
                                    [code](const std::pair<Code, int>& v) { return v.first == code; });
          if (found == votes.end()) found = votes.insert(found, {code, 0});
          ++found->second;
        }
    std::sort(votes.begin(), votes.end(), [](const auto& a, const auto& b) {
      return a.second > b.second || (a.second == b.second && a.first < b.first);
    });
    const auto tied = static_cast<std::size_t>(
        std::count_if(votes.begin(), votes.end(),
                      [this](const std::pair<Code, int>& v) { return v.second == votes.front().second; }));
    const Code most = votes[(k + j + i) % tied].first;
    if (kinds.empty()) return most;
    return static_cast<Code>(std::find(kinds.begin(), kinds.end(), most) - kinds.begin());
  }
};

template <class Code>
std::vector<Code> coarse_codes(const LabelArray<Code>& codes, const Extent& fine, const Extent& coarse,
                               int factor, CoarseRule rule, std::int64_t outside, const Kinds& kinds) {
  Coarsener<Code> from{codes,
                       fine,
                       coarse_axis(fine.nz, coarse.nz, factor, rule),
                       coarse_axis(fine.ny, coarse.ny, factor, rule),
                       coarse_axis(fine.nx, coarse.nx, factor, rule),
                       outside,
                       kinds};
  std::vector<Code> out;
  out.reserve(static_cast<std::size_t>(coarse.voxels()));
  for (std::size_t k = 0; k < static_cast<std::size_t>(coarse.nz); ++k)
    for (std::size_t j = 0; j < static_cast<std::size_t>(coarse.ny); ++j)
      for (std::size_t i = 0; i < static_cast<std::size_t>(coarse.nx); ++i)
        out.push_back(rule == CoarseRule::vote ? from.voted(k, j, i) : from.sampled(k, j, i));
  return out;
}

}  // namespace

Extent coarse_extent(const Extent& extent, int factor) {
  std::array<std::int64_t, 3> n = extent.zyx();
  for (std::int64_t& length : n)
    length = std::max<std::int64_t>(1, (2 * length + factor) / (2 * std::int64_t{factor}));
  return make_extent(n);
}

double refinement(const Extent& fine, const Extent& coarse) {
  double product = 1;
  int axes = 0;
  for (const Axis axis : all_axes)
    if (fine.along(axis) > 1) {
      product *= static_cast<double>(fine.along(axis)) / static_cast<double>(coarse.along(axis));
      ++axes;
    }
  return axes > 0 ? std::pow(product, 1.0 / axes) : 1;
}

Volume coarsen(const Volume& volume, int factor, CoarseRule rule, const Kinds& kinds) {
  const Extent extent = coarse_extent(volume.extent, factor);
  Volume coarse = derived_volume(volume, extent, [&](const auto& codes) {
    return coarse_codes(codes, volume.extent, extent, factor, rule,
                        static_cast<std::int64_t>(volume.labels.size()), kinds);
  });
  const std::array<std::int64_t, 3> from = volume.extent.zyx(), to = extent.zyx();
  // Where nobody gave a size only the ratios count, and an odd length has made them differ a little.
  std::array<double, 3> size = volume.spacing();
  for (std::size_t axis = 0; axis < 3; ++axis)
    size[axis] *= static_cast<double>(from[axis]) / static_cast<double>(to[axis]);
  coarse.voxel_size = size;
  coarse.voxel_ratio.reset();
  return coarse;
}

Materials materials_of(const Volume& coarse, const Materials& fine) {
  Materials m = fine;
  m.mean = m.volume_fraction = 0;
  for (std::size_t code = 0; code < m.phases.size(); ++code) {
    Phase& phase = m.phases[code];
    phase.voxels = coarse.labels[code].voxels;
    phase.volume_fraction = coarse.fraction(coarse.labels[code]);
    if (phase.conductivity > 0) m.volume_fraction += phase.volume_fraction;
    if (m.largest > 0) m.mean += phase.volume_fraction * phase.conductivity / m.largest;
  }
  return m;
}

}  // namespace tauvox
