#include "io/zip_directory.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/printable.hpp"
#include "kernels/base/error.hpp"

namespace tauvox::io {
namespace {

constexpr std::uint64_t most_entries = 10'000, longest_directory = std::uint64_t{1} << 24;
constexpr std::uint32_t in_zip64 = 0xffffffff;  // the value stands in the extra field

[[noreturn]] void refuse(const InputFile& file, const std::string& why) {
  throw Error(ExitCode::input_refused, "zip file is damaged", file.path(), why, "copy or save it again");
}

/// Bytes of the file, little-endian numbers among them.
class Bytes {
 public:
  Bytes(const InputFile& file, std::uint64_t offset, std::uint64_t count) : file_(file) {
    if (offset > file.size() || count > file.size() - offset || count > longest_directory)
      refuse(file, fmt::format("{} bytes at byte {} are not there", count, offset));
    text_.resize(count);
    text_.resize(file.read_at(offset, text_.data(), count));
  }
  Bytes(const InputFile& file, std::string text) : file_(file), text_(std::move(text)) {}

  std::uint64_t number(std::size_t at, std::size_t bytes) const {
    if (at + bytes > text_.size()) refuse(file_, "an entry ends too early");
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(text_[at + i]);
    return value;
  }
  std::string text(std::size_t at, std::size_t count) const {
    if (at + count > text_.size()) refuse(file_, "an entry ends too early");
    return text_.substr(at, count);
  }
  void require(std::size_t at, std::uint64_t signature, const char* what) const {
    if (number(at, 4) != signature) refuse(file_, fmt::format("there is no {} where it should be", what));
  }
  std::size_t size() const { return text_.size(); }

 private:
  const InputFile& file_;
  std::string text_;
};

struct Directory {
  std::uint64_t entries = 0, bytes = 0, offset = 0;
};

/// The record at the end of the file; a comment behind it has no place in what NumPy writes.
Directory find_directory(const InputFile& file) {
  constexpr std::uint64_t end_bytes = 22, locator_bytes = 20, zip64_bytes = 56;
  if (file.size() < end_bytes) refuse(file, "it is too short");
  const std::uint64_t end = file.size() - end_bytes;
  const Bytes record(file, end, end_bytes);
  if (record.number(0, 4) != 0x06054b50)
    refuse(file, "its directory is not at its end: it is cut off, or something stands behind it");
  if (record.number(4, 2) != 0 || record.number(6, 2) != 0) refuse(file, "it is a part of several files");
  Directory found{record.number(10, 2), record.number(12, 4), record.number(16, 4)};
  std::uint64_t before = end;
  if (found.entries == 0xffff || found.bytes == in_zip64 || found.offset == in_zip64) {
    if (end < locator_bytes + zip64_bytes) refuse(file, "it is too short");
    const Bytes locator(file, end - locator_bytes, locator_bytes);
    locator.require(0, 0x07064b50, "locator of the directory");
    before = locator.number(8, 8);
    const Bytes large(file, before, zip64_bytes);
    large.require(0, 0x06064b50, "large record of the directory");
    found = {large.number(32, 8), large.number(40, 8), large.number(48, 8)};
  }
  if (found.offset > before || found.bytes != before - found.offset)
    refuse(file, "its directory is not where it says");
  if (found.entries > most_entries || found.bytes > longest_directory)
    throw Error(ExitCode::input_refused, "zip file has too many entries", file.path(),
                fmt::format("{}, at most {} are read", found.entries, most_entries),
                "save the one array that is meant");
  return found;
}

/// The numbers that did not fit into 32 bits, in their order.
void take_large(const Bytes& extra, std::initializer_list<std::uint64_t*> numbers, const InputFile& file) {
  std::size_t at = 0;
  while (at + 4 <= extra.size()) {
    const std::uint64_t kind = extra.number(at, 2), bytes = extra.number(at + 2, 2);
    std::size_t next = at + 4;
    at = next + bytes;
    if (kind != 1) continue;
    for (std::uint64_t* number : numbers)
      if (*number == in_zip64) {
        if (next + 8 > at) refuse(file, "a large size is missing");
        *number = extra.number(next, 8);
        next += 8;
      }
    return;
  }
  for (const std::uint64_t* number : numbers)
    if (*number == in_zip64) refuse(file, "a large size is missing");
}

/// Its own header must say the same; the sizes may be left to a record behind it.
void find_bytes(const InputFile& file, std::uint64_t header, std::uint64_t end, std::uint64_t method,
                ZipEntry& entry) {
  constexpr std::uint64_t fixed = 30;
  const Bytes local(file, header, fixed);
  local.require(0, 0x04034b50, "header of an entry");
  const std::uint64_t name = local.number(26, 2), extra = local.number(28, 2);
  if (local.number(8, 2) != method || Bytes(file, header + fixed, name).text(0, name) != entry.name)
    refuse(file, fmt::format("'{}' is called otherwise in its own header", printable(entry.name)));
  entry.bytes.offset = header + fixed + name + extra;
  if (entry.bytes.offset > end || entry.bytes.stored > end - entry.bytes.offset)
    refuse(file, fmt::format("'{}' reaches into the directory", printable(entry.name)));
}

}  // namespace

std::vector<ZipEntry> zip_directory(const InputFile& file) {
  const Directory directory = find_directory(file);
  const Bytes bytes(file, directory.offset, directory.bytes);
  std::vector<ZipEntry> entries;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    bytes.require(at, 0x02014b50, "entry of the directory");
    const std::uint64_t flags = bytes.number(at + 8, 2), method = bytes.number(at + 10, 2);
    const std::uint64_t name = bytes.number(at + 28, 2), extra = bytes.number(at + 30, 2);
    std::uint64_t stored = bytes.number(at + 20, 4), unpacked = bytes.number(at + 24, 4);
    std::uint64_t header = bytes.number(at + 42, 4);
    ZipEntry entry;
    entry.name = bytes.text(at + 46, name);
    take_large(Bytes(file, bytes.text(at + 46 + name, extra)), {&unpacked, &stored, &header}, file);
    if ((flags & 1) != 0) refuse(file, fmt::format("'{}' is encrypted", printable(entry.name)));
    if (method != 0 && method != 8)
      refuse(file,
             fmt::format("'{}' is compressed by method {}, not deflate", printable(entry.name), method));
    entry.bytes = {.offset = 0,
                   .stored = stored,
                   .packing = method == 8 ? Packing::deflate : Packing::none,
                   .unpacked = unpacked,
                   .crc = static_cast<std::uint32_t>(bytes.number(at + 16, 4))};
    find_bytes(file, header, directory.offset, method, entry);
    entries.push_back(std::move(entry));
    at += 46 + name + extra + bytes.number(at + 32, 2);
  }
  if (at != bytes.size()) refuse(file, "its directory has other entries than it says");
  std::vector<StoredBytes> places;
  for (const ZipEntry& entry : entries) places.push_back(entry.bytes);
  std::sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  for (std::size_t i = 1; i < places.size(); ++i)
    if (places[i - 1].offset + places[i - 1].stored > places[i].offset) refuse(file, "entries overlap");
  return entries;
}

}  // namespace tauvox::io
