// The pages of a TIFF through libtiff, quietly: where each begins, what each holds. Included by io/tiff_*.cpp
// only.
#pragma once

#include <tiffio.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/input_file.hpp"
#include "io/volume_source.hpp"

namespace tauvox::io {

/// What must be the same on every page.
struct TiffPage {
  std::uint32_t width = 0, height = 0;
  std::uint16_t bits = 1, samples = 1, sample_format = SAMPLEFORMAT_UINT,
                photometric = PHOTOMETRIC_MINISBLACK;
  std::uint16_t compression = COMPRESSION_NONE, orientation = ORIENTATION_TOPLEFT;

  bool same_image(const TiffPage& other) const {
    return width == other.width && height == other.height && bits == other.bits && samples == other.samples &&
           sample_format == other.sample_format && is_lossy() == other.is_lossy();
  }
  /// JPEG and WebP change values; a label that is nearly right is another label.
  bool is_lossy() const {
    return compression == COMPRESSION_JPEG || compression == COMPRESSION_OJPEG ||
           compression == 50001 /* WebP */;
  }
  std::string text() const;  // "301x301 of uint8"
};

class TiffFile {
 public:
  /// @throws Error(input_refused) when libtiff cannot make sense of the file.
  explicit TiffFile(const InputFile& file);

  TIFF* tiff() const { return tiff_.get(); }
  const std::vector<std::uint64_t>& pages() const { return offsets_; }
  const TiffPage& first() const { return first_; }
  /// Makes `page` (0 is the first) the current one.
  void select(std::size_t page);
  /// libtiff's last complaint; "" without one.
  const std::string& complaint() const { return *complaint_; }

 private:
  TiffPage read_page() const;
  void walk();

  std::string path_;
  std::unique_ptr<std::string> complaint_;  // on the heap: libtiff keeps its address
  std::unique_ptr<TIFF, void (*)(TIFF*)> tiff_;
  std::vector<std::uint64_t> offsets_;
  TiffPage first_;
};

}  // namespace tauvox::io
