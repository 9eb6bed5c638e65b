// Streams of zlib and gzip, unpacked from front to back. Nothing is trusted but what comes out: exactly as
// many bytes as the header of the array makes, with the right checksum, and nothing behind them.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <vector>

#include "io/byte_source.hpp"
#include "kernels/base/error.hpp"

namespace tauvox::io {
namespace {

constexpr std::size_t block_bytes = 1 << 18;

class InflatedBytes final : public ByteSource {
 public:
  InflatedBytes(const InputFile& file, const StoredBytes& where)
      : file_(file), where_(where), input_(block_bytes), skipped_(block_bytes) {
    constexpr int largest_window = 15, gzip_or_zlib = 32;
    const int bits = where.packing == Packing::deflate ? -largest_window : largest_window + gzip_or_zlib;
    if (inflateInit2(&stream_, bits) != Z_OK)
      throw Error(ExitCode::resources, "not enough memory to unpack the file", file.path());
  }
  ~InflatedBytes() override { inflateEnd(&stream_); }

  void read(std::uint64_t offset, void* out, std::size_t bytes) override {
    if (offset < position_) restart();
    while (position_ < offset)
      unpack(skipped_.data(), std::min<std::uint64_t>(skipped_.size(), offset - position_));
    unpack(static_cast<unsigned char*>(out), bytes);
  }

  void finish() override {
    while (position_ < where_.unpacked)
      unpack(skipped_.data(), std::min<std::uint64_t>(skipped_.size(), where_.unpacked - position_));
    // One byte more must not come; asking for it makes zlib read and check what stands at the end
    unsigned char more = 0;
    if (step(&more, 1) != 0) refuse("they unpack to more than the header announces");
    if (!ended_) refuse("their end is cut off, or something stands behind it");
    if (where_.crc && crc_ != *where_.crc) refuse("they do not give the checksum that the file states");
  }

  /// As many as there are, up to `bytes`.
  std::size_t read_some(unsigned char* out, std::size_t bytes) { return step(out, bytes); }

 private:
  void restart() {
    inflateReset(&stream_);
    stream_.avail_in = 0;
    taken_ = position_ = 0;
    crc_ = 0;
    ended_ = false;
  }

  void unpack(unsigned char* out, std::uint64_t bytes) {
    while (bytes > 0) {
      const std::size_t part = std::min<std::uint64_t>(bytes, std::size_t{1} << 30);
      if (step(out, part) != part)
        refuse(fmt::format("they end after {} of {} bytes", position_, where_.unpacked));
      out += part;
      bytes -= part;
    }
  }

  /// Unpacks up to `bytes`; fewer where the stream ends.
  std::size_t step(unsigned char* out, std::size_t bytes) {
    stream_.next_out = out;
    stream_.avail_out = static_cast<uInt>(bytes);
    while (stream_.avail_out > 0 && !ended_) {
      if (stream_.avail_in == 0) fill();
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        end_member();
      } else if (result == Z_BUF_ERROR && stream_.avail_in == 0 && taken_ == where_.stored) {
        break;  // cut off
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        refuse(fmt::format("after {} bytes: {}", position_, stream_.msg ? stream_.msg : "no valid stream"));
      }
    }
    const std::size_t made = bytes - stream_.avail_out;
    if (where_.crc) crc_ = static_cast<std::uint32_t>(crc32_z(crc_, out, made));
    position_ += made;
    return made;
  }

  void fill() {
    const std::size_t wanted = std::min<std::uint64_t>(input_.size(), where_.stored - taken_);
    const std::size_t got = file_.read_at(where_.offset + taken_, input_.data(), wanted);
    taken_ += got;
    if (got < wanted) taken_ = where_.stored;  // the file was cut short since it was opened
    stream_.next_in = input_.data();
    stream_.avail_in = static_cast<uInt>(got);
  }

  /// Of a gzip file several may follow one another.
  void end_member() {
    if (stream_.avail_in == 0 && taken_ < where_.stored) fill();
    ended_ = stream_.avail_in == 0;
    if (ended_) return;
    if (where_.packing != Packing::gzip) refuse("something stands behind them");
    inflateReset(&stream_);
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ExitCode::input_refused, "compressed voxels are damaged", file_.path(), why,
                "copy or export it again");
  }

  const InputFile& file_;
  StoredBytes where_;
  z_stream stream_{};
  std::vector<unsigned char> input_, skipped_;
  std::uint64_t taken_ = 0;     // of the stored bytes
  std::uint64_t position_ = 0;  // in the unpacked ones
  std::uint32_t crc_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> open_packed_bytes(const InputFile& file, const StoredBytes& where) {
  return std::make_unique<InflatedBytes>(file, where);
}

std::string first_unpacked(const InputFile& file, std::size_t bytes) {
  std::string out(bytes, '\0');
  try {
    InflatedBytes stream(file, {.offset = 0, .stored = file.size(), .packing = Packing::gzip});
    out.resize(stream.read_some(reinterpret_cast<unsigned char*>(out.data()), bytes));
  } catch (const Error&) {
    out.clear();
  }
  return out;
}

std::uint32_t crc_of(const InputFile& file, std::uint64_t offset, std::uint64_t bytes) {
  std::vector<unsigned char> block(block_bytes);
  uLong crc = 0;
  while (bytes > 0) {
    const std::size_t got = file.read_at(offset, block.data(), std::min<std::uint64_t>(block.size(), bytes));
    if (got == 0) break;
    crc = crc32_z(crc, block.data(), got);
    offset += got;
    bytes -= got;
  }
  return static_cast<std::uint32_t>(crc);
}

}  // namespace tauvox::io
