#include "host/app/read_sample.hpp"

#include <fmt/format.h>

#include "host/app/plan.hpp"
#include "host/app/statements.hpp"
#include "host/studies/clean.hpp"
#include "host/studies/cubes.hpp"
#include "host/studies/outside.hpp"
#include "host/studies/turned_axes.hpp"

namespace tauvox {
namespace {

/// How the mask is read: in the axes of the volume, without what makes labels of grey values.
Settings settings_of_mask(const Settings& s) {
  Settings mask;
  mask.input = s.mask;
  mask.read.dataset = s.mask_dataset;
  mask.read.crop = s.read.crop;
  mask.read.as_2d = s.read.as_2d;
  mask.read.hdf5_plugins = s.read.hdf5_plugins;
  mask.read.external_files = s.read.external_files;
  if (s.read.axes.size() == 3) mask.read.axes = s.read.axes;
  if (!s.mask.ends_with(".raw") && !s.mask.ends_with(".RAW")) return mask;
  mask.read.shape = s.read.shape;
  mask.read.dtype = "uint8";
  return mask;
}

/// What is advised in there is of options that are the volume's.
Error of_mask(const Error& error) {
  return {error.code(), std::string("the mask cannot be used: ") + error.what(), "", "",
          "options are for the volume, but --axes of three letters is for both; of a mask nothing but whole "
          "numbers is taken (0: outside)"};
}

Volume mask_of(const Settings& s, const io::VolumeDescription& of) {
  const Settings settings = settings_of_mask(s);
  try {
    ReaderProcess reader(settings);
    const std::array<std::int64_t, 3> wanted = of.extent.zyx(), found = reader.description().extent.zyx();
    if (wanted != found)
      throw Error(ExitCode::input_invalid, "mask and volume differ in shape", s.mask,
                  fmt::format("the mask has {}, the volume {}", to_string(reader.description().extent),
                              to_string(of.extent)),
                  "give a mask with a voxel for each of the volume's (0: outside)");
    return reader.read();
  } catch (const Error& error) {
    throw of_mask(error);
  }
}

}  // namespace

io::VolumeDescription description_of_sample(const ReaderProcess& reader, const Settings& s) {
  io::VolumeDescription d = reader.description();
  if (s.resample)
    if (const auto cubes = cubes_of(d.read_extent, d.voxel_size, d.voxel_ratio, *s.resample, s.input)) {
      d.read_extent = cubes->extent;
      if (d.voxel_size) d.voxel_size = std::array{cubes->edge, cubes->edge, cubes->edge};
      if (d.voxel_ratio) d.voxel_ratio = std::array{1.0, 1.0, 1.0};
    }
  if (s.orient.empty()) return d;
  const Orientation orientation = orientation_of(s.orient);
  d.read_extent = make_extent(turned(d.read_extent.zyx(), orientation));
  if (d.voxel_size) d.voxel_size = turned(*d.voxel_size, orientation);
  if (d.voxel_ratio) d.voxel_ratio = turned(*d.voxel_ratio, orientation);
  return d;
}

std::vector<std::string> other_files_of(const ReaderProcess& reader, const Settings& s) {
  std::vector<std::string> files = reader.other_files();
  if (s.mask.empty() || s.read.external_files.empty()) return files;
  try {
    const ReaderProcess of_the_mask(settings_of_mask(s));
    files.insert(files.end(), of_the_mask.other_files().begin(), of_the_mask.other_files().end());
  } catch (const Error& error) {
    throw of_mask(error);
  }
  return files;
}

Volume read_sample(ReaderProcess& reader, Settings& s, const std::function<void(double)>& progress,
                   io::Read what) {
  constexpr std::int64_t bytes_per_voxel = 3;  // codes, those of the mask, and codes that are made of them
  if (s.resample || !s.orient.empty() || !s.mask.empty())
    for (const Extent& extent :
         {reader.description().read_extent, description_of_sample(reader, s).read_extent})
      check_fits(extent, bytes_per_voxel);
  std::optional<Volume> mask;
  if (!s.mask.empty()) mask = mask_of(s, reader.description());
  const bool counts_grey = s.read.thresholds.otsu > 0 || what != io::Read::labels;
  Volume volume = reader.read(progress, what, mask && counts_grey ? &*mask : nullptr);
  if (s.read.as_2d && reader.description().extent.zyx()[0] > 1)
    volume.notices.emplace_back("--as-2d does nothing here: the array has three axes");
  volume = without_outside(std::move(volume), s, mask ? &*mask : nullptr);
  volume = cleaned(turned(of_cubes(std::move(volume), s.resample), s.orient), s);
  settle_statements(reader.description(), s, volume);
  return volume;
}

}  // namespace tauvox
