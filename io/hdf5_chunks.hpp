// The chunks of a dataset: whether they are all there, and their elements, read as stored and unpacked here.
// Included by io/hdf5_*.cpp only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/hdf5_driver.hpp"
#include "io/hdf5_unfilter.hpp"

namespace tauvox::io::hdf5 {

/// A box of a dataset, half open, along the dataset's own axes.
struct StoredBox {
  std::vector<hsize_t> begin, end;
};

class Chunks {
 public:
  /// @param dataset  is chunked, open, and outlives this
  /// @param watch    of the driver of its file
  /// @throws Error(input_refused) for chunks above 1 GiB
  Chunks(hid_t dataset, std::vector<hsize_t> shape, std::string where, ReadingWatch* watch,
         std::uint64_t file_bytes);

  const std::vector<hsize_t>& lengths() const { return lengths_; }
  std::size_t bytes() const { return bytes_; }

  /// Whether `read` can unpack them; else the library must.
  bool can_be_read() const { return filters_.are_known(); }

  /// Looks every chunk of the box up, without reading it.
  /// @throws Error(input_refused) where one was never written: HDF5 would give the fill value, usually 0.
  void require_stored(const StoredBox& box) const;

  /// Hands over each chunk that meets the box: where it begins, and its elements in the stored type, which
  /// may be changed (and the memory made larger).
  /// @throws Error(input_refused) for a chunk that does not unpack to its size, named by where it begins
  /// @param takes_in_threads whether `take` may be called by several at a time: it may not where it calls
  /// HDF5
  using Take = std::function<void(const std::vector<hsize_t>& begin, Bytes& elements)>;
  void read(const StoredBox& box, const Take& take, bool takes_in_threads = false);

 private:
  using Visit = std::function<void(const std::vector<hsize_t>& begin)>;
  void for_each(const StoredBox& box, const Visit& visit) const;
  std::uint64_t stored_bytes(const std::vector<hsize_t>& begin) const;
  std::string reason() const;
  std::uint32_t read_stored(const std::vector<hsize_t>& begin, Bytes& data);
  bool is_never_filtered(const std::vector<hsize_t>& begin) const;
  [[noreturn]] void refuse_missing(const std::vector<hsize_t>& begin) const;
  [[noreturn]] void refuse_damaged(const std::vector<hsize_t>& begin, const std::string& why) const;

  hid_t dataset_;
  std::vector<hsize_t> shape_, lengths_;
  std::size_t bytes_ = 0;  // of a chunk's elements
  std::string where_;
  ReadingWatch* watch_;
  std::uint64_t file_bytes_;
  PropertyList creation_;
  Filters filters_;
  bool partial_unfiltered_ = false;

  /// One that is unpacked while others are.
  struct Job {
    std::vector<hsize_t> begin;
    Bytes data, scratch;
    std::uint32_t skipped = 0;
    std::string wrong;
  };
  std::vector<Job> jobs_;
};

}  // namespace tauvox::io::hdf5
