// Writing and reading a volume: a generated electrode to a file and back. The file is synced to disk before
// writing counts as done; reading finds it in the page cache, so that it times the format and not the disk.
#include <unistd.h>

#include <filesystem>

#include "benchmarks/dev/dev.hpp"
#include "host/generate/generate.hpp"
#include "io/read.hpp"
#include "io/write.hpp"
#include "kernels/base/find_device.hpp"

namespace tauvox::bench {

nlohmann::ordered_json run_io(const Options& options) {
  const Device device = cpu_device(options.threads);
  GenerateSettings settings;
  settings.size = {options.size, options.size, options.size};
  settings.porosity = options.porosity;
  const Volume volume = generate(settings);
  const std::string path = options.folder + "/bench-io-" + std::to_string(getpid()) + "." + options.format;
  io::check_output(path, false);
  struct Remover {
    const std::string& path;
    ~Remover() {
      std::error_code ignored;
      std::filesystem::remove(path, ignored);
    }
  } remover{path};
  io::ReadOptions read;
  if (options.format == "raw") {
    read.shape = settings.size;
    read.dtype = "uint8";
  }
  std::vector<double> write_seconds, read_seconds;
  for (int r = 0; r < options.repeats; ++r) {
    write_seconds.push_back(seconds_of(device, [&] { io::write_volume(path, volume, true); }));
    Volume again;
    read_seconds.push_back(seconds_of(device, [&] { again = io::read_volume(path, read); }));
    for (std::int64_t i = 0; i < volume.extent.voxels(); ++i)
      if (again.labels[again.code(i)].value != volume.labels[volume.code(i)].value)
        throw Error(ExitCode::internal, "a label came back changed", path, "voxel " + std::to_string(i));
  }
  const auto voxels = static_cast<double>(volume.extent.voxels());
  nlohmann::ordered_json line = head("io", device);
  line["size"] = options.size;
  line["format"] = options.format;
  line["file_bytes"] = std::filesystem::file_size(path);
  line["repeats"] = options.repeats;
  line["write_seconds"] = median(write_seconds);
  line["read_seconds"] = median(read_seconds);
  line["write_voxels_per_second"] = voxels / median(write_seconds);
  line["read_voxels_per_second"] = voxels / median(read_seconds);
  return line;
}

}  // namespace tauvox::bench
