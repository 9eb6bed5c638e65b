// Whether what a run will write fits where it goes, asked before the run. The size of a compressed file is
// not known before it is there, so there are two bounds.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <map>

#include "io/output.hpp"

namespace tauvox::io {
namespace {

constexpr std::uint64_t unlimited = UINT64_MAX;

/// What an ordinary user can still write there; unlimited where the file system does not say.
std::uint64_t free_bytes(const std::string& directory) {
  struct statvfs status {};
  if (::statvfs(directory.c_str(), &status) != 0 || status.f_blocks == 0) return unlimited;
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

std::uint64_t largest_file() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur
                                                                                   : unlimited;
}

std::string size_text(std::uint64_t bytes) {
  return bytes < 100'000 ? fmt::format("{} bytes", bytes)
                         : fmt::format("{:.4g} MB", static_cast<double>(bytes) / 1e6);
}

struct Demand {
  std::string path, folder;  // the first that goes there, and one that is there above it
  std::uint64_t least = 0, most = 0;
};

void check(const Demand& demand, std::uint64_t room, const char* where, std::vector<std::string>& notices) {
  if (demand.least > room)
    throw Error(ExitCode::output, "not enough room for the outputs", demand.path,
                fmt::format("at least {} are needed and {} are free {}", size_text(demand.least),
                            size_text(room), where),
                "free some space, raise the limit (ulimit -f), or choose another folder");
  if (demand.most > room)
    notices.push_back(fmt::format("{}: {} are free {}, and the outputs take up to {}", demand.path,
                                  size_text(room), where, size_text(demand.most)));
}

}  // namespace

std::vector<std::string> check_space(const std::vector<PlannedOutput>& outputs) {
  std::vector<std::string> notices;
  std::map<dev_t, Demand> demands;
  for (const PlannedOutput& output : outputs) {
    struct stat status {};
    std::string folder = directory_of(output.path);
    while (::stat(folder.c_str(), &status) != 0 && folder != "." && folder != "/")
      folder = directory_of(folder);  // that of a run is made by it
    Demand& demand = demands.try_emplace(status.st_dev, Demand{output.path, folder}).first->second;
    demand.least += output.least_bytes;
    demand.most += output.most_bytes;
    check({output.path, folder, output.least_bytes, output.most_bytes}, largest_file(),
          "within the limit on files", notices);
  }
  for (const auto& [device, demand] : demands)
    check(demand, free_bytes(demand.folder), "on the disk", notices);
  return notices;
}

}  // namespace tauvox::io
