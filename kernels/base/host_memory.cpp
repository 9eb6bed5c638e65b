#include "kernels/base/host_memory.hpp"

#include <sys/sysinfo.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/cgroup.hpp"

namespace tauvox {
namespace {

/// The number in a file of one number; empty for "max" and where there is no such file.
std::optional<std::int64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  if (!(file >> number)) return {};
  return number;
}

/// The number behind `key` in a file of lines "key number".
std::optional<std::int64_t> number_of(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  std::string found, rest;
  std::int64_t number = 0;
  while (file >> found >> number) {
    if (found == key) return number;
    std::getline(file, rest);
  }
  return {};
}

/// Where /proc is not mounted. No less than what there is: what is not known refuses no run.
std::int64_t memory_of_machine() {
  constexpr std::int64_t unknown = std::int64_t{1} << 60;
  struct sysinfo found {};
  if (::sysinfo(&found) != 0 || found.totalram == 0) return unknown;
  return static_cast<std::int64_t>(found.totalram) * static_cast<std::int64_t>(found.mem_unit);
}

/// One of the two versions of control groups.
struct GroupFiles {
  const char* mounted;
  std::vector<const char*> limits;
  const char *usage, *page_cache;  // the second: what is given back as soon as somebody wants it
};
const GroupFiles version_2{
    "/sys/fs/cgroup", {"memory.max", "memory.high"}, "memory.current", "inactive_file"};
const GroupFiles version_1{
    "/sys/fs/cgroup/memory", {"memory.limit_in_bytes"}, "memory.usage_in_bytes", "total_inactive_file"};

void limit_by(const std::string& folder, const GroupFiles& files, HostMemory& memory) {
  for (const char* name : files.limits) {
    const std::optional<std::int64_t> limit = number_in(folder + "/" + name);
    if (!limit || *limit <= 0 || *limit >= memory.total) continue;
    const std::int64_t used = number_in(folder + "/" + files.usage).value_or(0) -
                              number_of(folder + "/memory.stat", files.page_cache).value_or(0);
    memory.total = *limit;
    memory.available =
        std::min(memory.available, std::max<std::int64_t>(0, *limit - std::max<std::int64_t>(0, used)));
  }
}

/// The group itself, and every one above it.
void limit_by_all(const std::string& root, std::string group, const GroupFiles& files, HostMemory& memory) {
  while (true) {
    while (group.ends_with('/')) group.pop_back();
    limit_by(root + files.mounted + group, files, memory);
    if (group.empty()) return;
    group.resize(std::min(group.size(), group.rfind('/') + 1));
  }
}

}  // namespace

HostMemory host_memory(const std::string& root) {
  const auto told = [&](const char* key) { return number_of(root + "/proc/meminfo", key); };
  HostMemory memory;
  const std::optional<std::int64_t> total = told("MemTotal:"), available = told("MemAvailable:");
  memory.total = total ? 1024 * *total : memory_of_machine();
  memory.available = available ? 1024 * *available : memory.total;
  limit_by_all(root, "", version_2, memory);  // in a container its group is the top of what it sees
  limit_by_all(root, "", version_1, memory);
  for (const ControlGroup& group : control_groups(root)) {
    if (group.controllers.empty()) limit_by_all(root, group.path, version_2, memory);
    if (group.has("memory")) limit_by_all(root, group.path, version_1, memory);
  }
  return memory;
}

}  // namespace tauvox
