// Named shapes with known answers. Positions are counted in half voxels from the centre of the box or cell,
// X = 2x + 1 - N, so that every comparison is between integers.
#include "host/generate/shapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "host/generate/random.hpp"

namespace tauvox {
namespace {

/// Asks label_of(z, y, x) for every voxel.
template <class LabelOf>
LabelledBox fill(const Extent& extent, LabelOf label_of) {
  LabelledBox box{extent, std::vector<std::uint8_t>(static_cast<std::size_t>(extent.voxels()))};
  auto label = box.labels.begin();
  for (std::int64_t z = 0; z < extent.nz; ++z)
    for (std::int64_t y = 0; y < extent.ny; ++y)
      for (std::int64_t x = 0; x < extent.nx; ++x) *label++ = static_cast<std::uint8_t>(label_of(z, y, x));
  return box;
}

std::int64_t smallest_edge(const Extent& extent) { return std::min({extent.nx, extent.ny, extent.nz}); }

/// Label 1 where inside(|Z|, |Y|, |X|, N) holds, with N the smallest edge and the distances from the box's
/// centre.
template <class Inside>
LabelledBox centred(const GenerateSettings& settings, Inside inside) {
  const Extent extent = make_extent(settings.size);
  const std::int64_t edge = smallest_edge(extent);
  return fill(extent, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return inside(std::abs(2 * z + 1 - extent.nz), std::abs(2 * y + 1 - extent.ny),
                  std::abs(2 * x + 1 - extent.nx), edge);
  });
}

void require_fraction(const GenerateSettings& settings, double largest, const std::string& why) {
  if (!(settings.fraction > 0 && settings.fraction <= largest))
    throw Error(ExitCode::usage, "fraction is out of range", settings.shape,
                fmt::format("got {}", settings.fraction),
                fmt::format("give a fraction above 0 and up to {} ({})", largest, why));
}

struct Site {
  int z, y, x;  // in half cells
};

/// Spheres of equal size at the sites of a cubic cell, whose edge N is the smallest edge; longer axes repeat
/// the cell.
LabelledBox lattice(const GenerateSettings& settings, const std::vector<Site>& sites, double touching) {
  require_fraction(settings, touching, "where the spheres touch");
  const Extent extent = make_extent(settings.size);
  const std::int64_t edge = smallest_edge(extent);
  // Sphere diameter cubed D^3 = 6 f N^3 / (pi sites); a centre within D/2 has X^2+Y^2+Z^2 <= D^2 in half
  // voxels. The largest integer below D^2 is found with products alone: a library's cube root may differ in
  // its last bit.
  const double cells = static_cast<double>(edge);
  const double diameter_cubed =
      6 * settings.fraction * cells * cells * cells / (3.141592653589793 * static_cast<double>(sites.size()));
  std::int64_t threshold = 0, beyond = 3 * edge * edge + 1;
  while (beyond - threshold > 1) {
    const std::int64_t middle = threshold + (beyond - threshold) / 2;
    const double square = static_cast<double>(middle);
    (square * square * square <= diameter_cubed * diameter_cubed ? threshold : beyond) = middle;
  }

  const auto distance = [edge](std::int64_t i,
                               int site) {  // to the nearest repeat of the site, in half voxels
    const std::int64_t ahead = (2 * i + 1 + (2 - site) * edge) % (2 * edge);
    return std::min(ahead, 2 * edge - ahead);
  };
  return fill(extent, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return std::any_of(sites.begin(), sites.end(), [&](const Site& site) {
      const std::int64_t dz = distance(z, site.z), dy = distance(y, site.y), dx = distance(x, site.x);
      return dz * dz + dy * dy + dx * dx <= threshold;
    });
  });
}

}  // namespace

LabelledBox generate_uniform(const GenerateSettings& settings) {
  return fill(make_extent(settings.size), [](std::int64_t, std::int64_t, std::int64_t) { return 0; });
}

LabelledBox generate_layers_series(const GenerateSettings& settings) {
  return fill(make_extent(settings.size), [](std::int64_t z, std::int64_t, std::int64_t) { return z % 3; });
}

LabelledBox generate_layers_parallel(const GenerateSettings& settings) {
  return fill(make_extent(settings.size), [](std::int64_t, std::int64_t, std::int64_t x) { return x % 3; });
}

LabelledBox generate_channel(const GenerateSettings& settings) {
  require_fraction(settings, 1, "the whole cross-section");
  const Extent extent = make_extent(settings.size);
  // Columns are taken row by row: any number of them is one connected channel.
  const std::int64_t columns = std::llround(settings.fraction * static_cast<double>(extent.nx * extent.ny));
  return fill(extent,
              [&](std::int64_t, std::int64_t y, std::int64_t x) { return y * extent.nx + x >= columns; });
}

