// A dataset, where it lies, and what names its axes have. Included by io/hdf5_*.cpp only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"

namespace tauvox::io::hdf5 {

struct DatasetPlace {
  hid_t file, dataset;
  std::string path;  // without links
  std::vector<std::uint64_t> shape;
  std::vector<std::string> groups;  // above it, the nearest first; "/" is the last

  /// "/a/b" for b beside the dataset.
  std::string beside(const std::string& name) const {
    return (groups.front() == "/" ? "" : groups.front()) + "/" + name;
  }
};

/// Names of the axes, as one place states them.
struct StatedAxes {
  std::vector<std::string> names;
  std::string source;
  std::vector<std::string> coordinates{};  // paths of the positions along each axis; "" or none: not stated
};

}  // namespace tauvox::io::hdf5
