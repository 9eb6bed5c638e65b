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

// One per io/*_read.cpp
std::unique_ptr<VolumeSource> open_hdf5(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_tiff(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_vti(const InputFile& file, const ReadOptions& options);
std::unique_ptr<VolumeSource> open_raw(const InputFile& file, const ReadOptions& options);

/// Raw voxels inside another format: `extent` elements from byte `offset` on, in either byte order.
std::unique_ptr<VolumeSource> open_embedded_raw(const InputFile& file, std::uint64_t offset,
                                                const Extent& extent, Element element, bool big_endian);

}  // namespace tauvox::io
