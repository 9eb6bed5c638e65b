// THE table of file formats that can be read. A new format is one file and one row in formats.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/input_file.hpp"
#include "io/volume_source.hpp"

namespace tauvox::io {

struct Format {
  std::string name;  // as in Volume::format, and as `recognise` calls it
  std::unique_ptr<VolumeSource> (*open)(const InputFile&, const ReadOptions&);  // null: not in this build
  bool has_datasets = false;                                                    // takes ReadOptions::dataset
  bool needs_layout = false;  // takes shape, dtype, byte_order, header_bytes
  bool has_axes = false;      // takes axes and slice: its arrays may have more than three
};

const std::vector<Format>& formats();

/// The source for `file` by its content; raw whenever a shape is given.
/// @throws Error(input_refused) naming what the file looks like and the formats there are; Error(usage) for
///         options that do not fit the format; and what the format's own opening throws.
std::unique_ptr<VolumeSource> open_source(const InputFile& file, const ReadOptions& options);

/// The same for a folder of slices.
std::unique_ptr<VolumeSource> open_folder(const std::string& path, const ReadOptions& options);
inline constexpr const char* folder_format = "folder of slices";

// One per io/*_read.cpp
std::unique_ptr<VolumeSource> open_hdf5(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_tiff(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_vti(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_png(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_npy(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_npz(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_metaimage(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_nrrd(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_nifti(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_raw(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_slices(const std::string& folder, const ReadOptions& options);

/// A TIFF that is one slice of a folder: what it says of the size of a pixel is no size of a voxel.
std::unique_ptr<VolumeSource> open_tiff_slice(const InputFile& file, const ReadOptions& options);

}  // namespace tauvox::io
