// Labels that were written, read again by our own reader before the file gets its name. Internal to io/.
#pragma once

#include "io/field_arrays.hpp"
#include "io/formats.hpp"

namespace tauvox::io {

/// @param open  of the form, from formats.hpp   @param form "TIFF", for messages
/// @throws Error(output) where shape, type, size of a voxel or a label differ
void check_written(const PendingFile& pending, decltype(&open_tiff) open, const char* form,
                   const FieldArray& labels, const Volume& volume);

}  // namespace tauvox::io
