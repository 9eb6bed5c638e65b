// What a run will take, before it starts: every large buffer in bytes, by stage, on the host and on the
// device.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "host/app/contents.hpp"

namespace tauvox {

struct PlannedBuffer {
  std::string name;
  std::int64_t bytes = 0;
  bool on_device = false;          // on the GPU when there is one
  std::vector<std::string> alive;  // stages in which it is there
};

struct Plan {
  static constexpr std::array<const char*, 8> stages{"read",  "label", "cluster", "coarsen",
                                                     "solve", "bound", "write",   "resolution"};
  Extent extent;
  Contents contents;
  bool gpu = false;
  std::vector<PlannedBuffer> buffers;

  /// Most bytes alive in a stage; on a CPU everything is on the host.
  std::int64_t peak(bool on_device) const;
  /// The same of what the device lends alone, be it a GPU or a CPU: what Device::peak_bytes counts.
  std::int64_t peak_of_buffers() const;
};

Plan make_plan(const Extent& extent, const Settings& settings, const Device& device,
               const Contents& contents);

/// Edge of the largest cube that would fit with these settings in `bytes`.
std::int64_t largest_cube(const Settings& settings, const Device& device, const Contents& contents,
                          std::int64_t bytes);

/// What a run may take of the host: what is free now, and what this process has taken already.
std::int64_t host_bytes_for_a_run();
/// Whether the plan fits what is free now.
bool fits(const Plan& plan, const Device& device);
/// @throws Error(resources) when the plan does not fit what is free now: needed, free, largest size, options.
void check_fits(const Plan& plan, const Settings& settings, const Device& device);

/// The same for a command that only reads, or makes, a volume and looks at it.
/// @param bytes_per_voxel of what it will hold beside the program itself
void check_fits(const Extent& extent, std::int64_t bytes_per_voxel);

std::string to_text(const Plan& plan);

}  // namespace tauvox
