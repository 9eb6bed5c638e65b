#include "io/formats.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/turned.hpp"

namespace tauvox::io {
namespace {

using Opener = std::unique_ptr<VolumeSource> (*)(const InputFile&, const ReadOptions&);

#ifdef TAUVOX_HAVE_HDF5
constexpr Opener hdf5_reader = open_hdf5;
#else
constexpr Opener hdf5_reader = nullptr;
#endif
#ifdef TAUVOX_HAVE_TIFF
constexpr Opener tiff_reader = open_tiff;
#else
constexpr Opener tiff_reader = nullptr;
#endif
#ifdef TAUVOX_HAVE_PNG
constexpr Opener png_reader = open_png;
#else
constexpr Opener png_reader = nullptr;
#endif
#ifdef TAUVOX_HAVE_VTK
constexpr Opener vti_reader = open_vti;
#else
constexpr Opener vti_reader = nullptr;
#endif

std::string readable_list() {
  std::string text;
  for (const std::string& name : readable_formats())
    text += (text.empty() ? "" : ", ") + name + (name == "raw" ? " (with --shape and --dtype)" : "");
  return text;
}

/// The row of that name; null where there is none.
const Format* format_called(const std::string& name) {
  const auto found =
      std::find_if(formats().begin(), formats().end(), [&](const Format& row) { return row.name == name; });
  return found == formats().end() ? nullptr : &*found;
}

/// "HDF5, NPZ, VTI": those that take an option.
std::string names_where(bool Format::*takes) {
  std::string text;
  for (const Format& row : formats())
    if (row.*takes) text += (text.empty() ? "" : ", ") + row.name;
  return text;
}

void check_options_fit(const Format& format, const std::string& path, const ReadOptions& options) {
  const auto refuse = [&](const char* option, const std::string& belongs_to) {
    throw Error(ExitCode::usage, std::string("option ") + option + " does not fit the input", path,
                fmt::format("it is for {} files, this one is read as {}", belongs_to, format.name),
                "leave the option out");
  };
  if (!format.has_datasets && !options.dataset.empty())
    refuse("--dataset", names_where(&Format::has_datasets));
  if (!format.has_axes && !options.slice.empty()) refuse("--slice", names_where(&Format::has_axes));
  if (!format.needs_layout) {
    if (!options.dtype.empty()) refuse("--dtype", "raw");
    if (options.header_bytes != 0) refuse("--header-bytes", "raw");
    if (options.byte_order != "little") refuse("--byte-order", "raw");
  }
}

/// An array of three axes, as --axes names them.
std::unique_ptr<VolumeSource> named_by_user(std::unique_ptr<VolumeSource> source, const ReadOptions& options,
                                            const std::string& path) {
  const auto zyx = source->description.extent.zyx();
  const std::vector<std::uint64_t> shape(zyx.begin(), zyx.end());
  const AxisChoice choice = choose_axes({}, shape, options, "array", path);
  source = turned(std::move(source), choice.of);
  for (const std::string& notice : notices_of(choice, shape, options))
    source->description.notices.push_back(notice);
  return source;
}

std::unique_ptr<VolumeSource> completed(std::unique_ptr<VolumeSource> source, const Format& format,
                                        const ReadOptions& options, const std::string& path) {
  if (!format.has_axes && !options.axes.empty()) source = named_by_user(std::move(source), options, path);
  source->description.format = format.name;
  return source;
}

}  // namespace

const std::vector<Format>& formats() {
  static const std::vector<Format> table{
      {.name = "HDF5", .open = hdf5_reader, .has_datasets = true, .has_axes = true},
      {.name = "TIFF", .open = tiff_reader, .has_axes = true},
      {.name = "PNG", .open = png_reader},
      {.name = "VTI", .open = vti_reader, .has_datasets = true},
      {.name = "NPY", .open = open_npy, .has_axes = true},
      {.name = "NPZ", .open = open_npz, .has_datasets = true, .has_axes = true},
      {.name = "MetaImage", .open = open_metaimage, .has_axes = true},
      {.name = "NRRD", .open = open_nrrd, .has_axes = true},
      {.name = "NIfTI", .open = open_nifti, .has_axes = true},
      {.name = "raw", .open = open_raw, .needs_layout = true},
      {.name = folder_format, .open = nullptr, .has_datasets = true},  // opened by open_folder
  };
  return table;
}

std::vector<std::string> readable_formats() {
  std::vector<std::string> names;
  for (const Format& format : formats())
    if (format.open != nullptr) names.push_back(format.name);
  const auto reads = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (reads("TIFF") || reads("PNG")) names.emplace_back(folder_format);
  return names;
}

std::unique_ptr<VolumeSource> open_source(const InputFile& file, const ReadOptions& options) {
  const std::string found = recognise(file);
  const std::string wanted = options.shape ? "raw" : found;
  const Format* format = format_called(wanted);
  if (const Format* own = format_called(found); options.shape && own != nullptr && options.dtype.empty())
    throw Error(ExitCode::usage, "option --shape does not fit the input", file.path(),
                fmt::format("it is for raw files, this one is {} and has its own shape", own->name),
                "leave the option out; to read it as raw data all the same, give --dtype as well");
  if (format == nullptr) {
    const std::string route = export_route(found);
    throw Error(ExitCode::input_refused, "file format is not known", file.path(),
                fmt::format("it looks like {} of {} bytes", found, file.size()),
                (route.empty() ? "" : route + "; ") + "this build reads " + readable_list());
  }
  if (format->open == nullptr)
    throw Error(ExitCode::input_refused,
                fmt::format("this is a {0} file, and this build has no {0}", format->name), file.path(), "",
                fmt::format("this build reads {}", readable_list()));
  check_options_fit(*format, file.path(), options);
  auto source = completed(format->open(file, options), *format, options, file.path());
  if (options.shape && found != "text" && !found.starts_with("unknown bytes"))
    source->description.notices.push_back(
        fmt::format("--shape makes this raw data, though the file starts like {}", found));
  return source;
}

std::unique_ptr<VolumeSource> open_folder(const std::string& path, const ReadOptions& options) {
  const Format& format = *format_called(folder_format);
  check_options_fit(format, path, options);
  if (options.shape)
    throw Error(ExitCode::usage, "option --shape does not fit the input", path,
                "it is for raw files, this is a folder", "name a file in it, or leave the option out");
  return completed(open_slices(path, options), format, options, path);
}

void refuse_implausible_size(const std::string& path, std::uint64_t claimed, std::uint64_t stored) {
  if (claimed <= (std::uint64_t{1} << 32) || claimed / 1000 <= stored) return;
  throw Error(ExitCode::input_refused, "file claims implausibly many voxels", path,
              fmt::format("{} bytes of voxels from {} stored bytes", claimed, stored),
              "if the file is good, rewrite it without compression");
}

}  // namespace tauvox::io
