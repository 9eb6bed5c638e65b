// What is in an HDF5 file: arrays that could be the volume, found and named without reading a voxel and
// without leaving the file. Included by io/hdf5_*.cpp only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/axis_choice.hpp"
#include "io/hdf5_handle.hpp"
#include "io/volume_source.hpp"

namespace tauvox::io::hdf5 {

/// A stored number type, and the native one it is read as (exactly).
struct NumberType {
  Element element;
  hid_t memory;      // predefined identifier, never closed
  std::string name;  // "uint16 big-endian", "bool", "enum of int8", "int16, 12 bits used"
};

/// Empty for compound, string, variable-length, reference, opaque and array types, and for numbers that do
/// not fit 64 bits. `name` always says what the type is.
std::optional<NumberType> number_type(hid_t type, std::string& name);

/// One dataset as far as metadata say.
struct Entry {
  std::string path, type, layout;    // layout: "" or why it cannot be read ("virtual", "external storage")
  std::vector<std::uint64_t> shape;  // empty: scalar or null
  bool is_number = false;
  std::uint64_t bytes = 0;

  bool is_volume(bool as_2d) const;
  bool has_more_axes() const;  // than three: a volume once --slice has chosen
  std::string text() const;    // "/a/b 10x20x30 uint8 0.0 MB"
};

/// Empty when HDF5 cannot say what the dataset is; its error stack has the reason.
std::optional<Entry> describe(hid_t dataset, const std::string& path);

/// All datasets at and below `root`, by hard links, each object once; at most 10000 objects, 64 groups deep.
struct Catalogue {
  std::vector<Entry> entries;
  std::vector<std::string> unreadable;  // "/path (reason)": damaged, or of a newer HDF5
  std::vector<std::string> external_links;
  bool complete = true;

  std::vector<Entry> volumes(bool as_2d) const;
  std::vector<Entry> with_more_axes() const;
};
Catalogue list_datasets(hid_t file, const std::string& root);

/// `path` with every soft link inside the file replaced by what it names.
/// @return empty when there is no such object.
/// @throws Error(input_refused) for external and user-defined links in any component, and for link loops.
std::optional<std::string> resolve(hid_t file, const std::string& path, const std::string& file_path);

std::string shape_text(const std::vector<std::uint64_t>& shape);

/// "a; b; c" of at most 20.
std::string list_text(const std::vector<std::string>& names);
std::string list_text(const std::vector<Entry>& entries);

}  // namespace tauvox::io::hdf5
