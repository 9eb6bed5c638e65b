#include "io/tiff_pages.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <unordered_set>

namespace tauvox::io {
namespace {

constexpr std::size_t most_pages = 1'000'000;
constexpr tmsize_t largest_allocation = tmsize_t{1} << 30;  // a directory or strip that wants more is a trap

#if TIFFLIB_VERSION >= 20221213  // 4.5.0: handlers and limits per file instead of per process
int keep_complaint(TIFF*, void* data, const char*, const char* format, va_list arguments) {
  char text[512];
  std::vsnprintf(text, sizeof text, format, arguments);
  *static_cast<std::string*>(data) = text;
  return 1;  // handled: nothing is printed
}
int ignore_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

TIFF* open_descriptor(int descriptor, const char* name, std::string* complaint) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, largest_allocation);
  TIFFOpenOptionsSetErrorHandlerExtR(options, keep_complaint, complaint);
  TIFFOpenOptionsSetWarningHandlerExtR(options, ignore_warning, nullptr);
  // m: no memory map; a file cut short by its writer would end the program with SIGBUS
  TIFF* tiff = TIFFFdOpenExt(descriptor, name, "rm", options);
  TIFFOpenOptionsFree(options);
  return tiff;
}
#else
TIFF* open_descriptor(int descriptor, const char* name, std::string*) {
  TIFFSetErrorHandler(nullptr);
  TIFFSetWarningHandler(nullptr);
  return TIFFFdOpen(descriptor, name, "rm");
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
    : path_(file.path()), complaint_(std::make_unique<std::string>()), tiff_(nullptr, TIFFClose) {
  const int own = ::dup(file.descriptor());  // TIFFClose closes it
  // libtiff reads from the descriptor's position, which dup shares; nobody else here uses it
  tiff_.reset(own < 0 ? nullptr : open_descriptor(own, path_.c_str(), complaint_.get()));
  if (!tiff_) {
    if (own >= 0) ::close(own);
    throw Error(ExitCode::input_refused, "TIFF file cannot be opened", path_, complaint(),
                "copy or export it again");
  }
  walk();
}

void TiffFile::walk() {
  first_ = read_page();
  std::unordered_set<std::uint64_t> seen;
  for (;;) {
    const std::uint64_t offset = TIFFCurrentDirOffset(tiff());
    if (!seen.insert(offset).second)
      throw Error(ExitCode::input_refused, "TIFF pages form a loop", path_,
                  fmt::format("after page {} comes an earlier one", offsets_.size()),
                  "export the stack again");
    offsets_.push_back(offset);
    if (const TiffPage page = read_page(); !page.same_image(first_))
      throw Error(ExitCode::input_invalid, "TIFF pages differ", path_,
                  fmt::format("page {} is {}, page 1 is {}", offsets_.size(), page.text(), first_.text()),
                  "a volume needs pages of one size and type");
    if (TIFFLastDirectory(tiff())) return;
    if (offsets_.size() >= most_pages)
      throw Error(ExitCode::input_refused, "TIFF has too many pages", path_,
                  fmt::format("more than {}", most_pages), "export it as HDF5 or raw");
    complaint_->clear();
    if (!TIFFReadDirectory(tiff()))
      throw Error(ExitCode::input_refused, "TIFF page cannot be read", path_,
                  fmt::format("page {}: {}", offsets_.size() + 1,
                              complaint().empty() ? "no directory where one is announced" : complaint()),
                  "the file may be truncated or its pages form a loop; copy or export it again");
  }
}

void TiffFile::select(std::size_t page) {
  if (TIFFCurrentDirOffset(tiff()) == offsets_[page] || TIFFSetSubDirectory(tiff(), offsets_[page])) return;
  throw Error(ExitCode::input_refused, "TIFF page cannot be read", path_,
              fmt::format("page {}: {}", page + 1, complaint()), "copy or export it again");
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
  return page;
}

}  // namespace tauvox::io
