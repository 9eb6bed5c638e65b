#include "io/formats.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/turned.hpp"

namespace tauvox::io {
namespace {

#ifdef TAUVOX_HAVE_HDF5
constexpr auto hdf5_reader = open_hdf5;
#else
constexpr std::unique_ptr<VolumeSource> (*hdf5_reader)(const InputFile&, const ReadOptions&) = nullptr;
#endif
#ifdef TAUVOX_HAVE_TIFF
constexpr auto tiff_reader = open_tiff;
#else
constexpr std::unique_ptr<VolumeSource> (*tiff_reader)(const InputFile&, const ReadOptions&) = nullptr;
#endif
#ifdef TAUVOX_HAVE_VTK
constexpr auto vti_reader = open_vti;
#else
constexpr std::unique_ptr<VolumeSource> (*vti_reader)(const InputFile&, const ReadOptions&) = nullptr;
#endif

std::string readable_list() {
  std::string text;
  for (const std::string& name : readable_formats())
    text += (text.empty() ? "" : ", ") + name + (name == "raw" ? " (with --shape and --dtype)" : "");
  return text;
}

void check_options_fit(const Format& format, const std::string& path, const ReadOptions& options) {
  const auto refuse = [&](const char* option, const char* belongs_to) {
    throw Error(ExitCode::usage, std::string("option ") + option + " does not fit the input", path,
                fmt::format("it is for {} files, this one is read as {}", belongs_to, format.name),
                "leave the option out");
  };
  if (!format.has_datasets && !options.dataset.empty()) refuse("--dataset", "HDF5 and .vti");
  if (!format.has_axes && !options.slice.empty()) refuse("--slice", "HDF5 and TIFF");
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

}  // namespace

const std::vector<Format>& formats() {
  static const std::vector<Format> table{
      {.name = "HDF5", .open = hdf5_reader, .has_datasets = true, .has_axes = true},
      {.name = "TIFF", .open = tiff_reader, .has_axes = true},
      {.name = "VTI", .open = vti_reader, .has_datasets = true},
      {.name = "raw", .open = open_raw, .needs_layout = true},
  };
  return table;
}

std::vector<std::string> readable_formats() {
  std::vector<std::string> names;
  for (const Format& format : formats())
    if (format.open != nullptr) names.push_back(format.name);
  return names;
}

std::unique_ptr<VolumeSource> open_source(const InputFile& file, const ReadOptions& options) {
  const std::string found = recognise(file);
  const std::string wanted = options.shape ? "raw" : found;
  const auto format =
      std::find_if(formats().begin(), formats().end(), [&](const Format& row) { return row.name == wanted; });
  if (format == formats().end()) {
    const bool matlab = found.starts_with("MATLAB");
    throw Error(ExitCode::input_refused, "file format is not known", file.path(),
                fmt::format("it looks like {} of {} bytes", found, file.size()),
                matlab ? "save it with -v7.3, which is HDF5" : "this build reads " + readable_list());
  }
  if (format->open == nullptr)
    throw Error(ExitCode::input_refused,
                fmt::format("this is a {0} file, and this build has no {0}", format->name), file.path(), "",
                fmt::format("this build reads {}", readable_list()));
  check_options_fit(*format, file.path(), options);
  auto source = format->open(file, options);
  if (!format->has_axes && !options.axes.empty())
    source = named_by_user(std::move(source), options, file.path());
  source->description.format = format->name;
  if (options.shape && (found == "HDF5" || found == "TIFF"))
    source->description.notices.push_back(
        fmt::format("--shape makes this raw data, though the file starts like {}", found));
  return source;
}

void refuse_implausible_size(const std::string& path, std::uint64_t claimed, std::uint64_t stored) {
  if (claimed <= (std::uint64_t{1} << 32) || claimed / 1000 <= stored) return;
  throw Error(ExitCode::input_refused, "file claims implausibly many voxels", path,
              fmt::format("{} bytes of voxels from {} stored bytes", claimed, stored),
              "if the file is good, rewrite it without compression");
}

}  // namespace tauvox::io
