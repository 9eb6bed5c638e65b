// What the host has of memory, and what this process may still take of it: Linux counts control groups beside
// the machine, and every group above the process's own can set a limit (batch systems, containers, services).
#pragma once

#include <cstdint>
#include <string>

namespace tauvox {

/// Physical memory of the host, and what is available of it now, in bytes; both within the limits of the
/// control groups of this process, of every level. Where nothing says what is available, that is all there
/// is.
struct HostMemory {
  std::int64_t total = 0, available = 0;
};
/// @param root where /proc and /sys are looked for
HostMemory host_memory(const std::string& root = "");

}  // namespace tauvox
