// How HDF5 writes our files: plain reads and writes at offsets, with a memory for the first failure.
//
// HDF5's own driver is no use on a full disk. Version 1.10 may report success when the last chunks were lost;
// and a file whose close did fail stays half open, and crashes the process at exit. This driver keeps errno
// of the first failed write and from then on swallows what comes, so that HDF5 always closes cleanly; the
// writer asks afterwards. It takes no file locks, which some network file systems lack and a temporary file
// of our own does not need. Internal to io/; only for files named hdf5_*.cpp.
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace tauvox::io {

/// What the driver of a file that is read is told, and what it tells.
struct ReadingWatch {
  int error_number = 0;                   // errno of the first failure
  std::size_t most_raw_bytes = SIZE_MAX;  // a read of more elements than that at once fails
  std::size_t last_raw_bytes = 0;         // what was wanted by the last read of elements
  bool has_lengths_of_8_bytes = false;    // as almost all files: heaps of strings are looked at
  bool is_opened = false;                 // the file itself; what is opened after it is another one
  /// A descriptor of another file, which who gives it closes; -1: not to be opened. Empty: none is.
  std::function<int(const std::string& name)> open_other;
};

/// Makes files opened with this access list use the driver.
/// @param error_number set to errno at the first failure; outlives every such file
/// @return negative on failure, as HDF5 has it
herr_t use_careful_driver(hid_t access, int* error_number);

/// Makes files opened with `access` those of `descriptor`, whatever the name: what is read is what was looked
/// at and is hashed, though the name may lead to another file by now. The caller closes the descriptor, after
/// HDF5's file. Other files that this one names are opened by the same list, by watch->open_other.
/// @param watch outlives every such file
herr_t use_reading_driver(hid_t access, int descriptor, ReadingWatch* watch);

}  // namespace tauvox::io
