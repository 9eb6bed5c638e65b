#include "host/studies/segmentation.hpp"

#include <algorithm>
#include <cmath>

#include "host/studies/derived_volume.hpp"
#include "host/studies/same_result.hpp"

namespace tauvox {
namespace {

template <class Code>
std::vector<Code> grown_codes(const LabelArray<Code>& codes, const Extent& extent,
                              const std::vector<std::uint8_t>& set) {  // what is outside has a code beyond
  std::vector<Code> out(codes.begin(), codes.end());
  const std::array<std::int64_t, 3> n = extent.zyx(), step{extent.ny * extent.nx, extent.nx, 1};
  std::int64_t voxel = 0;
  for (std::int64_t z = 0; z < n[0]; ++z)
    for (std::int64_t y = 0; y < n[1]; ++y)
      for (std::int64_t x = 0; x < n[2]; ++x, ++voxel) {
        const Code here = codes[static_cast<std::size_t>(voxel)];
        if (here == set.size() || set[here]) continue;
        const std::array<std::int64_t, 3> at{z, y, x};
        std::array<Code, 6> around{};
        std::size_t count = 0;
        const auto look_at = [&](std::int64_t neighbour) {
          const Code code = codes[static_cast<std::size_t>(neighbour)];
          if (code != set.size() && set[code]) around[count++] = code;
        };
        for (std::size_t axis = 0; axis < 3; ++axis) {
          if (at[axis] > 0) look_at(voxel - step[axis]);
          if (at[axis] + 1 < n[axis]) look_at(voxel + step[axis]);
        }
        // That which most of them have, and of several the first label: whatever the directions are called.
        std::ptrdiff_t most = 0;
        for (std::size_t i = 0; i < count; ++i) {
          const std::ptrdiff_t same =
              std::count(around.begin(), around.begin() + static_cast<std::ptrdiff_t>(count), around[i]);
          Code& taken = out[static_cast<std::size_t>(voxel)];
          if (same > most || (same == most && around[i] < taken)) taken = around[i];
          most = std::max(most, same);
        }
      }
  return out;
}

/// Empty where the quantity has no value with the boundary moved.
std::optional<double> half_width(const Result& result, const Quantity& quantity, double fraction,
                                 double shift, const std::vector<Shifted>& shifted) {
  double most = 0;
  for (const Shifted& moved : shifted) {
    const Result* same = same_result(result, moved.results);
    const std::optional<double> there = same ? same->value(quantity.name) : std::nullopt;
    if (!there || !std::isfinite(*there) || moved.fraction == fraction) return std::nullopt;
    most = std::max(most, std::abs((*there - *quantity.value) * shift / (moved.fraction - fraction)));
  }
  return most;
}

}  // namespace

Volume grown(const Volume& volume, const std::vector<std::uint8_t>& set) {
  return derived_volume(volume, volume.extent,
                        [&](const auto& codes) { return grown_codes(codes, volume.extent, set); });
}

void add_segmentation(std::vector<Result>& results, const QuantityDefinitions& rows, double fraction,
                      double shift, const std::vector<Shifted>& shifted) {
  for (Result& result : results) {
    const bool closed = std::any_of(shifted.begin(), shifted.end(), [&](const Shifted& moved) {
      const Result* same = same_result(result, moved.results);
      return same && same->status == Status::not_percolating;
    });
    if (closed && result.status != Status::not_percolating)
      result.remarks.push_back("segmentation: nothing percolates where the boundary lies a voxel farther in");
    for (Quantity& quantity : result.quantities) {
      const bool may = std::any_of(rows.begin(), rows.end(), [&](const QuantityDefinition& row) {
        return row.name == quantity.name && may_have(row, ErrorSource::segmentation);
      });
      // Of the liquid also where it ends in porous phases, which stay where they are here.
      if (!may || !quantity.value || quantity.name == "liquid_volume_fraction") continue;
      const bool known = !closed || quantity.name == "volume_fraction";
      quantity.uncertainties.push_back(
          {ErrorSource::segmentation,
           known ? half_width(result, quantity, fraction, shift, shifted) : std::nullopt});
    }
  }
}

}  // namespace tauvox
