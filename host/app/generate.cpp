// `tauvox generate`
#include <fmt/format.h>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "io/printable.hpp"
#include "io/write.hpp"

namespace tauvox {

ExitCode run_generate(const GenerateSettings& settings, const std::string& path, bool overwrite) {
  for (const std::string& notice : io::check_output(path, overwrite)) print_note("notice: " + notice + "\n");
  const Volume volume = generate(settings);
  io::write_volume(path, volume, overwrite);
  std::string text =
      fmt::format("{}: {}\n  {}\n", io::printable(path), to_string(volume.extent), volume.path);
  for (const Label& label : volume.labels)
    text += fmt::format("  label {}: {} voxels, fraction {:.6f}\n", label.value, label.voxels,
                        volume.fraction(label));
  print_text(text);
  return ExitCode::success;
}
}  // namespace tauvox
