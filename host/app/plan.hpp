// What a run will take, before it starts: every large buffer in bytes, by stage, on the host and on the
// device.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "host/settings/settings.hpp"

namespace tauvox {

struct PlannedBuffer {
  std::string name;
  std::int64_t bytes = 0;
  bool on_device = false;       // on the GPU when there is one
  std::array<bool, 4> alive{};  // during read, label, solve, write
};

/// What the labels of a volume tell of its need. As it stands: what is needed at least, whatever they are.
struct Contents {
  double conducting = 0;    // share of the voxels that conduct: unknowns of the multigrid solver
  std::size_t classes = 1;  // different conductivities; with one, the unknowns say where it is
  int bytes_per_label = 1;  // 2 for more than 256 labels
};

struct Plan {
  static constexpr std::array<const char*, 4> stages{"read", "label", "solve", "write"};
  Extent extent;
  Contents contents;
  bool gpu = false;
  std::vector<PlannedBuffer> buffers;

  /// Bytes alive in a stage; on a CPU everything is on the host.
  std::int64_t bytes(std::size_t stage, bool on_device) const;
  std::int64_t peak(bool on_device) const;
};

Plan make_plan(const Extent& extent, const Settings& settings, const Device& device,
               const Contents& contents);

/// Edge of the largest cube that would fit with these settings in `bytes`.
std::int64_t largest_cube(const Settings& settings, const Device& device, const Contents& contents,
                          std::int64_t bytes);

/// @throws Error(resources) when the plan does not fit what is free now: needed, free, largest size, options.
void check_fits(const Plan& plan, const Settings& settings, const Device& device);

std::string to_text(const Plan& plan);

}  // namespace tauvox
