// The volume that a run works on: read, without what is outside of the sample, resampled, turned, cleaned.
#pragma once

#include <functional>

#include "host/app/reader_process.hpp"

namespace tauvox {

/// What the run will work on: the extent and voxels of what read_sample gives.
/// @throws as of_cubes
io::VolumeDescription description_of_sample(const ReaderProcess& reader, const Settings& settings);

/// What volume and mask name and reading opens, and no output may replace: what --external-files allows.
/// @throws Error where the mask cannot be read
std::vector<std::string> other_files_of(const ReaderProcess& reader, const Settings& settings);

/// Once, as ReaderProcess::read. Phases that the file stated and that do not occur go from the settings.
/// @throws what that, without_outside and cleaned throw
Volume read_sample(ReaderProcess& reader, Settings& settings,
                   const std::function<void(double)>& progress = {}, io::Read what = io::Read::labels);

}  // namespace tauvox
