#include "io/fetch_ahead.hpp"

#include <fcntl.h>

#include <cstdint>
#include <string>
#include <vector>

#include "io/input_file.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/host_memory.hpp"

namespace tauvox::io {

void fetch_ahead(const std::string& path) {
  try {
    const std::vector<std::string> files = files_of_reading(path);
    std::uint64_t bytes = 0;
    for (const std::string& name : files) bytes += InputFile(name).size();
    if (bytes > static_cast<std::uint64_t>(host_memory().available) / 4) return;
    for (const std::string& name : files)  // one open file at a time: a folder may hold thousands
      (void)::posix_fadvise(InputFile(name).descriptor(), 0, 0, POSIX_FADV_WILLNEED);
  } catch (const Error&) {
    return;
  }
}

}  // namespace tauvox::io
