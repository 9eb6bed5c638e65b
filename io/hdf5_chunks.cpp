// Chunks by H5Dget_chunk_storage_size and H5Dread_chunk, which look up one chunk at a time; H5Dget_chunk_info
// walks through all of them at every call.
#include "io/hdf5_chunks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "io/threads.hpp"
#include "kernels/base/error.hpp"

namespace tauvox::io::hdf5 {
namespace {

constexpr std::size_t largest_chunk = std::size_t{1} << 30;

/// A number of the fill value, "" where the maker of the file set none.
std::string fill_text(hid_t creation) {
  H5D_fill_value_t status = H5D_FILL_VALUE_ERROR;
  double value = 0.0;
  if (H5Pfill_value_defined(creation, &status) < 0 || status != H5D_FILL_VALUE_USER_DEFINED ||
      H5Pget_fill_value(creation, H5T_NATIVE_DOUBLE, &value) < 0)
    return "";
  return fmt::format("{}", value);
}

}  // namespace

Chunks::Chunks(hid_t dataset, std::vector<hsize_t> shape, std::string where, ReadingWatch* watch,
               std::uint64_t file_bytes)
    : dataset_(dataset),
      shape_(std::move(shape)),
      lengths_(shape_.size()),
      where_(std::move(where)),
      watch_(watch),
      file_bytes_(file_bytes),
      creation_(H5Dget_create_plist(dataset)),
      filters_(creation_) {
  const int rank = H5Pget_chunk(creation_, static_cast<int>(lengths_.size()), lengths_.data());
  if (rank != static_cast<int>(shape_.size()) || std::count(lengths_.begin(), lengths_.end(), hsize_t{0}) > 0)
    throw Error(ExitCode::input_refused, "HDF5 chunks do not fit their dataset", where_, last_error(),
                "the file is damaged; copy or export it again");
  const Datatype type(H5Dget_type(dataset_));
  bytes_ = H5Tget_size(type);
  for (const hsize_t length : lengths_)
    if (__builtin_mul_overflow(bytes_, length, &bytes_) || bytes_ > largest_chunk)
      throw Error(ExitCode::input_refused, "HDF5 chunks are too large", where_, "over 1 GiB each",
                  "rewrite it with smaller chunks: h5repack -l CHUNK=64x64x64");
  unsigned options = 0;
  partial_unfiltered_ =
      H5Pget_chunk_opts(creation_, &options) >= 0 && (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0;
}

void Chunks::for_each(const StoredBox& box, const Visit& visit) const {
  const std::size_t rank = shape_.size();
  std::vector<hsize_t> first(rank);
  for (std::size_t axis = 0; axis < rank; ++axis)
    first[axis] = box.begin[axis] / lengths_[axis] * lengths_[axis];
  for (std::vector<hsize_t> begin = first;;) {
    visit(begin);
    std::size_t axis = rank;
    while (axis-- > 0) {  // the last axis runs fastest
      begin[axis] += lengths_[axis];
      if (begin[axis] < box.end[axis]) break;
      begin[axis] = first[axis];
      if (axis == 0) return;
    }
  }
}

/// 0 where there is no such chunk; some versions of HDF5 call that a failure.
std::uint64_t Chunks::stored_bytes(const std::vector<hsize_t>& begin) const {
  hsize_t bytes = 0;
  if (H5Dget_chunk_storage_size(dataset_, begin.data(), &bytes) >= 0) return bytes;
  const std::string why = reason();
  unsigned skipped = 0;
  haddr_t address = 0;
  if (H5Dget_chunk_info_by_coord(dataset_, begin.data(), &skipped, &address, &bytes) < 0 ||
      address != HADDR_UNDEF)
    refuse_damaged(begin, why);
  return 0;
}

std::string Chunks::reason() const {
  return watch_->error_number != 0 ? std::strerror(watch_->error_number) : last_error();
}

void Chunks::require_stored(const StoredBox& box) const {
  for_each(box, [&](const std::vector<hsize_t>& begin) {
    if (stored_bytes(begin) == 0) refuse_missing(begin);
  });
}

void Chunks::refuse_missing(const std::vector<hsize_t>& begin) const {
  hsize_t stored = 0;
  std::uint64_t all = 1;
  for (std::size_t axis = 0; axis < shape_.size(); ++axis)
    all *= (shape_[axis] + lengths_[axis] - 1) / lengths_[axis];
  const Dataspace space(H5Dget_space(dataset_));
  const bool counted = H5Dget_num_chunks(dataset_, space, &stored) >= 0;
  const std::string fill = fill_text(creation_);
  throw Error(
      ExitCode::input_refused, "parts of the HDF5 dataset were never written", where_,
      fmt::format("{} of {} chunks are stored; the first missing one that would be read begins at {}",
                  counted ? std::to_string(stored) : "not all", all, fmt::join(begin, ",")),
      fmt::format("the program that wrote it may have been stopped: export it again, or read a part with "
                  "--crop; if what is missing is meant to be {}, fill it in: h5repack -l CONTI in.h5 out.h5",
                  fill.empty() ? "0" : "the fill value " + fill));
}

void Chunks::refuse_damaged(const std::vector<hsize_t>& begin, const std::string& why) const {
  throw Error(ExitCode::input_refused, "HDF5 chunk is damaged", where_,
              fmt::format("the chunk that begins at {}: {}", fmt::join(begin, ","), why),
              "copy or export the file again");
}

bool Chunks::is_never_filtered(const std::vector<hsize_t>& begin) const {
  if (!partial_unfiltered_) return false;
  for (std::size_t axis = 0; axis < shape_.size(); ++axis)
    if (begin[axis] + lengths_[axis] > shape_[axis]) return true;
  return false;
}

/// @return which filters were skipped
std::uint32_t Chunks::read_stored(const std::vector<hsize_t>& begin, Bytes& data) {
  const std::uint64_t stored = stored_bytes(begin);
  if (stored == 0) refuse_missing(begin);
  if (stored > file_bytes_)
    refuse_damaged(begin, fmt::format("{} bytes in a file of {}", stored, file_bytes_));
  data.resize(stored);
  std::uint32_t skipped = 0;
  // HDF5 reads what it thinks the chunk has, which for chunks without filters may be more than it said above
  watch_->most_raw_bytes = data.size();
  watch_->last_raw_bytes = 0;
  const herr_t status = H5Dread_chunk(dataset_, H5P_DEFAULT, begin.data(), &skipped, data.data());
  watch_->most_raw_bytes = SIZE_MAX;
  const std::size_t wanted = watch_->last_raw_bytes;
  if (wanted > data.size() || (status >= 0 && wanted < data.size()))
    refuse_damaged(begin, fmt::format("it holds {} bytes in place of {}", wanted, stored));
  if (status < 0) refuse_damaged(begin, reason());
  return is_never_filtered(begin) ? UINT32_MAX : skipped;
}

/// HDF5 reads one after another, threads unpack.
void Chunks::read(const StoredBox& box, const Take& take, bool takes_in_threads) {
  constexpr std::size_t unpacked_at_once = std::size_t{8} << 20;
  const std::size_t threads = static_cast<std::size_t>(reading_threads()), fit = unpacked_at_once / bytes_;
  jobs_.resize(threads == 1 ? 1 : std::clamp<std::size_t>(fit, 1, 8 * threads));
  std::size_t begun = 0;
  const auto finish = [&] {
    for_each_in_parallel(begun, [&](std::size_t i) {
      Job& job = jobs_[i];
      job.wrong = filters_.undo(job.data, job.scratch, bytes_, job.skipped);
      if (job.wrong.empty() && takes_in_threads) take(job.begin, job.data);
    });
    for (std::size_t i = 0; i < begun; ++i) {
      if (!jobs_[i].wrong.empty()) refuse_damaged(jobs_[i].begin, jobs_[i].wrong);
      if (!takes_in_threads) take(jobs_[i].begin, jobs_[i].data);
    }
    begun = 0;
  };
  for_each(box, [&](const std::vector<hsize_t>& begin) {
    Job& job = jobs_[begun];
    job.begin = begin;
    job.skipped = read_stored(begin, job.data);
    if (++begun == jobs_.size()) finish();
  });
  finish();
}

}  // namespace tauvox::io::hdf5
