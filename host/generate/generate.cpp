// The table of generators, and what every generated volume has in common: checked settings, labels,
// provenance.
#include "host/generate/generate.hpp"

#include <fmt/format.h>

#include <cmath>
#include <new>
#include <stdexcept>

#include "host/generate/shapes.hpp"

namespace tauvox {
namespace {

enum class Uses { size, fraction, random, packing };  // settings that shape the result; the size always does

struct Row {
  const char* name;
  const char* meaning;
  Uses uses;
  LabelledBox (*make)(const GenerateSettings&);
};

constexpr Row table[] = {
    {"electrode", "packed spheres (1), carbon-binder at their contacts (2), pore (0)", Uses::packing,
     generate_electrode},
    {"uniform", "label 0 everywhere", Uses::size, generate_uniform},
    {"layers-series", "layers of one voxel across z: labels 0, 1, 2 and again", Uses::size,
     generate_layers_series},
    {"layers-parallel", "layers of one voxel along z, changing with x: labels 0, 1, 2 and again", Uses::size,
     generate_layers_parallel},
    {"channel", "straight channel (0) along z of the given fraction of the cross-section, rest 1",
     Uses::fraction, generate_channel},
    {"slanted-strip",
     "strip (0) of 2x2 voxels moving by one voxel in y and x per z; box N x N+1 x N+1, N = size z",
     Uses::size, generate_slanted_strip},
    {"cube", "centred cube (1) of half the smallest edge in 0", Uses::size, generate_cube},
    {"sphere", "centred sphere (1) of half the smallest edge in diameter, in 0", Uses::size, generate_sphere},
    {"sphere-large", "centred sphere (1) of 9/10 of the smallest edge in diameter, in 0", Uses::size,
     generate_sphere_large},
    {"sc", "simple cubic spheres (1) of the given fraction in 0; the cell is the smallest edge",
     Uses::fraction, generate_simple_cubic},
    {"bcc", "body-centred cubic spheres (1) of the given fraction in 0; the cell is the smallest edge",
     Uses::fraction, generate_body_centred},
    {"fcc", "face-centred cubic spheres (1) of the given fraction in 0; the cell is the smallest edge",
     Uses::fraction, generate_face_centred},
    {"checkerboard",
     "four quadrants 0/1 in z and y, alike along x: a checkerboard cut through its squares' centres",
     Uses::size, generate_checkerboard},
    {"dead-end", "pore (0) from the first z face that ends before the last one, in 1", Uses::size,
     generate_dead_end},
    {"gyroid",
     "gyroid surface, four cells along the smallest edge, between 0 and 1: equal halves in cubes of an edge "
     "divisible by 16, else 0 has up to 0.519 (all, where the edge is 4 or 8)",
     Uses::size, generate_gyroid},
    {"site-percolation",
     "every voxel is pore (0) with the chance of the given fraction, else 1; paths need more than 0.3116",
     Uses::random, generate_site_percolation},
    {"diagonal", "two blocks (0) in 1 that touch along an edge only, so no path along z", Uses::size,
     generate_diagonal},
};

std::vector<std::string> options_of(Uses uses) {
  switch (uses) {
    case Uses::size:
      return {};
    case Uses::fraction:
      return {"fraction"};
    case Uses::random:
      return {"fraction", "seed"};
    case Uses::packing:
      return {"porosity", "binder", "diameter", "seed"};
  }
  return {};
}

std::vector<std::string> phases_of(Uses uses) {
  if (uses != Uses::packing) return {};
  return {"pore", "active", "binder"};
}

const Row& row_of(const std::string& shape) {
  std::string names;
  for (const Row& row : table) {
    if (shape == row.name) return row;
    names += (names.empty() ? "" : ", ") + std::string(row.name);
  }
  throw Error(ExitCode::usage, "unknown shape '" + shape + "'", "", "", "choose one of: " + names);
}

void check_sizes(const GenerateSettings& settings) {
  constexpr std::int64_t most = std::int64_t{1} << 31;  // keeps fixed-point coordinates within 64 bits
  for (const std::int64_t voxels : settings.size)
    if (voxels < 1 || voxels > most)
      throw Error(ExitCode::usage, "the size of the volume is out of range", settings.shape,
                  fmt::format("got {}x{}x{} (z,y,x)", settings.size[0], settings.size[1], settings.size[2]),
                  fmt::format("give three numbers from 1 to {}", most));
  if (!(settings.voxel_size > 0 && std::isfinite(settings.voxel_size)))
    throw Error(ExitCode::usage, "the voxel size must be a length above 0", settings.shape,
                fmt::format("got {} m", settings.voxel_size), "give it in metres, such as 4e-7");
}

LabelledBox make(const Row& row, const GenerateSettings& settings) {
  const auto too_large = [&] {
    return Error(ExitCode::resources, "not enough memory for the volume", row.name,
                 fmt::format("size {}x{}x{} (z,y,x) needs {} per voxel", settings.size[0], settings.size[1],
                             settings.size[2], row.uses == Uses::packing ? "5 bytes" : "1 byte"),
                 "give a smaller size");
  };
  try {
    return row.make(settings);
  } catch (const std::bad_alloc&) {
    throw too_large();
  } catch (const std::length_error&) {
    throw too_large();
  }
}

std::string describe(const GenerateSettings& settings, const Extent& extent, Uses uses) {
  std::string text =
      fmt::format("generated: {} size={}x{}x{}", settings.shape, extent.nz, extent.ny, extent.nx);
  if (uses == Uses::fraction) text += fmt::format(" fraction={}", settings.fraction);
  if (uses == Uses::random) text += fmt::format(" fraction={} seed={}", settings.fraction, settings.seed);
  if (uses == Uses::packing)
    text += fmt::format(" porosity={} binder={} diameter={},{} seed={}", settings.porosity, settings.binder,
                        settings.diameter[0], settings.diameter[1], settings.seed);
  return text;
}

}  // namespace

const std::vector<Generator>& generators() {
  static const std::vector<Generator> list = [] {
    std::vector<Generator> rows;
    for (const Row& row : table)
      rows.push_back({row.name, row.meaning, options_of(row.uses), phases_of(row.uses)});
    return rows;
  }();
  return list;
}

std::string phases_of(const std::string& shape, const Volume& volume) {
  std::string text;
  for (const Generator& g : generators()) {
    if (g.name != shape) continue;
    for (const Label& label : volume.labels)
      if (label.value < std::ssize(g.phases))
        text += fmt::format("{}{}={}", text.empty() ? "" : ",",
                            g.phases[static_cast<std::size_t>(label.value)], label.value);
  }
  return text;
}

void check(const GenerateSettings& settings) {
  (void)row_of(settings.shape);
  check_sizes(settings);
}

Volume generate(const GenerateSettings& settings) {
  check(settings);
  const Row& row = row_of(settings.shape);
  LabelledBox box = make(row, settings);

  Volume volume;
  volume.extent = box.extent;
  std::array<std::int64_t, 256> voxels{};
  for (const std::uint8_t label : box.labels) ++voxels[label];
  std::array<std::uint8_t, 256> code{};
  for (std::size_t label = 0; label < voxels.size(); ++label) {
    if (voxels[label] == 0) continue;
    code[label] = static_cast<std::uint8_t>(volume.labels.size());
    volume.labels.push_back({static_cast<std::int64_t>(label), voxels[label]});
  }
  for (std::uint8_t& label : box.labels) label = code[label];
  volume.codes = std::move(box.labels);

  volume.voxel_size = {settings.voxel_size, settings.voxel_size, settings.voxel_size};
  volume.voxel_size_source = "generated";
  volume.path = describe(settings, volume.extent, row.uses);
  volume.stored_type = "uint8";
  volume.format = "generated";
  return volume;
}

}  // namespace tauvox
