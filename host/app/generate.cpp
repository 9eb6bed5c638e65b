// `tauvox generate`
#include <fmt/format.h>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "host/app/plan.hpp"
#include "io/write.hpp"

namespace tauvox {

ExitCode run_generate(const GenerateSettings& settings, const std::string& path, bool overwrite) {
  io::check_output(path, overwrite);
  check(settings);
  // Labels, and the distances from which an electrode is cut.
  check_fits(make_extent(settings.size), settings.shape == "electrode" ? 5 : 1);
  const Volume volume = generate(settings);
  io::write_volume(path, volume, overwrite);
  std::string text = fmt::format("{}: {}\n  {}\n", path, to_string(volume.extent), volume.path);
  for (const Label& label : volume.labels)
    text += fmt::format("  label {}: {} voxels, fraction {:.6f}\n", label.value, label.voxels,
                        volume.fraction(label));
  print_text(text);
  return ExitCode::success;
}
}  // namespace tauvox
