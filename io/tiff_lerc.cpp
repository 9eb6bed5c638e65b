#include "io/tiff_lerc.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <string_view>

#include "io/volume_source.hpp"

namespace tauvox::io {
namespace {

constexpr std::uint16_t lerc = 34887;
constexpr std::size_t header_bytes = 80;

std::uint64_t little_endian(const unsigned char* from, int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= std::uint64_t{from[i]} << (8 * i);
  return value;
}

/// maxZError of a LERC2 blob. libtiff forgets what the writer asked for; the blob remembers.
std::optional<double> stored_error(const std::array<unsigned char, header_bytes>& head, tmsize_t bytes) {
  constexpr std::string_view key = "Lerc2 ";
  if (std::memcmp(head.data(), key.data(), key.size()) != 0) return std::nullopt;
  const std::uint64_t version = little_endian(head.data() + key.size(), 4);
  if (version < 2 || version > 6) return std::nullopt;
  std::size_t at = key.size() + 4;
  if (version >= 3) at += 4;         // checksum
  at += (version >= 4 ? 7 : 6) * 4;  // sizes, type
  if (version >= 6) at += 4 + 4;     // further blobs, flags
  if (bytes < static_cast<tmsize_t>(at + 8)) return std::nullopt;
  return std::bit_cast<double>(little_endian(head.data() + at, 8));
}

/// Integers are stored exactly up to an error of a half, other numbers at 0 only.
double exact_error(TIFF* tiff) {
  std::uint16_t format = SAMPLEFORMAT_UINT;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  return format == SAMPLEFORMAT_IEEEFP ? 0.0 : 0.5;
}

}  // namespace

void refuse_lossy_lerc(TIFF* tiff, std::uint32_t block, const std::string& path, std::size_t page) {
  std::uint16_t compression = COMPRESSION_NONE;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
  if (compression != lerc) return;
  const auto refuse = [&](const std::string& why) {
    throw Error(ExitCode::input_invalid, "TIFF compression changes values", path,
                fmt::format("page {}: LERC {}", page, why),
                "save the labels again from where they were made, uncompressed or with LZW or deflate");
  };
  std::array<unsigned char, header_bytes> head{};
  const auto size = static_cast<tmsize_t>(head.size());
  const tmsize_t got = TIFFIsTiled(tiff) ? TIFFReadRawTile(tiff, block, head.data(), size)
                                         : TIFFReadRawStrip(tiff, block, head.data(), size);
  if (got < 0) return;  // reading it says why
  const std::optional<double> error = stored_error(head, got);
  if (!error) refuse("that is compressed once more; whether it changed values cannot be told");
  if (!(*error <= exact_error(tiff))) refuse(fmt::format("with an error of up to {:g}", *error));
}

}  // namespace tauvox::io
