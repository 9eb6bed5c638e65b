// `tauvox inspect`
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "host/app/commands.hpp"
#include "host/app/console.hpp"
#include "io/write.hpp"
#include "kernels/volume/classes.hpp"
#include "kernels/volume/clusters.hpp"
#include "kernels/volume/labels.hpp"

namespace tauvox {

ExitCode run_inspect(const std::string& path, const io::ReadOptions& options, const std::string& json,
                     bool overwrite) {
  if (!json.empty() && json != "-") {
    if (io::same_file(json, path))
      throw Error(ExitCode::usage, "the report is the input", json, "both name the same file",
                  "give the report another name");
    for (const std::string& notice : io::check_output(json, overwrite))
      print_note("notice: " + notice + "\n");
  }
  const Volume volume = io::read_volume(path, options);
  const Device device = Device::cpu();
  nlohmann::ordered_json j;
  j["schema_version"] = "1.0";
  j["input"] = {{"path", volume.path},
                {"format", volume.format},
                {"dataset", volume.dataset},
                {"stored_type", volume.stored_type},
                {"shape", volume.extent.zyx()}};
  j["input"]["voxel_size_m"] = volume.voxel_size ? nlohmann::ordered_json(*volume.voxel_size) : nullptr;
  j["labels"] = nlohmann::ordered_json::array();
  std::string text = fmt::format("{}\n  {}{}, {}, {}\n", volume.path, volume.format,
                                 volume.dataset.empty() ? "" : " dataset " + volume.dataset,
                                 volume.stored_type, to_string(volume.extent));
  if (volume.voxel_size)
    text +=
        fmt::format("  voxel size z,y,x {:g}, {:g}, {:g} um ({})\n", (*volume.voxel_size)[0] * 1e6,
                    (*volume.voxel_size)[1] * 1e6, (*volume.voxel_size)[2] * 1e6, volume.voxel_size_source);
  else
    text += "  voxel size unknown (give --voxel-size)\n";
  text += fmt::format("  {:>8} {:>14} {:>10}   percolates along\n", "label", "voxels", "fraction");
  constexpr std::size_t examined = 64;  // labels whose percolation is looked at
  for (std::size_t code = 0; code < volume.labels.size(); ++code) {
    const Label& label = volume.labels[code];
    std::string along = "not examined";
    nlohmann::ordered_json spans;
    if (code < examined) {
      std::vector<std::uint8_t> classes(volume.labels.size(), wall_class);
      classes[code] = first_conducting_class;
      const Clusters clusters =
          find_clusters(Runs(map_labels(device, volume, classes)), Connectivity::faces_6);
      along.clear();
      for (const Axis axis : all_axes) {
        const bool any = clusters.spanning_voxels(axis) > 0;
        if (any) along += std::string(along.empty() ? "" : " ") + axis_name(axis);
        spans[axis_name(axis)] = any;
      }
      if (along.empty()) along = "none";
    }
    text += fmt::format("  {:>8} {:>14} {:>10.6f}   {}\n", label.value, label.voxels, volume.fraction(label),
                        along);
    j["labels"].push_back({{"label", label.value},
                           {"voxels", label.voxels},
                           {"volume_fraction", volume.fraction(label)},
                           {"percolates", spans}});
  }
  for (const std::string& notice : volume.notices) text += "notice: " + notice + "\n";
  j["warnings"] = volume.notices;
  if (json == "-")
    print_report(j.dump(2) + "\n");
  else {
    if (!json.empty()) io::write_text(json, j.dump(2) + "\n", overwrite);
    print_text(text);
  }
  return ExitCode::success;
}
}  // namespace tauvox
