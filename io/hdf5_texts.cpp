// Texts of no fixed length are read here and not by HDF5: of a length that damage has made, 1.10 takes and
// writes as much as 4 GB, and where a place in a heap is none it ends by a signal.
#include "io/hdf5_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace tauvox::io::hdf5 {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 16;
/// Of a text of no fixed length: 4 bytes of its length, 8 of the address of a heap, 4 of the object in it.
constexpr std::size_t entry = 16;

std::uint64_t number_at(const std::uint8_t* bytes, std::size_t width) {
  std::uint64_t number = 0;
  while (width-- > 0) number = number << 8 | bytes[width];
  return number;
}

constexpr std::size_t head = 16;  // of a heap, and of each object in it

/// A global heap: "GCOL", version, length of the whole, and objects, each with its number and length before
/// it.
/// @return nothing where there is none
std::vector<std::uint8_t> heap_at(std::uint64_t address, const InputFile& file) {
  constexpr std::uint64_t largest = std::uint64_t{1}
                                    << 18;  // HDF5 begins another above 64 KiB, texts besides
  std::array<std::uint8_t, head> begin{};
  if (address >= file.size() || file.read_at(address, begin.data(), head) != head ||
      std::memcmp(begin.data(), "GCOL\1", 5) != 0)
    return {};
  const std::uint64_t length = number_at(begin.data() + 8, 8);
  std::vector<std::uint8_t> heap(std::clamp<std::uint64_t>(length, head, largest));
  heap.resize(file.read_at(address, heap.data(), heap.size()));
  return heap;
}

std::optional<std::string> text_in(const std::vector<std::uint8_t>& heap, std::uint64_t object,
                                   std::uint64_t length) {
  for (std::size_t at = head; at + head <= heap.size();) {
    const std::uint64_t number = number_at(heap.data() + at, 2), bytes = number_at(heap.data() + at + 8, 8);
    const std::size_t begin = at + head, left = heap.size() - begin;
    if (number == 0 || bytes > left) break;  // what is free
    if (number == object && length <= bytes)
      return std::string(reinterpret_cast<const char*>(heap.data()) + begin, length);
    at = begin + (bytes + 7) / 8 * 8;
  }
  return std::nullopt;
}

/// The bytes of a dataset in one run; none where it has more or fewer than `size`.
std::optional<std::vector<std::uint8_t>> stored_bytes(hid_t dataset, std::size_t size,
                                                      const InputFile& file) {
  std::vector<std::uint8_t> bytes(size);
  const std::uint64_t stored = H5Dget_storage_size(dataset);
  if (stored == 0) return bytes;  // never written
  const haddr_t offset = H5Dget_offset(dataset);
  if (stored != size || offset >= file.size() || file.read_at(offset, bytes.data(), size) != size)
    return std::nullopt;
  return bytes;
}

/// @param base  of addresses in the file
/// @return the reason where there are none
std::string take_variable(const std::vector<std::uint8_t>& entries, std::uint64_t base, const InputFile& file,
                          std::vector<std::string>& texts) {
  std::uint64_t bytes = 0, last = 0;  // there is no heap at 0
  std::vector<std::uint8_t> heap;
  for (std::size_t at = 0; at < entries.size(); at += entry) {
    const std::uint64_t length = number_at(entries.data() + at, 4),
                        address = number_at(entries.data() + at + 4, 8);
    bytes += length;
    if (bytes > most_bytes) return fmt::format("holds more than {} bytes of text", most_bytes);
    if (length == 0) {
      texts.emplace_back();
      continue;
    }
    if (address != last) heap = heap_at(base + address, file);
    last = address;
    const auto text = text_in(heap, number_at(entries.data() + at + 12, 4), length);
    if (!text) return fmt::format("is damaged: the text of row {} is not where it should be", at / entry);
    texts.push_back(text->substr(0, text->find('\0')));
  }
  return "";
}

}  // namespace

std::optional<std::vector<std::string>> small_texts(hid_t dataset, const InputFile& file, std::string& why) {
  constexpr hssize_t most_rows = 1000;
  std::vector<std::string> texts;
  const auto refuse = [&](std::string reason) {
    why = std::move(reason);
    return std::nullopt;
  };
  const Datatype type(H5Dget_type(dataset));
  const Dataspace space(H5Dget_space(dataset));
  const PropertyList creation(H5Dget_create_plist(dataset));
  if (!type || !space || !creation || H5Tget_class(type) != H5T_STRING) return refuse("holds no texts");
  const hssize_t rows = H5Sget_simple_extent_npoints(space);
  if (rows == 0) return texts;
  std::array<hsize_t, H5S_MAX_RANK> lengths{};
  const int rank = H5Sget_simple_extent_dims(space, lengths.data(), nullptr);
  if (rows < 0 || rank < 1 || lengths[0] != static_cast<hsize_t>(rows))
    return refuse("is no list with one text in each row");
  if (rows > most_rows) return refuse(fmt::format("has {} rows, and at most {} are read", rows, most_rows));
  if (H5Pget_layout(creation) != H5D_CONTIGUOUS || H5Pget_external_count(creation) != 0)
    return refuse("is packed, in chunks or in another file");
  const auto count = static_cast<std::size_t>(rows);
  const bool is_variable = H5Tis_variable_str(type) > 0;
  const std::size_t size = is_variable ? entry : H5Tget_size(type);
  if (!is_variable && size > most_bytes / count)
    return refuse(fmt::format("holds more than {} bytes of text", most_bytes));
  const auto bytes = stored_bytes(dataset, count * size, file);
  if (!bytes) return refuse("is damaged: it has not the bytes that its type and shape ask for");
  if (is_variable) {
    hsize_t base = 0;
    const File container(H5Iget_file_id(dataset));
    H5Pget_userblock(PropertyList(H5Fget_create_plist(container)), &base);
    if (const std::string reason = take_variable(*bytes, base, file, texts); !reason.empty())
      return refuse(reason);
  }
  for (std::size_t at = 0; !is_variable && at < bytes->size(); at += size) {
    const auto* text = reinterpret_cast<const char*>(bytes->data()) + at;
    texts.emplace_back(text, strnlen(text, size));
  }
  return texts;
}

}  // namespace tauvox::io::hdf5
