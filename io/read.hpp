// Files -> Volume. `describe_volume` looks at metadata only; `read_volume` reads labels by slabs.
// The formats are one table (io/formats.cpp): adding one is a file and a row.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/statements.hpp"
#include "kernels/volume/volume.hpp"

namespace tauvox::io {

/// Half-open voxel ranges [begin, end) in z, y, x; end = -1 means "to the end".
struct Crop {
  std::array<std::int64_t, 3> begin{0, 0, 0};
  std::array<std::int64_t, 3> end{-1, -1, -1};
};

/// Of grey values, before they are cut into labels.
struct GreyFilter {
  enum class Kind { median, gaussian } kind = Kind::median;
  double size = 3;  // median: edge of the cube, voxels, odd; gaussian: standard deviation, voxels
  bool operator==(const GreyFilter&) const = default;
};

/// Where grey values are cut into labels: label = number of thresholds <= value.
struct Thresholds {
  std::vector<double> values;  // ascending
  int otsu = 0;                // so many instead, from the histogram: 0, 1 or 2
  bool empty() const { return values.empty() && otsu == 0; }
  bool operator==(const Thresholds&) const = default;
};

/// What is no part of the sample: voxels of a label, or of no number.
struct OutsideVoxels {
  bool are_nan = false;
  std::int64_t label = 0;
  bool operator==(const OutsideVoxels&) const = default;
};

struct ReadOptions {
  std::string dataset;                               // HDF5 path; empty: the only 3-D one
  std::optional<std::array<std::int64_t, 3>> shape;  // raw: z, y, x
  std::string dtype;                                 // raw: "uint8", "int16", ..., "float64"
  std::string byte_order = "little";                 // raw: "little" | "big"
  std::int64_t header_bytes = 0;                     // raw
  std::string axes;  // a letter for each axis of the array, slowest first, as "xyz"; empty: as the file says
  std::vector<std::pair<std::string, std::int64_t>>
      slice;                             // axes that are none of z, y, x -> where along them
  std::optional<Crop> crop;              // of z, y, x, whatever their order in the file
  std::vector<GreyFilter> filters;       // in turn
  Thresholds thresholds;                 // grey volumes
  std::optional<OutsideVoxels> outside;  // NaN are left out here; a label is, by who reads
  std::string hdf5_plugins;              // folder of filters that may be loaded; empty: none may
  std::string external_files;            // HDF5: folder of other files that it may name; empty: none
  bool as_2d = false;                    // accept a 2-D array as (1, y, x)
  std::optional<std::array<double, 3>> voxel_size;  // m, z, y, x; wins over what the file says
};

/// What a file says of numbers that are no data: one, or all outside of a range.
struct NoData {
  std::string said;  // "attribute _FillValue = 255"
  double low = 0, high = 0;
  bool is_inside = true;  // from low to high; else outside of them
};

/// What the file says about the array that `read_volume` would read; no voxel has been read. Its texts are
/// io::printable.
struct VolumeDescription {
  std::string format, dataset, stored_type;
  Extent extent;                                     // as stored
  Extent read_extent;                                // after the crop
  bool layer_added = false;                          // a 2-D array: z is not an axis of the file
  std::optional<std::array<double, 3>> voxel_size;   // m, z, y, x
  std::optional<std::array<double, 3>> voxel_ratio;  // edges over the shortest, where there is no unit
  std::string voxel_size_source;
  Statements stated;
  std::vector<NoData> no_data;
  std::vector<std::string> notices;
  std::vector<std::string> warnings;  // said by the file and not understood: may make the results wrong
};

/// @throws Error: input_refused (3) missing, unreadable, wrong type of file; input_invalid (4) contents;
///         usage (2) several candidates or options that do not fit the format.
VolumeDescription describe_volume(const std::string& path, const ReadOptions& options = {});

/// Makes the array that codes of so many voxels go to, of one byte each or two.
using CodeMemory = std::function<LabelCodes(std::int64_t voxels, bool wide)>;
/// In memory of this process.
LabelCodes own_memory(std::int64_t voxels, bool wide);

/// What is read where values are no labels: nothing, steps of a grey scale across the bulk to be looked at,
/// or steps from the least to the greatest that are as fine as labels allow.
enum class Read { labels, labels_or_grey_levels, grey_values };

/// A byte for each voxel that is read, 0 where histograms and Otsu's method shall not count it; empty: all
/// count.
using CountedVoxels = std::span<const std::uint8_t>;

/// @param progress called with the fraction read, from 0 to 1; may be empty.
/// @param what     grey levels and values: fractions, and too many values, are read in steps of a grey scale
/// @throws as describe_volume; besides, input_invalid for labels that are no labels (fractions, NaN, too
/// many).
Volume read_volume(const std::string& path, const ReadOptions& options = {},
                   const std::function<void(double)>& progress = {}, const CodeMemory& memory = own_memory,
                   Read what = Read::labels, CountedVoxels counted = {});

/// Names of the formats this build reads, e.g. {"HDF5", "TIFF", "raw"}.
std::vector<std::string> readable_formats();

}  // namespace tauvox::io