LabelledBox generate_slanted_strip(const GenerateSettings& settings) {
  const std::int64_t layers = settings.size[0];
  return fill(make_extent({layers, layers + 1, layers + 1}),
              [](std::int64_t z, std::int64_t y, std::int64_t x) {
                return !(y >= z && y <= z + 1 && x >= z && x <= z + 1);
              });
}

LabelledBox generate_cube(const GenerateSettings& settings) {
  return centred(settings, [](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t edge) {
    return 2 * std::max({z, y, x}) < edge;
  });
}

LabelledBox generate_sphere(const GenerateSettings& settings) {
  return centred(settings, [](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t edge) {
    return 4 * (x * x + y * y + z * z) <= edge * edge;
  });
}

LabelledBox generate_sphere_large(const GenerateSettings& settings) {
  return centred(settings, [](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t edge) {
    return 100 * (x * x + y * y + z * z) <= 81 * edge * edge;
  });
}

LabelledBox generate_simple_cubic(const GenerateSettings& settings) {
  return lattice(settings, {{1, 1, 1}}, 0.5235987);
}

LabelledBox generate_body_centred(const GenerateSettings& settings) {
  return lattice(settings, {{0, 0, 0}, {1, 1, 1}}, 0.6801747);
}

LabelledBox generate_face_centred(const GenerateSettings& settings) {
  return lattice(settings, {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}}, 0.7404804);
}

LabelledBox generate_checkerboard(const GenerateSettings& settings) {
  const Extent extent = make_extent(settings.size);
  return fill(extent, [&](std::int64_t z, std::int64_t y, std::int64_t) {
    return (2 * z >= extent.nz) != (2 * y >= extent.ny);
  });
}

LabelledBox generate_dead_end(const GenerateSettings& settings) {
  const Extent extent = make_extent(settings.size);
  const std::int64_t closed = std::max<std::int64_t>(1, extent.nz / 4);
  return fill(extent, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    const bool within = z < extent.nz - closed && y >= extent.ny / 4 && y < extent.ny - extent.ny / 4 &&
                        x >= extent.nx / 4 && x < extent.nx - extent.nx / 4;
    return !within;
  });
}

LabelledBox generate_gyroid(const GenerateSettings& settings) {
  const Extent extent = make_extent(settings.size);
  constexpr std::int64_t cells = 4, one = std::int64_t{1} << 28;
  const std::int64_t edge = smallest_edge(extent);
  // Sine and cosine as integers: libraries differ in the last of 53 bits, not in the 28 that are kept.
  std::vector<std::int64_t> sine, cosine;
  for (std::int64_t i = 0; i < std::max({extent.nx, extent.ny, extent.nz}); ++i) {
    const std::int64_t in_cell = cells * (2 * i + 1) % (2 * edge);  // of a cell of 2 edge
    const double angle = 3.141592653589793 * static_cast<double>(in_cell) / static_cast<double>(edge);
    sine.push_back(std::llround(std::sin(angle) * static_cast<double>(one)));
    cosine.push_back(std::llround(std::cos(angle) * static_cast<double>(one)));
  }
  const auto at = [](const std::vector<std::int64_t>& table, std::int64_t i) {
    return table[static_cast<std::size_t>(i)];
  };
  return fill(extent, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return at(sine, x) * at(cosine, y) + at(sine, y) * at(cosine, z) + at(sine, z) * at(cosine, x) > 0;
  });
}

LabelledBox generate_site_percolation(const GenerateSettings& settings) {
  require_fraction(settings, 1, "pore everywhere");
  const Extent extent = make_extent(settings.size);
  constexpr std::uint32_t stream = 3;  // the electrode uses 0 to 2
  const auto limit = static_cast<std::int64_t>(settings.fraction * 0x1p62);
  return fill(extent, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    const auto voxel = static_cast<std::uint64_t>((z * extent.ny + y) * extent.nx + x);
    return static_cast<std::int64_t>(random_bits(settings.seed, stream, voxel) >> 2) >= limit;
  });
}

LabelledBox generate_diagonal(const GenerateSettings& settings) {
  const Extent extent = make_extent(settings.size);
  return fill(extent, [&](std::int64_t z, std::int64_t y, std::int64_t) {
    const bool lower = 2 * z < extent.nz;
    return !(lower ? y >= extent.ny / 4 && y < extent.ny / 2
                   : y >= extent.ny / 2 && y < extent.ny - extent.ny / 4);
  });
}

}  // namespace tauvox
