// What HDF5's filters did to a chunk, undone here: HDF5 1.10 never compares what comes out with the size of
// the chunk, and fills the rest from whatever was in memory. Included by io/hdf5_*.cpp only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"

namespace tauvox::io::hdf5 {

using Bytes = std::vector<std::uint8_t>;

inline constexpr H5Z_filter_t filter_lzf = 32000;  // of h5py
/// Whether this build undoes it itself.
bool can_undo_lzf();

/// The filters of a dataset, in the order in which they were applied.
class Filters {
 public:
  explicit Filters(hid_t creation);

  /// Whether `undo` knows them all: deflate or LZF (once), shuffle and fletcher32. The others are the
  /// library's.
  bool are_known() const { return known_; }

  /// Undoes them: `data` holds a chunk as stored, and then its `size` bytes of elements.
  /// @param skipped  bit i: filter i was not applied to this chunk
  /// @param scratch  memory that is used again from chunk to chunk
  /// @return what is wrong with the chunk; empty when nothing is
  std::string undo(Bytes& data, Bytes& scratch, std::size_t size, std::uint32_t skipped) const;

 private:
  struct Filter {
    H5Z_filter_t id = 0;
    std::size_t element_bytes = 1;  // shuffle
  };
  std::vector<Filter> filters_;
  bool known_ = true;
};

}  // namespace tauvox::io::hdf5
