// What the rows of the table in generate.cpp call: each function fills a box with labels.
#pragma once

#include <cstdint>
#include <vector>

#include "host/generate/generate.hpp"
#include "kernels/base/extent.hpp"

namespace tauvox {

/// Labels of a new volume, [z][y][x]; 1 byte per voxel.
struct LabelledBox {
  Extent extent;
  std::vector<std::uint8_t> labels;
};

/// @throws Error(usage) naming the valid range of a setting that is out of it
LabelledBox generate_electrode(const GenerateSettings& settings);

LabelledBox generate_uniform(const GenerateSettings& settings);
LabelledBox generate_layers_series(const GenerateSettings& settings);
LabelledBox generate_layers_parallel(const GenerateSettings& settings);
LabelledBox generate_channel(const GenerateSettings& settings);
LabelledBox generate_slanted_strip(const GenerateSettings& settings);
LabelledBox generate_cube(const GenerateSettings& settings);
LabelledBox generate_sphere(const GenerateSettings& settings);
LabelledBox generate_sphere_large(const GenerateSettings& settings);
LabelledBox generate_simple_cubic(const GenerateSettings& settings);
LabelledBox generate_body_centred(const GenerateSettings& settings);
LabelledBox generate_face_centred(const GenerateSettings& settings);
LabelledBox generate_checkerboard(const GenerateSettings& settings);
LabelledBox generate_dead_end(const GenerateSettings& settings);
LabelledBox generate_gyroid(const GenerateSettings& settings);
LabelledBox generate_site_percolation(const GenerateSettings& settings);
LabelledBox generate_diagonal(const GenerateSettings& settings);

}  // namespace tauvox
