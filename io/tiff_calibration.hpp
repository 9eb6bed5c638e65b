// The size of a voxel from what a TIFF says: ImageJ's and tifffile's descriptions with the resolution tags,
// OME, or the tags alone.
#pragma once

#include <tiffio.h>

#include "io/tiff_description.hpp"
#include "io/volume_source.hpp"

namespace tauvox::io {

/// What is understood becomes the voxel size and its source; what is seen and not understood a warning that
/// names tag and value. The current directory is that of the first page.
void take_calibration(TIFF* tiff, const TiffDescription& text, bool one_layer,
                      VolumeDescription& description);

}  // namespace tauvox::io
