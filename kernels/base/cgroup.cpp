#include "kernels/base/cgroup.hpp"

#include <fstream>
#include <sstream>

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

bool lists(const std::string& controllers, const std::string& controller) {
  std::istringstream items(controllers);
  for (std::string item; std::getline(items, item, ',');)
    if (item == controller) return true;
  return false;
}

}  // namespace

std::vector<std::string> cgroup_values(const std::string& controller, const std::string& file_v2,
                                       const std::string& file_v1, const std::string& root) {
  std::vector<std::string> values;
  std::ifstream groups(root + "/proc/self/cgroup");  // lines "4:cpu,cpuacct:/job" and "0::/job"
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    std::string group = line.substr(second + 1);
    if (group.ends_with('/')) group.pop_back();
    if (controllers.empty() && !file_v2.empty())
      collect(root + "/sys/fs/cgroup", group, file_v2, values);
    else if (!file_v1.empty() && lists(controllers, controller))
      collect(root + "/sys/fs/cgroup/" + controller, group, file_v1, values);
  }
  return values;
}

}  // namespace tauvox
