#include "kernels/base/cgroup.hpp"

#include <fstream>

namespace tauvox {
namespace {

/// Reads `file` in `group` and in all groups above it, below `mount`.
void collect(const std::string& mount, std::string group, const std::string& file,
             std::vector<std::string>& values) {
  while (true) {
    std::ifstream limit(mount + group + "/" + file);
    if (std::string line; std::getline(limit, line)) values.push_back(line);
    if (group.empty()) return;
    group.resize(group.find_last_of('/') == std::string::npos ? 0 : group.find_last_of('/'));
  }
}

}  // namespace

std::vector<ControlGroup> control_groups(const std::string& root) {
  std::vector<ControlGroup> found;
  std::ifstream groups(root + "/proc/self/cgroup");  // lines "4:cpu,cpuacct:/job" and "0::/job"
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    found.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return found;
}

std::vector<std::string> cgroup_values(const std::string& controller, const std::string& file_v2,
                                       const std::string& file_v1, const std::string& root) {
  std::vector<std::string> values;
  for (ControlGroup& group : control_groups(root)) {
    if (group.path.ends_with('/')) group.path.pop_back();
    if (group.controllers.empty() && !file_v2.empty())
      collect(root + "/sys/fs/cgroup", group.path, file_v2, values);
    else if (!file_v1.empty() && group.has(controller))
      collect(root + "/sys/fs/cgroup/" + controller, group.path, file_v1, values);
  }
  return values;
}

}  // namespace tauvox
