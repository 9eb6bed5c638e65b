#include "host/studies/voxel_flux.hpp"

#include <cmath>

#include "kernels/volume/codes.hpp"

namespace tauvox {

VoxelFlux::VoxelFlux(const Volume& volume, const Materials& materials, std::span<const float> concentration,
                     Axis flow, bool periodic, bool sealed)
    : volume_(volume),
      concentration_(concentration),
      flow_(flow),
      periodic_(periodic),
      sealed_(sealed),
      strides_{volume.extent.nx * volume.extent.ny, volume.extent.nx, 1} {
  for (const std::uint8_t c : materials.class_of_code)  // of the classes: their fluxes are in balance
    conductivity_.push_back(
        c < first_conducting_class
            ? 0
            : materials.class_conductivity[static_cast<std::size_t>(c - first_conducting_class)]);
  const std::array<double, 3> edges = volume.spacing();
  const double length =
      edges[static_cast<std::size_t>(flow)] * static_cast<double>(volume.extent.along(flow));
  for (std::size_t axis = 0; axis < 3; ++axis) steps_[axis] = length / edges[axis];
}

double VoxelFlux::conductivity(std::int64_t i) const {
  if (std::isnan(concentration_[static_cast<std::size_t>(i)])) return 0;
  return conductivity_[static_cast<std::size_t>(volume_.code(i))];
}

/// Towards the side behind; 0 where one of the two does not conduct.
double VoxelFlux::through_face(std::int64_t from, std::int64_t to, Axis axis) const {
  const double a = conductivity(from), b = conductivity(to);
  if (a <= 0 || b <= 0) return 0;
  const double drop = static_cast<double>(concentration_[static_cast<std::size_t>(from)]) -
                      static_cast<double>(concentration_[static_cast<std::size_t>(to)]);
  return 2 * a * b / (a + b) * drop * steps_[static_cast<std::size_t>(axis)];
}

double VoxelFlux::component(std::int64_t i, std::int64_t place, Axis axis) const {
  const double a = conductivity(i);
  if (a <= 0) return 0;
  const std::int64_t last = volume_.extent.along(axis) - 1;
  const std::int64_t stride = strides_[static_cast<std::size_t>(axis)];
  const double u = static_cast<double>(concentration_[static_cast<std::size_t>(i)]);
  const double to_plate = 2 * a * steps_[static_cast<std::size_t>(axis)];  // half a voxel away
  double before = 0, behind = 0;
  if (place > 0)
    before = through_face(i - stride, i, axis);
  else if (axis == flow_)
    before = to_plate * (1 - u);
  else if (periodic_)
    before = through_face(i + last * stride, i, axis);
  if (place < last)
    behind = through_face(i, i + stride, axis);
  else if (axis == flow_)
    behind = sealed_ ? 0 : to_plate * u;
  else if (periodic_)
    behind = through_face(i, i - last * stride, axis);
  return (before + behind) / 2;
}

std::array<float, 3> VoxelFlux::at(std::int64_t x, std::int64_t y, std::int64_t z) const {
  const std::int64_t i = z * strides_[0] + y * strides_[1] + x;
  return {static_cast<float>(component(i, x, Axis::x)), static_cast<float>(component(i, y, Axis::y)),
          static_cast<float>(component(i, z, Axis::z))};
}

void VoxelFlux::layer(std::int64_t z, float* vectors) const {
  for (std::int64_t y = 0; y < volume_.extent.ny; ++y)
    for (std::int64_t x = 0; x < volume_.extent.nx; ++x)
      for (const float component : at(x, y, z)) *vectors++ = component;
}

}  // namespace tauvox
