// libFuzzer: any bytes as a file of the form that TAUVOX_FUZZ_FORM names by its ending. Reading must end in a
// volume or in an Error; what a sanitizer finds ends the run, and the input is kept.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>

#include "io/read.hpp"
#include "kernels/base/error.hpp"

namespace {

/// In memory: /dev/shm where there is one.
std::string path_of_input() {
  const char* form = std::getenv("TAUVOX_FUZZ_FORM");
  const std::string folder = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  return folder + "/tauvox_fuzz_" + std::to_string(::getpid()) + "." + (form ? form : "h5");
}

void read(const std::string& path, const tauvox::io::ReadOptions& options) {
  try {
    constexpr std::int64_t most_voxels = std::int64_t{1}
                                         << 22;  // what claims more is refused by the program's plan
    if (tauvox::io::describe_volume(path, options).read_extent.voxels() <= most_voxels)
      tauvox::io::read_volume(path, options);
  } catch (const tauvox::Error&) {
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path = path_of_input();
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return 0;
  const bool is_written = std::fwrite(data, 1, size, file) == size;
  if (std::fclose(file) != 0 || !is_written) return 0;
  tauvox::io::ReadOptions options;
  options.as_2d = true;
  read(path, options);
  ::unlink(path.c_str());
  return 0;
}
