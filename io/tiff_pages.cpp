#include "io/tiff_pages.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <unordered_set>

#include "io/text_header.hpp"
#include "io/tiff_description.hpp"
#include "io/tiff_slices.hpp"

namespace tauvox::io {
namespace {

constexpr std::size_t most_pages = 1'000'000;

void keep_first(std::string& kept, const char* format, va_list arguments) {
  char text[512];
  std::vsnprintf(text, sizeof text, format, arguments);
  if (!kept.empty()) return;  // what follows is a consequence
  kept = text;
  constexpr std::string_view of_no_row =
      " at scanline 4294967295";  // libtiff's -1, where none was decoded yet
  if (const std::size_t at = kept.find(of_no_row); at != std::string::npos) kept.erase(at, of_no_row.size());
}

#if TIFFLIB_VERSION >= 20221213  // 4.5.0: handlers and limits per file instead of per process
int keep_error(TIFF*, void* data, const char*, const char* format, va_list arguments) {
  keep_first(static_cast<TiffComplaints*>(data)->error, format, arguments);
  return 1;  // handled: nothing is printed
}
int keep_warning(TIFF*, void* data, const char*, const char* format, va_list arguments) {
  keep_first(static_cast<TiffComplaints*>(data)->warning, format, arguments);
  return 1;
}

/// A directory or strip that wants much more than the file holds is a trap.
tmsize_t largest_allocation(std::uint64_t file_bytes) {
  constexpr std::uint64_t least = std::uint64_t{1} << 26, most = std::uint64_t{1} << 30;
  return static_cast<tmsize_t>(std::min(most, least + 4 * std::min(most, file_bytes)));
}

TIFF* open_descriptor(int descriptor, const InputFile& file, TiffComplaints* complaints) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, largest_allocation(file.size()));
  TIFFOpenOptionsSetErrorHandlerExtR(options, keep_error, complaints);
  TIFFOpenOptionsSetWarningHandlerExtR(options, keep_warning, complaints);
  // m: no memory map; a file cut short by its writer would end the program with SIGBUS
  TIFF* tiff = TIFFFdOpenExt(descriptor, file.path().c_str(), "rm", options);
  TIFFOpenOptionsFree(options);
  return tiff;
}
#else
thread_local TiffComplaints* listener = nullptr;  // of the file that was opened last

void keep_error(const char*, const char* format, va_list arguments) {
  if (listener) keep_first(listener->error, format, arguments);
}
void keep_warning(const char*, const char* format, va_list arguments) {
  if (listener) keep_first(listener->warning, format, arguments);
}

TIFF* open_descriptor(int descriptor, const InputFile& file, TiffComplaints* complaints) {
  listener = complaints;
  TIFFSetErrorHandler(keep_error);
  TIFFSetWarningHandler(keep_warning);
  return TIFFFdOpen(descriptor, file.path().c_str(), "rm");
}
#endif

}  // namespace

std::string TiffPage::text() const {
  const char* kind = sample_format == SAMPLEFORMAT_INT      ? "int"
                     : sample_format == SAMPLEFORMAT_IEEEFP ? "float"
                                                            : "uint";
  return fmt::format("{}x{} of {}{}{}{}", height, width, kind, bits,
                     samples == 1 ? "" : fmt::format(" with {} samples", samples),
                     is_lossy() ? ", compressed with loss" : "");
}

TiffFile::TiffFile(const InputFile& file)
    : path_(file.path()), complaints_(std::make_unique<TiffComplaints>()), tiff_(nullptr, TIFFClose) {
  const int own = ::dup(file.descriptor());  // TIFFClose closes it
  // libtiff reads from the descriptor's position, which dup shares; nobody else here uses it
  tiff_.reset(own < 0 ? nullptr : open_descriptor(own, file, complaints_.get()));
  if (!tiff_) {
    if (own >= 0) ::close(own);
    throw Error(ExitCode::input_refused, "TIFF file cannot be opened", path_, complaints_->error,
                "copy or export it again");
  }
  walk();
  slices_ = slices_among(pages_, path_, notices_);
}

void TiffFile::walk() {
  std::unordered_set<std::uint64_t> seen;
  for (;;) {
    if (!complaints_->error.empty()) refuse_page(offsets_.size() + 1, complaints_->error);
    const std::uint64_t offset = TIFFCurrentDirOffset(tiff());
    if (!seen.insert(offset).second)
      throw Error(ExitCode::input_refused, "TIFF pages form a loop", path_,
                  fmt::format("after page {} comes an earlier one", offsets_.size()),
                  "export the stack again");
    offsets_.push_back(offset);
    pages_.push_back(read_page());
    if (TIFFLastDirectory(tiff())) return;
    if (offsets_.size() >= most_pages)
      throw Error(ExitCode::input_refused, "TIFF has too many pages", path_,
                  fmt::format("more than {}", most_pages), "export it as HDF5 or raw");
    forget_complaints();
    if (!TIFFReadDirectory(tiff()))
      refuse_page(offsets_.size() + 1,
                  complaints_->error.empty() ? "no directory where one is announced" : complaints_->error);
  }
}

void TiffFile::refuse_page(std::size_t page, const std::string& why) const {
  throw Error(ExitCode::input_refused, "TIFF page cannot be read", path_,
              fmt::format("page {}: {}", page, why),
              "the file may be damaged or truncated; copy or export it again");
}

std::string TiffFile::data_complaint() const {
  // The codecs' warnings tell of data that was left out or made up; this one tells of an old writer.
  if (complaints_->error.empty() && complaints_->warning.starts_with("Old-style LZW")) return "";
  return complaints_->error.empty() ? complaints_->warning : complaints_->error;
}

