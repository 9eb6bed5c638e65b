#include "io/byte_source.hpp"

#include <fmt/format.h>

#include "kernels/base/error.hpp"

namespace tauvox::io {
namespace {

class PlainBytes final : public ByteSource {
 public:
  PlainBytes(const InputFile& file, const StoredBytes& where) : file_(file), where_(where) {}

  void read(std::uint64_t offset, void* out, std::size_t bytes) override {
    if (file_.read_at(where_.offset + offset, out, bytes) != bytes)
      throw Error(ExitCode::input_refused, "file ends too early", file_.path(),
                  fmt::format("{} bytes from byte {} on are not there", bytes, where_.offset + offset),
                  "copy or export it again");
  }
  void finish() override {
    if (where_.crc && crc_of(file_, where_.offset, where_.stored) != *where_.crc)
      throw Error(ExitCode::input_refused, "voxels are damaged", file_.path(),
                  "they do not give the checksum that the file states", "copy or export it again");
  }

 private:
  const InputFile& file_;
  StoredBytes where_;
};

void refuse_unbacked_size(const InputFile& file, const StoredBytes& where) {
  constexpr std::uint64_t most_of_deflate = 1032;  // bytes that one stored byte can stand for
  if (where.packing == Packing::none && where.unpacked == where.stored) return;
  if (where.packing != Packing::none && where.unpacked / most_of_deflate <= where.stored) return;
  throw Error(ExitCode::input_refused, "file does not hold what its header announces", file.path(),
              fmt::format("{} bytes of voxels are announced, {}{} are there", where.unpacked, where.stored,
                          where.packing == Packing::none ? "" : " compressed ones"),
              "the file may be cut off, or its header wrong; copy or export it again");
}

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const InputFile& file, const StoredBytes& where) {
  refuse_unbacked_size(file, where);
  if (where.packing == Packing::none) return std::make_unique<PlainBytes>(file, where);
  return open_packed_bytes(file, where);
}

#ifndef TAUVOX_HAVE_ZLIB
std::unique_ptr<ByteSource> open_packed_bytes(const InputFile& file, const StoredBytes&) {
  throw Error(ExitCode::input_refused, "voxels are compressed", file.path(),
              "this build was made without zlib", "save them without compression");
}
std::string first_unpacked(const InputFile&, std::size_t) { return ""; }
std::uint32_t crc_of(const InputFile& file, std::uint64_t, std::uint64_t) {
  throw Error(ExitCode::input_refused, "voxels have a checksum", file.path(),
              "this build was made without zlib, which computes it", "save them in another form");
}
#endif

}  // namespace tauvox::io
