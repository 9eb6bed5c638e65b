// TIFF: pages are z, rows are y. Strips and tiles, any lossless compression libtiff knows, 1 to 64 bits, one
// sample.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "io/array.hpp"
#include "io/formats.hpp"
#include "io/tiff_axes.hpp"
#include "io/tiff_calibration.hpp"
#include "io/tiff_description.hpp"
#include "io/tiff_lerc.hpp"
#include "io/tiff_pages.hpp"
#include "io/tiff_samples.hpp"
#include "io/turned.hpp"

namespace tauvox::io {
namespace {

constexpr std::uint64_t largest_block = std::uint64_t{1} << 30;

std::optional<Element> element_of(const TiffPage& page) {
  const char* kind = page.sample_format == SAMPLEFORMAT_INT      ? "int"
                     : page.sample_format == SAMPLEFORMAT_IEEEFP ? "float"
                     : page.sample_format <= SAMPLEFORMAT_VOID   ? "uint"
                                                                 : "";
  if (page.bits < 8 && 8 % std::max<int>(page.bits, 1) == 0 && page.sample_format == SAMPLEFORMAT_UINT)
    return Element::uint8;
  return element_named(kind + std::to_string(page.bits));
}

/// One-sample, lossless pages of a type we know, or an Error.
void check_page(const TiffPage& page, const std::string& path) {
  if (page.width == 0 || page.height == 0)
    throw Error(ExitCode::input_invalid, "TIFF page is empty", path, page.text(), "export the stack again");
  if (!element_of(page))
    throw Error(ExitCode::input_invalid, "TIFF type is not supported", path,
                fmt::format("{} bits, sample format {}", page.bits, page.sample_format),
                "save it as 8- or 16-bit unsigned integers");
  const std::uint16_t compression = page.compression;
  if (page.is_lossy())
    throw Error(ExitCode::input_invalid, "TIFF compression changes values", path,
                fmt::format("compression {} is lossy", compression),
                "save the labels again from where they were made, uncompressed or with LZW or deflate");
  if (!TIFFIsCODECConfigured(compression))
    throw Error(ExitCode::input_refused, "TIFF compression is not known to this libtiff", path,
                fmt::format("compression {}", compression), "save it uncompressed or with LZW or deflate");
}

/// The most bytes that one stored byte can stand for: what a file claims beyond it cannot be in it.
std::uint64_t largest_ratio(const TiffPage& page) {
  switch (page.compression) {
    case COMPRESSION_NONE:
      return 1;
    case COMPRESSION_PACKBITS:
      return 64;
    case COMPRESSION_DEFLATE:
    case COMPRESSION_ADOBE_DEFLATE:
      return 1032;
    case COMPRESSION_LZW:
      return 2800;
    default:  // zstd: blocks of 128 KiB in 4 bytes; LZMA less; fax codes a bit a row
      return std::max<std::uint64_t>(33'000, page.width);
  }
}

/// Whether `bytes` of voxels can come from a file of `stored`: memory is taken for what is there, not for
/// what is claimed.
bool can_hold(const TiffPage& page, std::uint64_t bytes, std::uint64_t stored) {
  constexpr std::uint64_t small = std::uint64_t{1} << 26;  // not worth a refusal before it is read
  return bytes <= small || bytes / largest_ratio(page) <= stored;
}

void refuse_unbacked_size(const TiffPage& page, const Extent& extent, const InputFile& input) {
  const std::uint64_t claimed = static_cast<std::uint64_t>(extent.voxels()) / 8 * page.bits * page.samples;
  if (can_hold(page, claimed, input.size())) return;
  throw Error(ExitCode::input_refused, "TIFF claims more voxels than it can hold", input.path(),
              fmt::format("{} are {} bytes, the file has {}", to_string(extent), claimed, input.size()),
              "the file may be truncated; copy or export it again");
}

class TiffSource final : public VolumeSource {
 public:
  TiffSource(const InputFile& input, std::unique_ptr<TiffFile> file)
      : path_(input.path()), stored_(input.size()), file_(std::move(file)), samples_(file_->first(), path_) {
    const TiffPage& page = file_->first();
    element = *element_of(page);
    description.stored_type = page.bits == 1  ? "1 bit"
                              : page.bits < 8 ? fmt::format("{} bits", page.bits)
                                              : info(element).name;
    if (page.bits > 8 && TIFFIsBigEndian(file_->tiff())) description.stored_type += " big-endian";
    description.extent =
        make_extent({static_cast<std::int64_t>(file_->slices()), page.height, page.width}, path_);
    refuse_unbacked_size(page, description.extent, input);
    file_->select(0);
    palette = file_->palette();
    file_->tell_display(description);
    if (const auto no_data = file_->no_data()) description.no_data.push_back(*no_data);
    if (!samples_.is_single()) description.notices.push_back(samples_.notice());
    select(0);
    granularity_y = std::min<std::int64_t>(block_height_, page.height);
  }

  void read(const Region& region, void* out) override {
    const std::size_t bytes = info(element).bytes;
    const std::size_t row = static_cast<std::size_t>(region.size(2)) * bytes;
    auto* to = static_cast<unsigned char*>(out);
    for (std::int64_t z = region.begin[0]; z < region.end[0];
         ++z, to += static_cast<std::size_t>(region.size(1)) * row) {
      select(static_cast<std::size_t>(z));
      for (std::int64_t by = region.begin[1] / block_height_; by * block_height_ < region.end[1]; ++by)
        for (std::int64_t bx = region.begin[2] / block_width_; bx * block_width_ < region.end[2]; ++bx) {
          read_block(z, by * block_height_, bx * block_width_);
          copy_block(region, by * block_height_, bx * block_width_, to);
        }
      if (description.extent.nz > 1)
        colours_.compare(file_->palette(), to, static_cast<std::size_t>(region.size(1) * region.size(2)),
                         bytes, fmt::format("page {}", file_->number(static_cast<std::size_t>(z))), path_);
    }
  }

 private:
  /// Strips are tiles as wide as the page.
  void select(std::size_t slice) {
    file_->select(slice);
    TIFF* tiff = file_->tiff();
    tiled_ = TIFFIsTiled(tiff) != 0;
    std::uint32_t width = file_->first().width, height = file_->first().height;
    if (tiled_) {
      TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
      TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height);
    } else {
      std::uint32_t rows = height;
      TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
      height = std::min(rows, height);
    }
    const std::uint64_t block = tiled_ ? TIFFTileSize64(tiff) : TIFFStripSize64(tiff);
    row_bytes_ = static_cast<std::size_t>(tiled_ ? TIFFTileRowSize64(tiff) : TIFFScanlineSize64(tiff));
    if (width == 0 || height == 0 || block == 0 || block > largest_block || row_bytes_ == 0 ||
        block / row_bytes_ < height || !can_hold(file_->first(), block, stored_))
      throw Error(
          ExitCode::input_refused, "TIFF page has impossible strips or tiles", path_,
          fmt::format("page {}: {}x{} in {} bytes; at most {} are read, and no more than the file can hold",
                      file_->number(slice), height, width, block, largest_block),
          "rewrite it with smaller strips");
    block_width_ = width;
    block_height_ = height;
    block_.resize(static_cast<std::size_t>(block));
  }

  void read_block(std::int64_t z, std::int64_t y, std::int64_t x) {
    const std::size_t page = file_->number(static_cast<std::size_t>(z));
    const std::int64_t rows = std::min(block_height_, description.extent.ny - y);
    const std::int64_t columns = std::min(block_width_, description.extent.nx - x);
    decode(page, y, x, 0, block_);
    if (samples_.is_single()) return;
    if (!samples_.is_planar()) return samples_.merge(block_.data(), row_bytes_, rows, columns, page);
    other_.resize(block_.size());
    for (std::uint16_t sample = 1; sample < file_->first().samples; ++sample) {
      decode(page, y, x, sample, other_);
      samples_.compare(block_.data(), other_.data(), sample, row_bytes_, rows, columns, page);
    }
  }

  void decode(std::size_t page, std::int64_t y, std::int64_t x, std::uint16_t sample,
              std::vector<unsigned char>& out) {
    TIFF* tiff = file_->tiff();
    const auto size = static_cast<tmsize_t>(out.size());
    const std::int64_t rows = tiled_ ? block_height_ : std::min(block_height_, description.extent.ny - y);
    const auto row = static_cast<std::uint32_t>(y), column = static_cast<std::uint32_t>(x);
    const std::uint32_t block =
        tiled_ ? TIFFComputeTile(tiff, column, row, 0, sample) : TIFFComputeStrip(tiff, row, sample);
    file_->forget_complaints();
    refuse_lossy_lerc(tiff, block, path_, page);
    const tmsize_t got = tiled_ ? TIFFReadEncodedTile(tiff, block, out.data(), size)
                                : TIFFReadEncodedStrip(tiff, block, out.data(), size);
    if (const std::string complaint = file_->data_complaint(); !complaint.empty() || got < 0)
      file_->refuse_page(page, complaint);
    if (static_cast<std::uint64_t>(got) < static_cast<std::uint64_t>(rows) * row_bytes_)
      file_->refuse_page(page, "data end too early");
  }

  /// The part of the current block that lies in the region, unpacked to whole bytes.
  void copy_block(const Region& region, std::int64_t y0, std::int64_t x0, unsigned char* page) const {
    const std::size_t bytes = info(element).bytes;
    const std::int64_t x_begin = std::max(x0, region.begin[2]),
                       x_end = std::min(x0 + block_width_, region.end[2]);
    const std::int64_t y_begin = std::max(y0, region.begin[1]),
                       y_end = std::min(y0 + block_height_, region.end[1]);
    const unsigned bits = file_->first().bits;
    for (std::int64_t y = y_begin; y < y_end; ++y) {
      const unsigned char* from = block_.data() + static_cast<std::size_t>(y - y0) * row_bytes_;
      unsigned char* to = page + static_cast<std::size_t>((y - region.begin[1]) * region.size(2) + x_begin -
                                                          region.begin[2]) *
                                     bytes;
      if (bits >= 8) {
        std::memcpy(to, from + static_cast<std::size_t>(x_begin - x0) * bytes,
                    static_cast<std::size_t>(x_end - x_begin) * bytes);
        continue;
      }
      for (std::int64_t x = x_begin - x0; x < x_end - x0;
           ++x) {  // the first voxel stands in the highest bits
        const auto first_bit = static_cast<unsigned>(x * bits % 8);
        *to++ = static_cast<unsigned char>(from[x * bits / 8] >> (8 - bits - first_bit) & ((1u << bits) - 1));
      }
    }
  }

  std::string path_;
  std::uint64_t stored_;  // bytes of the file
  std::unique_ptr<TiffFile> file_;
  bool tiled_ = false;
  std::int64_t block_width_ = 1, block_height_ = 1;
  std::size_t row_bytes_ = 0;
  TiffSamples samples_;
  KnownColours colours_;
  std::vector<unsigned char> block_, other_;
};

/// ImageJ and tifffile write stacks above 4 GB as one page with all slices behind it, uncompressed.
std::unique_ptr<VolumeSource> open_hidden_stack(const InputFile& input, const TiffFile& file,
                                                const TiffDescription& text) {
  const TiffPage& page = file.first();
  TIFF* tiff = file.tiff();
  const std::uint64_t offset = TIFFGetStrileOffset(tiff, 0);
  const Element element = *element_of(page);
  const Extent extent = make_extent({text.images, page.height, page.width}, input.path());
  const std::uint64_t plane = std::uint64_t{page.height} * page.width * info(element).bytes;
  bool contiguous =
      page.compression == COMPRESSION_NONE && page.bits >= 8 && !TIFFIsTiled(tiff) && offset > 0;
  const std::uint32_t strips = TIFFNumberOfStrips(tiff);
  for (std::uint32_t strip = 1; contiguous && strip < strips; ++strip)
    contiguous = TIFFGetStrileOffset(tiff, strip) ==
                 TIFFGetStrileOffset(tiff, strip - 1) + TIFFGetStrileByteCount(tiff, strip - 1);
  std::uint64_t end = 0;
  if (!contiguous || __builtin_mul_overflow(plane, static_cast<std::uint64_t>(text.images), &end) ||
      __builtin_add_overflow(end, offset, &end) || end > input.size())
    throw Error(ExitCode::input_refused, "TIFF announces more images than it has pages", input.path(),
                fmt::format("{} says {} images, there is 1 page and {} bytes", text.writer, text.images,
                            input.size()),
                "the file may be truncated; export the stack again, as HDF5 or BigTIFF");
  auto source = open_embedded_raw(input, offset, extent, element, TIFFIsBigEndian(tiff) != 0);
  source->description.notices.push_back(
      fmt::format("{} stack of {} images behind a single page: all are read", text.writer, text.images));
  return source;
}

/// What the file says of itself is no single volume.
void refuse_other_than_a_stack(const TiffPage& page, const TiffDescription& text, std::int64_t pages,
                               bool as_2d, const std::string& path) {
  const TiffSamples samples(page, path);
  if (pages == 1 && !samples.is_single() && (text.images > 1 || !as_2d))
    throw Error(ExitCode::input_invalid, "image is 2-D", path,
                fmt::format("the TIFF has one page of {}", page.text()),
                samples.likely_cause() + (text.images > 1 ? "" : "; --as-2d takes a grey one as one layer"));
  if (text.writer == "OME" && text.images > pages)
    throw Error(
        ExitCode::input_invalid, "OME file holds a part of its planes", path,
        fmt::format("it announces {}, {} are here; the others lie in other files", text.images, pages),
        "export the stack as one file");
}

/// Of pages that are taken as slices in the order in which they stand: what the file says against it.
void check_axes(const TiffDescription& text, VolumeDescription& description) {
  const auto is_else = [](const TiffDescription::Axis& axis) {
    return axis.length > 1 && !axis.name.empty() && axis.name != "z";
  };
  const bool is_page_last = text.axes.empty() || text.axes.ends_with("YX") || text.axes.ends_with("YXS");
  if (text.channels_are_slices)
    description.warnings.push_back(
        fmt::format("{} says {} channels and no slices, as tifffile does of stacks whose axes nobody "
                    "names{}: pages are taken as z; --axes zyx says that they are",
                    text.writer, text.images,
                    text.spacing ? fmt::format(", and a step along z (spacing {:g})", *text.spacing) : ""));
  else if (!is_page_last || std::any_of(text.page_axes.begin(), text.page_axes.end(), is_else))
    description.warnings.push_back(fmt::format(
        "{} says axes \"{}\": pages are taken as z, their rows as y, their columns as x; --axes{} {} says "
        "which they are",
        text.writer, text.axes, is_page_last ? "" : ", such as", is_page_last ? "zyx" : "xyz"));
  if (!text.is_in_order)
    description.warnings.push_back(
        "OME puts its planes on other pages than the order of its axes does (TiffData): pages are taken as z "
        "in "
        "the order in which they stand; --axes zyx says that they do");
}

/// Where rows and columns of pages are not y and x, a pixel's size says nothing of a voxel's.
void drop_calibration(VolumeDescription& claims) {
  if (!claims.voxel_size && !claims.voxel_ratio) return;
  claims.warnings = {
      // and nothing else of a size that is not used
      fmt::format("{}: not used, as y and x do not lie in the pages; --voxel-size z,y,x settles it",
                  claims.voxel_size_source)};
  claims.voxel_size.reset();
  claims.voxel_ratio.reset();
  claims.voxel_size_source.clear();
}

std::unique_ptr<VolumeSource> open_pages(const InputFile& input, const ReadOptions& options, bool is_slice) {
  auto file = std::make_unique<TiffFile>(input);
  check_page(file->first(), input.path());
  const std::string said = file->description();
  const TiffDescription text =
      parse_tiff_description(said, file->first().samples, file->first().planar == PLANARCONFIG_SEPARATE);
  file->select(0);
  refuse_other_than_a_stack(file->first(), text, static_cast<std::int64_t>(file->slices()), options.as_2d,
                            input.path());
  const TiffAxes axes = choose_tiff_axes(*file, text, options, input.path());
  file->select(0);
  const auto pages = static_cast<std::int64_t>(file->slices());
  VolumeDescription claims;
  if (!options.voxel_size)
    take_calibration(file->tiff(), text, !is_slice && pages == 1 && (text.images <= 1 || axes.chosen),
                     claims);
  const bool has_named_sizes = !text.axes.empty() && !text.size[0].empty();
  if (axes.across && !has_named_sizes) drop_calibration(claims);
  if (options.axes.empty() && !axes.named) check_axes(text, claims);
  claims.notices = file->notices();
  std::unique_ptr<VolumeSource> source;
  if (pages == 1 && text.images > 1 && !axes.chosen) {
    source = open_hidden_stack(input, *file, text);
  } else if (pages == 1 && !options.as_2d) {
    throw Error(ExitCode::input_invalid, "image is 2-D", input.path(),
                fmt::format("the TIFF has one page of {}", file->first().text()),
                "pass --as-2d to take it as one layer");
  } else {
    if (text.images > 0 && text.images != pages && !axes.chosen)
      claims.notices.push_back(
          fmt::format("{} announces {} images, the file has {} pages: all pages are read", text.writer,
                      text.images, pages));
    source = std::make_unique<TiffSource>(input, std::move(file));
    source->description.layer_added = pages == 1;
    if (axes.across) source = across_pages(std::move(source), *axes.across);
  }
  VolumeDescription& description = source->description;
  description.stated = text.stated;
  if (!text.function.empty())
    claims.warnings.push_back(
        fmt::format("ImageJ calibration function ({}) is not applied: labels and thresholds "
                    "are those of the values as stored",
                    text.function));
  description.voxel_size = claims.voxel_size;
  description.voxel_ratio = claims.voxel_ratio;
  description.voxel_size_source = claims.voxel_size_source;
  description.warnings.insert(description.warnings.end(), claims.warnings.begin(), claims.warnings.end());
  description.notices.insert(description.notices.end(), claims.notices.begin(), claims.notices.end());
  description.notices.insert(description.notices.end(), axes.notices.begin(), axes.notices.end());
  if (axes.across) return source;
  source = turned(std::move(source), axes.turned);
  if (has_named_sizes) source->description.voxel_size = claims.voxel_size;
  return source;
}

}  // namespace

std::unique_ptr<VolumeSource> open_tiff(const InputFile& input, const ReadOptions& options) {
  return open_pages(input, options, false);
}

std::unique_ptr<VolumeSource> open_tiff_slice(const InputFile& input, const ReadOptions& options) {
  return open_pages(input, options, true);
}

}  // namespace tauvox::io
