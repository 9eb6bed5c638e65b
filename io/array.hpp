// An array of numbers as a header describes it, over bytes of a file. Internal to io/.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/byte_source.hpp"
#include "io/volume_source.hpp"

namespace tauvox::io {

/// What a header states of the distance between voxels.
struct StatedSteps {
  std::vector<double> of_axis;    // as the axes of the array; empty: nothing is stated
  std::optional<double> unit;     // m; none: the header has none
  std::string source, unit_text;  // "MetaImage header (ElementSpacing)", "mm by the convention of ..."
};

struct ArrayLayout {
  std::string format{};                // begins messages
  std::vector<std::uint64_t> shape{};  // of the array as its program prints it
  std::vector<std::string> names{};    // of its axes, where the file has them
  bool first_runs_fastest = false;     // Fortran's order in the file; else the last does
  Element element = Element::uint8;
  bool big_endian = false;
  bool is_bool = false;  // bytes other than 0 and 1 are refused
  StatedSteps steps{};
  std::vector<std::string> notices{};
  std::vector<std::string> warnings{};          // of the steps: --voxel-size settles them
  std::vector<std::string> warnings_of_axes{};  // and of what else no option settles
  Statements stated{};
};

/// Of all its elements.
/// @throws Error(input_invalid) for an axis of length 0 and more than can be counted
std::uint64_t bytes_of(const ArrayLayout& layout, const std::string& path);

/// The volume in it, by --axes and --slice where there are more than three axes.
/// @param file    outlives the result, unless it is `beside`
/// @param where   of the whole array; `unpacked` is set here, `skip` bytes of it stand before the array
/// @param beside  a file that the source owns: the one of the voxels, where they are not in the header's
/// @throws as VolumeSource, and Error(input_refused) where the file holds more or less than the array
std::unique_ptr<VolumeSource> open_array(const InputFile& file, StoredBytes where, std::uint64_t skip,
                                         const ArrayLayout& layout, const ReadOptions& options,
                                         std::unique_ptr<InputFile> beside = nullptr);

/// Voxels of three axes and nothing else, z slowest, from byte `offset` on; more may stand behind them.
std::unique_ptr<VolumeSource> open_embedded_raw(const InputFile& file, std::uint64_t offset,
                                                const Extent& extent, Element element, bool big_endian);

}  // namespace tauvox::io
