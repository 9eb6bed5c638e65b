#include "io/tiff_samples.hpp"

#include <fmt/format.h>

#include <cstring>

namespace tauvox::io {

TiffSamples::TiffSamples(const TiffPage& page, std::string path)
    : page_(page), path_(std::move(path)), bytes_(page.bits / 8u) {
  if (is_single()) return;
  const bool grey = page.photometric == PHOTOMETRIC_MINISBLACK || page.photometric == PHOTOMETRIC_MINISWHITE;
  const bool colour = page.photometric == PHOTOMETRIC_RGB && page.samples >= 3;
  if ((!grey && !colour) || page.samples > 4 || page.bits % 8 != 0)
    throw Error(ExitCode::input_invalid, "TIFF is a colour image", path_,
                fmt::format("{} samples per pixel", page.samples), likely_cause());
}

std::string TiffSamples::notice() const {
  if (is_single()) return "";
  return fmt::format("{} samples per pixel that say the same: the first is taken", page_.samples);
}

std::string TiffSamples::likely_cause() const {
  if (page_.samples == 3 || page_.samples == 4)
    return fmt::format(
        "if these are {} slices or channels that were saved as one colour image, save them as pages "
        "(tifffile: "
        "photometric=\"minisblack\"); if labels were drawn in colours, save them as a grey or palette image",
        page_.samples);
  return "save one channel, as a grey or palette image";
}

/// The last of two or four; a third grey sample is no alpha.
bool TiffSamples::is_alpha(std::uint16_t sample) const {
  if (page_.photometric == PHOTOMETRIC_RGB) return sample == 3;
  return page_.samples == 2 && page_.extra_sample != EXTRASAMPLE_UNSPECIFIED;
}

bool TiffSamples::agrees(const unsigned char* first, const unsigned char* other, std::uint16_t sample) {
  if (std::memcmp(first, other, bytes_) == 0 && !is_alpha(sample)) return true;
  if (!is_alpha(sample)) return false;
  if (alpha_.empty()) alpha_.assign(other, other + bytes_);
  return std::memcmp(alpha_.data(), other, bytes_) == 0;  // the same everywhere: it hides nothing
}

void TiffSamples::merge(unsigned char* block, std::size_t row_bytes, std::int64_t rows, std::int64_t columns,
                        std::size_t page) {
  for (std::int64_t y = 0; y < rows; ++y) {
    unsigned char* row = block + static_cast<std::size_t>(y) * row_bytes;
    for (std::int64_t x = 0; x < columns; ++x) {
      const unsigned char* pixel = row + static_cast<std::size_t>(x) * bytes_ * page_.samples;
      for (std::uint16_t sample = 1; sample < page_.samples; ++sample)
        if (!agrees(pixel, pixel + sample * bytes_, sample)) refuse(page);
      std::memmove(row + static_cast<std::size_t>(x) * bytes_, pixel, bytes_);
    }
  }
}

void TiffSamples::compare(const unsigned char* first, const unsigned char* other, std::uint16_t sample,
                          std::size_t row_bytes, std::int64_t rows, std::int64_t columns, std::size_t page) {
  for (std::int64_t y = 0; y < rows; ++y)
    for (std::int64_t x = 0; x < columns; ++x) {
      const std::size_t at = static_cast<std::size_t>(y) * row_bytes + static_cast<std::size_t>(x) * bytes_;
      if (!agrees(first + at, other + at, sample)) refuse(page);
    }
}

void TiffSamples::refuse(std::size_t page) const {
  throw Error(ExitCode::input_invalid, "TIFF is a colour image", path_,
              fmt::format("page {} has {} samples per pixel{} that differ", page, page_.samples,
                          is_planar() ? ", each in a plane of its own," : ""),
              likely_cause());
}

}  // namespace tauvox::io
