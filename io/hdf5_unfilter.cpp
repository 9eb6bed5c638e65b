// Inflate, unshuffle and check sums, as H5Zdeflate.c, H5Zshuffle.c and H5Zfletcher32.c define them.
#include "io/hdf5_unfilter.hpp"

#include <fmt/format.h>
#include <zlib.h>

#ifdef TAUVOX_HAVE_LZF
#include <lzf.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tauvox::io::hdf5 {
namespace {

constexpr std::size_t sum_bytes = 4;  // what fletcher32 adds

/// Exactly `size` bytes, or what is wrong.
std::string inflate_exactly(const Bytes& data, Bytes& out, std::size_t size) {
  out.resize(size);
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return "zlib cannot start";
  stream.next_in = const_cast<Bytef*>(data.data());
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(size);
  const int status = inflate(&stream, Z_FINISH);
  std::uint8_t beyond = 0;
  if (status == Z_BUF_ERROR && stream.avail_out == 0 && stream.avail_in > 0) {
    stream.next_out = &beyond;
    stream.avail_out = 1;
    inflate(&stream, Z_FINISH);
  }
  const bool is_longer = stream.total_out > size;
  const std::string complaint = stream.msg != nullptr ? stream.msg : "";
  const std::size_t got = stream.total_out;
  inflateEnd(&stream);
  if (is_longer) return fmt::format("it unpacks to more than its {} bytes", size);
  if (status == Z_STREAM_END && got == size) return "";
  if (status == Z_STREAM_END) return fmt::format("it unpacks to {} bytes in place of {}", got, size);
  if (!complaint.empty()) return fmt::format("zlib says: {}", complaint);
  return fmt::format("its deflate data end early, after {} of {} bytes", got, size);
}

/// As inflate_exactly, of what lzf_compress made.
std::string unpack_lzf_exactly([[maybe_unused]] const Bytes& data, Bytes& out, std::size_t size) {
  out.resize(size);
#ifdef TAUVOX_HAVE_LZF
  const std::size_t got = lzf_decompress(data.data(), static_cast<unsigned>(data.size()), out.data(),
                                         static_cast<unsigned>(size));
  if (got == size) return "";
  if (got > 0) return fmt::format("it unpacks to {} bytes in place of {}", got, size);
  if (errno == E2BIG) return fmt::format("it unpacks to more than its {} bytes", size);
#endif
  return "its LZF data are damaged";
}

/// Byte b of element e stands at b * elements + e; bytes that make no whole element stand at the end.
void unshuffle(const Bytes& data, Bytes& out, std::size_t element_bytes) {
  out.resize(data.size());
  const std::size_t elements = data.size() / element_bytes;
  for (std::size_t b = 0; b < element_bytes; ++b) {
    const std::uint8_t* from = data.data() + b * elements;
    std::uint8_t* to = out.data() + b;
    for (std::size_t e = 0; e < elements; ++e, to += element_bytes) *to = from[e];
  }
  const auto whole = static_cast<std::ptrdiff_t>(elements * element_bytes);
  std::copy(data.begin() + whole, data.end(), out.begin() + whole);
}

std::uint32_t fold(std::uint32_t sum) { return (sum & 0xffff) + (sum >> 16); }

std::uint32_t fletcher32(const std::uint8_t* data, std::size_t bytes) {
  std::uint32_t first = 0, second = 0;
  for (std::size_t words = bytes / 2; words > 0;) {
    std::size_t block = std::min<std::size_t>(words, 360);  // the sums stay below 2^32
    words -= block;
    for (; block > 0; --block, data += 2) {
      first += static_cast<std::uint32_t>(data[0] << 8 | data[1]);
      second += first;
    }
    first = fold(first);
    second = fold(second);
  }
  if (bytes % 2 != 0) {
    first += static_cast<std::uint32_t>(*data << 8);
    second += first;
    first = fold(first);
    second = fold(second);
  }
  return fold(second) << 16 | fold(first);
}

/// Takes the sum off the end. HDF5 1.6.2 and before wrote it with the bytes of each half exchanged.
std::string check_sum(Bytes& data) {
  if (data.size() < sum_bytes) return "it is shorter than its checksum";
  const std::size_t bytes = data.size() - sum_bytes;
  std::uint32_t stored = 0;
  for (std::size_t i = 0; i < sum_bytes; ++i)
    stored |= static_cast<std::uint32_t>(data[bytes + i]) << (8 * i);
  const std::uint32_t sum = fletcher32(data.data(), bytes);
  const std::uint32_t old_sum = (sum & 0x00ff00ff) << 8 | (sum >> 8 & 0x00ff00ff);
  if (stored != sum && stored != old_sum) return "its checksum (fletcher32) is wrong";
  data.resize(bytes);
  return "";
}

}  // namespace

bool can_undo_lzf() {
#ifdef TAUVOX_HAVE_LZF
  return true;
#else
  return false;
#endif
}

Filters::Filters(hid_t creation) {
  const int count = H5Pget_nfilters(creation);
  int packed = 0;
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0, config = 0, parameters[8] = {};
    std::size_t parameter_count = 8;
    Filter filter;
    filter.id = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &parameter_count, parameters, 0,
                               nullptr, &config);
    const bool packs = filter.id == H5Z_FILTER_DEFLATE || (filter.id == filter_lzf && can_undo_lzf());
    packed += packs ? 1 : 0;
    if (filter.id == H5Z_FILTER_SHUFFLE) {
      filter.element_bytes = parameters[0];
      known_ = known_ && parameter_count > 0 && parameters[0] > 0;
    } else {
      known_ = known_ && (packs || filter.id == H5Z_FILTER_FLETCHER32);
    }
    filters_.push_back(filter);
  }
  known_ = known_ && count >= 0 && packed <= 1;  // of two, the size between them is not known
}

std::string Filters::undo(Bytes& data, Bytes& scratch, std::size_t size, std::uint32_t skipped) const {
  const auto is_applied = [&](std::size_t i) { return (skipped >> i & 1) == 0; };
  for (std::size_t i = filters_.size(); i-- > 0;) {
    const Filter& filter = filters_[i];
    if (!is_applied(i)) continue;
    std::string wrong;
    if (filter.id == H5Z_FILTER_FLETCHER32) {
      wrong = check_sum(data);
    } else if (filter.id == H5Z_FILTER_DEFLATE || filter.id == filter_lzf) {
      std::size_t before = size;  // sums that were added before it was packed
      for (std::size_t j = 0; j < i; ++j)
        if (is_applied(j) && filters_[j].id == H5Z_FILTER_FLETCHER32) before += sum_bytes;
      wrong = filter.id == filter_lzf ? unpack_lzf_exactly(data, scratch, before)
                                      : inflate_exactly(data, scratch, before);
      data.swap(scratch);
    } else if (filter.element_bytes > 1 && filter.element_bytes <= data.size()) {
      unshuffle(data, scratch, filter.element_bytes);
      data.swap(scratch);
    }
    if (!wrong.empty()) return wrong;
  }
  if (data.size() == size) return "";
  return fmt::format("it holds {} bytes in place of {}", data.size(), size);
}

}  // namespace tauvox::io::hdf5
