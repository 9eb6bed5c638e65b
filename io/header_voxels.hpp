// The voxels that a header of text describes: behind it or in a file beside it. Internal to io/.
#pragma once

#include "io/array.hpp"
#include "io/text_header.hpp"

namespace tauvox::io {

/// What a header states of where its voxels stand, besides the file.
struct StatedVoxels {
  Packing packing = Packing::none;
  std::string skip_name{};   // of the field with the next, for messages
  std::int64_t skipped = 0;  // bytes before them; -1: they end the file
  std::string stored_name{};
  std::optional<std::int64_t> stored{};  // bytes as they stand in the file
};

/// @throws as open_beside and open_array do, and Error(input_refused) where the file does not have such bytes
std::unique_ptr<VolumeSource> open_header_voxels(const InputFile& file, const TextHeader& header,
                                                 const StatedVoxels& stated, const ArrayLayout& layout,
                                                 const ReadOptions& options);

}  // namespace tauvox::io
