// TIFF of labels as ImageJ writes a stack: a page per slice, deflated, the calibration in its description and
// the resolution tags.
#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include "io/output.hpp"
#include "io/written_labels.hpp"

namespace tauvox::io {
namespace {

constexpr std::uint64_t strip_bytes = 1 << 20;
constexpr std::uint64_t largest_classic = std::uint64_t{3} << 30;  // offsets end at 4 GiB

using Tiff = std::unique_ptr<TIFF, void (*)(TIFF*)>;

#if TIFFLIB_VERSION >= 20221213
int keep_quiet(TIFF*, void*, const char*, const char*, va_list) { return 1; }

TIFF* open_quietly(const std::string& path, const char* mode) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, keep_quiet, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options, keep_quiet, nullptr);
  TIFF* tiff = TIFFOpenExt(path.c_str(), mode, options);
  TIFFOpenOptionsFree(options);
  return tiff;
}
#else
TIFF* open_quietly(const std::string& path, const char* mode) {
  TIFFSetErrorHandler(nullptr);
  TIFFSetWarningHandler(nullptr);
  return TIFFOpen(path.c_str(), mode);
}
#endif

/// Lines that Fiji reads, then those of the origin, which it leaves alone.
std::string description_of(const FieldFile& labels) {
  const Volume& volume = *labels.volume;
  std::string text = fmt::format("ImageJ=1.54f\nimages={0}\nslices={0}\n", volume.extent.nz);
  if (volume.voxel_size || volume.voxel_ratio)
    text += fmt::format("unit={}\nspacing={}\n", volume.voxel_size ? "micron" : "pixel",
                        volume.spacing()[0] * (volume.voxel_size ? 1e6 : 1));
  text += "loop=false\n";
  for (const auto& [name, value] : field_texts(labels))
    if (name != "length_unit") text += fmt::format("{}{}={}\n", own_prefix, name, value);
  return text;
}

std::uint16_t sample_format(Scalar scalar, const std::string& path) {
  switch (scalar) {
    case Scalar::uint8:
    case Scalar::uint16:
    case Scalar::uint32:
      return SAMPLEFORMAT_UINT;
    case Scalar::int8:
    case Scalar::int16:
    case Scalar::int32:
      return SAMPLEFORMAT_INT;
    default:
      throw Error(ExitCode::usage, "labels do not fit a TIFF file", path, "they need 64 bits",
                  "write .h5, .vti or .npy, or renumber the labels");
  }
}

class Writer {
 public:
  Writer(const PendingFile& pending, const FieldFile& labels, const FieldArray& array)
      : pending_(pending),
        array_(array),
        extent_(labels.volume->extent),
        format_(sample_format(array.scalar, pending.path())),
        tiff_(nullptr, TIFFClose) {
    const std::uint64_t bytes = static_cast<std::uint64_t>(extent_.voxels()) * array.bytes;
    errno = 0;
    tiff_.reset(open_quietly(pending.temporary(), bytes > largest_classic ? "w8" : "w"));
    check(tiff_ != nullptr);
    const std::string description = description_of(labels);
    for (std::int64_t z = 0; z < extent_.nz; ++z) write_page(*labels.volume, z, z == 0 ? description : "");
    check(TIFFFlush(tiff_.get()) == 1);
  }

 private:
  void check(bool good) const {
    if (!good) throw_output("cannot write the TIFF file", pending_.path(), errno != 0 ? errno : EIO);
  }

  void set_tags(const Volume& volume, const std::string& description, std::uint32_t rows) const {
    TIFF* tiff = tiff_.get();
    const auto set = [&](std::uint32_t tag, auto value) { check(TIFFSetField(tiff, tag, value) == 1); };
    set(TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(extent_.nx));
    set(TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(extent_.ny));
    set(TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * array_.bytes));
    set(TIFFTAG_SAMPLESPERPIXEL, 1);
    set(TIFFTAG_SAMPLEFORMAT, static_cast<int>(format_));
    set(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    set(TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
    set(TIFFTAG_ZIPQUALITY, 1);
    set(TIFFTAG_ROWSPERSTRIP, rows);
    if (!description.empty()) set(TIFFTAG_IMAGEDESCRIPTION, description.c_str());
    if (!volume.voxel_size && !volume.voxel_ratio) return;
    const auto step = volume.spacing();  // z, y, x
    const double scale = volume.voxel_size ? 1e-6 : 1;
    set(TIFFTAG_RESOLUTIONUNIT, RESUNIT_NONE);
    set(TIFFTAG_XRESOLUTION, scale / step[2]);
    set(TIFFTAG_YRESOLUTION, scale / step[1]);
  }

  void write_page(const Volume& volume, std::int64_t z, const std::string& description) {
    const std::uint64_t row = static_cast<std::uint64_t>(extent_.nx) * array_.bytes;
    const auto height = static_cast<std::uint64_t>(extent_.ny);
    const std::uint64_t rows = std::clamp<std::uint64_t>(strip_bytes / row, 1, height);
    set_tags(volume, description, static_cast<std::uint32_t>(rows));
    const auto* page = static_cast<const unsigned char*>(array_.slab(z, 1));
    for (std::uint64_t y = 0; y < height; y += rows) {
      const std::uint64_t bytes = std::min(rows, height - y) * row;
      strip_.assign(page + y * row, page + y * row + bytes);  // libtiff may change what it writes
      const auto count = static_cast<tmsize_t>(bytes);
      check(TIFFWriteEncodedStrip(tiff_.get(), static_cast<std::uint32_t>(y / rows), strip_.data(), count) ==
            count);
    }
    check(TIFFWriteDirectory(tiff_.get()) == 1);
  }

  const PendingFile& pending_;
  const FieldArray& array_;
  Extent extent_;
  std::uint16_t format_;
  Tiff tiff_;
  std::vector<unsigned char> strip_;
};

}  // namespace

void write_tiff(const std::string& path, const FieldFile& labels, bool overwrite) {
  PendingFile pending(path, overwrite);
  const FieldArray array = field_arrays(labels).front();
  for (const std::int64_t length : {labels.volume->extent.ny, labels.volume->extent.nx})
    if (length > UINT32_MAX)
      throw Error(ExitCode::output, "the volume is too long for a TIFF file", path,
                  "it counts rows and columns in 32 bits", "write .h5 instead");
  { const Writer writer(pending, labels, array); }  // closed before it is read
  check_written(pending, open_tiff, "TIFF", array, *labels.volume);
  pending.commit();
}

}  // namespace tauvox::io
