// What a run will take, before it starts: every large buffer in bytes, by stage, on the host and on the
// device.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "host/settings.hpp"

namespace tauvox {

struct PlannedBuffer {
  std::string name;
  std::int64_t bytes = 0;
  bool on_device = false;       // on the GPU when there is one
  std::array<bool, 4> alive{};  // during read, label, solve, write
};

struct Plan {
  static constexpr std::array<const char*, 4> stages{"read", "label", "solve", "write"};
  Extent extent;
  double conducting = 0;
  bool gpu = false;
  std::vector<PlannedBuffer> buffers;

  /// Bytes alive in a stage; on a CPU everything is on the host.
  std::int64_t bytes(std::size_t stage, bool on_device) const;
  std::int64_t peak(bool on_device) const;
};

/// @param conducting      share of the voxels that conduct: what the multigrid solver takes grows with it. 0
///                        before the labels are known, for what is needed at least
/// @param bytes_per_label 1, or 2 for more than 256 labels
Plan make_plan(const Extent& extent, const Settings& settings, const Device& device, double conducting,
               int bytes_per_label = 1);

/// Edge of the largest cube that would fit with these settings in `bytes`.
std::int64_t largest_cube(const Settings& settings, const Device& device, double conducting,
                          std::int64_t bytes);

/// @throws Error(resources) when the plan does not fit what is free now: needed, free, largest size, options.
void check_fits(const Plan& plan, const Settings& settings, const Device& device);

std::string to_text(const Plan& plan);

}  // namespace tauvox
