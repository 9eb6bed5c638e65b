// The pages of a TIFF through libtiff, quietly: where each begins, what each holds. Included by io/tiff_*.cpp
// only.
#pragma once

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
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
  std::uint16_t planar = PLANARCONFIG_CONTIG, extra_sample = EXTRASAMPLE_UNSPECIFIED;
  bool is_reduced = false;     // a smaller copy of another page, or its mask: no slice
  std::int64_t announced = 0;  // images that its own description tells of, from here on

  bool same_image(const TiffPage& other) const {
    return width == other.width && height == other.height && bits == other.bits && samples == other.samples &&
           sample_format == other.sample_format && is_lossy() == other.is_lossy();
  }
  /// These change values; a label that is nearly right is another label. LERC may: see tiff_lerc.hpp.
  bool is_lossy() const {
    constexpr std::array<std::uint16_t, 14> lossy{COMPRESSION_OJPEG,    COMPRESSION_JPEG,
                                                  COMPRESSION_PIXARLOG, COMPRESSION_SGILOG,
                                                  COMPRESSION_SGILOG24, 22610 /*JPEG XR*/,
                                                  34934 /*JPEG XR*/,    34712 /*JPEG 2000*/,
                                                  33003 /*JPEG 2000*/,  33004 /*same*/,
                                                  33005 /*same*/,       34892 /*lossy JPEG of DNG*/,
                                                  50001 /*WebP*/,       50002 /*JPEG XL*/};
    return std::find(lossy.begin(), lossy.end(), compression) != lossy.end();
  }
  std::string text() const;  // "301x301 of uint8"
};

/// The first error and the first warning of libtiff since they were last forgotten.
struct TiffComplaints {
  std::string error, warning;
};

class TiffFile {
 public:
  /// @throws Error(input_refused) when libtiff cannot make sense of the file.
  explicit TiffFile(const InputFile& file);

  TIFF* tiff() const { return tiff_.get(); }
  std::size_t slices() const { return slices_.size(); }
  /// The page of the first slice.
  const TiffPage& first() const { return pages_[slices_[0]]; }
  /// Page of a slice as the file counts, from 1: some pages are no slices.
  std::size_t number(std::size_t slice) const { return slices_[slice] + 1; }
  const std::vector<std::string>& notices() const { return notices_; }
  /// Leaves of the slices those with these numbers (0 is the first).
  void keep(const std::vector<std::size_t>& slices);
  /// Makes the page of `slice` (0 is the first) the current one.
  void select(std::size_t slice);
  /// The ImageDescription of the first page that has one, "" for none; another page may be current after it.
  std::string description();
  /// What slices say of how their numbers are shown: a notice, or a warning where it is true of some alone.
  void tell_display(VolumeDescription& description) const;
  /// The text of GDAL_NODATA of the current page, where it is a number.
  std::optional<NoData> no_data() const;
  /// Of the current page; empty where it has none.
  Palette palette() const;
  void forget_complaints() { *complaints_ = {}; }
  /// What libtiff has said against data since then, also where it went on and returned success; "" for
  /// nothing.
  std::string data_complaint() const;
  /// @param page counted from 1
  [[noreturn]] void refuse_page(std::size_t page, const std::string& why) const;

 private:
  TiffPage read_page() const;
  void walk();

  std::string path_;
  std::unique_ptr<TiffComplaints> complaints_;  // on the heap: libtiff keeps its address
  std::unique_ptr<TIFF, void (*)(TIFF*)> tiff_;
  std::vector<std::uint64_t> offsets_;  // of all pages
  std::vector<TiffPage> pages_;
  std::vector<std::size_t> slices_;  // the pages that make the volume
  std::vector<std::string> notices_;
};

}  // namespace tauvox::io
