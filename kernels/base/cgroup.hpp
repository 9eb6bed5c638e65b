// Limits that a batch system or a container sets for a group of processes (Linux control groups, versions 1
// and 2).
#pragma once

#include <string>
#include <vector>

namespace tauvox {

/// A group of this process, as /proc/self/cgroup has it.
struct ControlGroup {
  std::string controllers;  // "cpu,cpuacct"; empty: version 2
  std::string path;         // below the mount point
  bool has(const std::string& controller) const {
    return ("," + controllers + ",").find("," + controller + ",") != std::string::npos;
  }
};
/// @param root stands before /proc; for tests
std::vector<ControlGroup> control_groups(const std::string& root = "");

/// A limit file as this process's group and every group above it has it, innermost first, each without its
/// line break; groups that have none are left out. All of them hold, so the smallest counts.
/// @param controller of version 1, e.g. "cpu"
/// @param file_v2, file_v1 names of the file in both versions, e.g. "cpu.max" and "cpu.cfs_quota_us";
///                         empty where one version is not wanted
/// @param root stands before /proc and /sys; for tests
std::vector<std::string> cgroup_values(const std::string& controller, const std::string& file_v2,
                                       const std::string& file_v1, const std::string& root = "");

}  // namespace tauvox