void TiffFile::select(std::size_t slice) {
  const std::uint64_t offset = offsets_[slices_[slice]];
  if (TIFFCurrentDirOffset(tiff()) != offset && !TIFFSetSubDirectory(tiff(), offset))
    refuse_page(number(slice), complaints_->error);
}

void TiffFile::keep(const std::vector<std::size_t>& slices) {
  std::vector<std::size_t> kept;
  for (const std::size_t slice : slices) kept.push_back(slices_[slice]);
  slices_ = kept;
}

std::string TiffFile::description() {
  const auto text = [&] {
    const char* found = nullptr;
    TIFFGetField(tiff(), TIFFTAG_IMAGEDESCRIPTION, &found);
    return std::string(found ? found : "");
  };
  select(0);
  std::string of_slice = text();
  if (!of_slice.empty() || slices_[0] == 0 || !TIFFSetSubDirectory(tiff(), offsets_[0])) return of_slice;
  return text();
}

void TiffFile::tell_display(VolumeDescription& description) const {
  std::vector<std::pair<std::string, std::vector<std::size_t>>> said;  // and by which pages
  const auto note = [&](const std::string& text, std::size_t page) {
    auto same = std::find_if(said.begin(), said.end(), [&](const auto& one) { return one.first == text; });
    if (same == said.end()) same = said.insert(said.end(), {text, {}});
    same->second.push_back(page);
  };
  for (const std::size_t slice : slices_) {
    const TiffPage& page = pages_[slice];
    if (page.photometric == PHOTOMETRIC_PALETTE)
      note("palette image: the indices are taken as labels, the colours ignored", slice + 1);
    if (page.photometric == PHOTOMETRIC_MINISWHITE)
      note("MinIsWhite: 0 is shown white; values are taken as stored", slice + 1);
    if (page.orientation != ORIENTATION_TOPLEFT)
      note(fmt::format("orientation {}: rows and columns are taken as stored", page.orientation), slice + 1);
  }
  for (const auto& [text, pages] : said)
    if (pages.size() == slices_.size())
      description.notices.push_back(text);
    else
      description.warnings.push_back(fmt::format("{} of {} pages (the first is page {}): {}", pages.size(),
                                                 slices_.size(), pages.front(), text));
}

std::optional<NoData> TiffFile::no_data() const {
  constexpr std::uint32_t tag = 42113;  // not known to libtiff: it is read with its length
  std::uint32_t count = 0;
  const char* text = nullptr;
  const TIFFField* field = TIFFFindField(tiff(), tag, TIFF_ANY);
  if (!field || TIFFFieldDataType(field) != TIFF_ASCII || TIFFFieldPassCount(field) == 0 ||
      TIFFGetField(tiff(), tag, &count, &text) == 0 || !text)
    return std::nullopt;
  const auto number = reals_of(std::string(text, strnlen(text, count)));
  if (!number || number->size() != 1) return std::nullopt;
  return NoData{fmt::format("GDAL_NODATA = {:g}", number->front()), number->front(), number->front(), true};
}

Palette TiffFile::palette() const {
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK, bits = 0, *red = nullptr, *green = nullptr,
                *blue = nullptr;
  TIFFGetField(tiff(), TIFFTAG_PHOTOMETRIC, &photometric);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_BITSPERSAMPLE, &bits);
  constexpr unsigned most_bits = 16;
  Palette colours;
  if (photometric != PHOTOMETRIC_PALETTE || bits > most_bits ||
      TIFFGetField(tiff(), TIFFTAG_COLORMAP, &red, &green, &blue) == 0)
    return colours;
  constexpr std::uint16_t most_of_a_byte = 255, to_sixteen_bits = 257;
  bool is_of_bytes = true;  // as some programs write it
  for (std::size_t i = 0; i < std::size_t{1} << bits; ++i) {
    colours.push_back({red[i], green[i], blue[i]});
    is_of_bytes = is_of_bytes && std::max({red[i], green[i], blue[i]}) <= most_of_a_byte;
  }
  if (!is_of_bytes) return colours;
  for (Colour& colour : colours)
    for (std::uint16_t* part : {&colour.red, &colour.green, &colour.blue})
      *part = static_cast<std::uint16_t>(*part * to_sixteen_bits);
  return colours;
}

TiffPage TiffFile::read_page() const {
  TiffPage page;
  TIFFGetField(tiff(), TIFFTAG_IMAGEWIDTH, &page.width);
  TIFFGetField(tiff(), TIFFTAG_IMAGELENGTH, &page.height);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_BITSPERSAMPLE, &page.bits);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_SAMPLESPERPIXEL, &page.samples);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_SAMPLEFORMAT, &page.sample_format);
  TIFFGetField(tiff(), TIFFTAG_PHOTOMETRIC, &page.photometric);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_COMPRESSION, &page.compression);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_ORIENTATION, &page.orientation);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_PLANARCONFIG, &page.planar);
  std::uint16_t extra_count = 0, *extra = nullptr;
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_EXTRASAMPLES, &extra_count, &extra);
  if (extra_count > 0 && extra) page.extra_sample = extra[0];
  std::uint32_t kind = 0;
  TIFFGetField(tiff(), TIFFTAG_SUBFILETYPE, &kind);  // libtiff translates the old tag to this one
  page.is_reduced = (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0;
  const char* text = nullptr;
  if (TIFFGetField(tiff(), TIFFTAG_IMAGEDESCRIPTION, &text) && text)
    page.announced = parse_tiff_description(text, page.samples, page.planar == PLANARCONFIG_SEPARATE).images;
  return page;
}

}  // namespace tauvox::io
