// A virtual dataset is read by HDF5, which takes the fill value for whatever is missing, and what was in
// memory for chunks that are damaged. So its sources are looked at before. Included by io/hdf5_*.cpp only.
#pragma once

#include <string>
#include <vector>

#include "io/hdf5_catalogue.hpp"
#include "io/hdf5_chunks.hpp"
#include "io/hdf5_external.hpp"

namespace tauvox::io::hdf5 {

/// Whether all sources of a virtual dataset lie in its own file.
bool is_made_of_own_file(hid_t creation);

class VirtualSources {
 public:
  /// @param path of the HDF5 file
  /// @throws Error(input_refused) where not every voxel has one source: a dataset that can be opened, with
  /// numbers of the same type and sources of its own nowhere
  VirtualSources(hid_t file, hid_t dataset, const std::vector<std::uint64_t>& shape, std::string where,
                 std::string path, ExternalFiles& files, ReadingWatch* watch);
  ~VirtualSources();

  /// @throws Error(input_refused) where voxels of the box lie in a source that was not written whole, or that
  /// is damaged
  void require_whole(const StoredBox& box) const;

 private:
  struct Source;
  struct Opened;
  void add(Source source, const NumberType& number);
  Opened open(const Source& source) const;
  void require_whole(const Source& source) const;
  [[noreturn]] void refuse(const std::string& what, const std::string& why, const std::string& advice) const;

  hid_t file_;
  std::string where_, path_;
  ExternalFiles& files_;
  ReadingWatch* watch_;
  std::vector<Source> sources_;
};

}  // namespace tauvox::io::hdf5
