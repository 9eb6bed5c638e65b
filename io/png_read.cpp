// PNG through libpng: one image, one layer. Its numbers are taken as they are stored: no gamma, no scaling of
// few bits to eight, the indices of a palette and not its colours.
#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "io/formats.hpp"

namespace tauvox::io {
namespace {

constexpr png_uint_32 longest_side = 1'000'000;

/// libpng leaves by longjmp where something is wrong: what runs below `guarded` has nothing to destroy.
class Png {
 public:
  explicit Png(const InputFile& file) : Png(&file) {  // made by then: where this throws, it is destroyed
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, keep_error, keep_warning);
    info_ = png_ ? png_create_info_struct(png_) : nullptr;
    if (!info_) throw Error(ExitCode::resources, "not enough memory to read the PNG", file.path());
    png_set_read_fn(png_, this, read_bytes);
    png_set_user_limits(png_, longest_side, longest_side);
    guarded([&] {
      png_read_info(png_, info_);
      png_set_packing(png_);
      if (png_get_bit_depth(png_, info_) == 16 && std::endian::native == std::endian::little)
        png_set_swap(png_);
      png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
  }
  ~Png() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;

  std::int64_t width() const { return png_get_image_width(png_, info_); }
  std::int64_t height() const { return png_get_image_height(png_, info_); }
  std::size_t bytes() const { return png_get_bit_depth(png_, info_) == 16 ? 2 : 1; }
  std::size_t samples() const { return png_get_channels(png_, info_); }
  /// Pixels a metre along x and y; 0 where nothing is said.
  std::pair<png_uint_32, png_uint_32> resolution() const {
    png_uint_32 x = 0, y = 0;
    int unit = PNG_RESOLUTION_UNKNOWN;
    png_get_pHYs(png_, info_, &x, &y, &unit);
    return {x, y};
  }
  bool has_palette() const { return png_get_color_type(png_, info_) == PNG_COLOR_TYPE_PALETTE; }
  Palette palette() const {
    png_colorp colours = nullptr;
    int count = 0;
    Palette found;
    constexpr std::uint16_t to_sixteen_bits = 257;
    if (!has_palette() || png_get_PLTE(png_, info_, &colours, &count) == 0) return found;
    for (int i = 0; i < count; ++i) {
      const auto part = [](png_byte value) { return static_cast<std::uint16_t>(value * to_sixteen_bits); };
      found.push_back({part(colours[i].red), part(colours[i].green), part(colours[i].blue)});
    }
    return found;
  }
  bool has_alpha() const { return (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0; }

  std::vector<unsigned char> pixels() {
    const std::size_t row = png_get_rowbytes(png_, info_);
    std::vector<unsigned char> image(row * static_cast<std::size_t>(height()));
    std::vector<png_bytep> rows;
    for (std::int64_t y = 0; y < height(); ++y)
      rows.push_back(image.data() + static_cast<std::size_t>(y) * row);
    guarded([&] {
      png_read_image(png_, rows.data());
      png_read_end(png_, nullptr);  // the checksum of the last block
    });
    return image;
  }

 private:
  explicit Png(const InputFile* file) : file_(*file) {}

  template <class Action>
  void guarded(const Action& action) {
    if (setjmp(png_jmpbuf(png_)) == 0)
      action();
    else
      throw Error(ExitCode::input_refused, "PNG cannot be read", file_.path(), error_,
                  "the file may be damaged or cut off; copy or export it again");
  }
  static void keep_error(png_structp png, png_const_charp text) {
    auto* self = static_cast<Png*>(png_get_error_ptr(png));
    std::strncpy(self->error_, text, sizeof self->error_ - 1);
    png_longjmp(png, 1);
  }
  static void keep_warning(png_structp, png_const_charp) {}
  static void read_bytes(png_structp png, png_bytep out, std::size_t count) {
    auto* self = static_cast<Png*>(png_get_io_ptr(png));
    std::size_t got = 0;
    try {
      got = self->file_.read_at(self->position_, out, count);
    } catch (const Error&) {  // libpng's functions know no exceptions
    }
    self->position_ += got;
    if (got != count) png_error(png, "it ends too early");
  }

  const InputFile& file_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::uint64_t position_ = 0;
  char error_[128] = {};
};

class PngSource final : public VolumeSource {
 public:
  explicit PngSource(const InputFile& file) : file_(file) {
    const Png png(file);
    element = png.bytes() == 2 ? Element::uint16 : Element::uint8;
    description.stored_type = info(element).name;
    description.extent = make_extent({1, png.height(), png.width()}, file.path());
    description.layer_added = true;
    constexpr std::uint64_t most_of_deflate = 1032, bits = 8;  // bytes and pixels that one byte can stand for
    if (static_cast<std::uint64_t>(description.extent.voxels()) / most_of_deflate / bits > file.size())
      throw Error(ExitCode::input_refused, "PNG claims more pixels than it can hold", file.path(),
                  fmt::format("{}x{} in {} bytes", png.height(), png.width(), file.size()),
                  "the file may be damaged or cut off; copy or export it again");
    palette = png.palette();
    if (png.has_palette())
      description.notices.push_back("palette image: the indices are taken as labels, the colours ignored");
    if (const auto [x, y] = png.resolution(); x != y)
      description.warnings.push_back(fmt::format(
          "pHYs says {} pixels along x for {} along y, which is not used; voxels are taken as cubes; "
          "--voxel-size z,y,x settles it",
          x, y));
    if (png.samples() > 1)
      description.notices.push_back(
          fmt::format("{} samples per pixel that say the same: the first is taken", png.samples()));
  }

  void read(const Region& region, void* out) override {
    Png png(file_);
    if (png.width() != description.extent.nx || png.height() != description.extent.ny ||
        png.bytes() != info(element).bytes)
      throw Error(ExitCode::input_refused, "file changed while it was read", file_.path());
    const std::vector<unsigned char> image = png.pixels();
    auto* to = static_cast<unsigned char*>(out);
    const std::size_t bytes = png.bytes(), samples = png.samples();
    for (std::int64_t y = region.begin[1]; y < region.end[1]; ++y)
      for (std::int64_t x = region.begin[2]; x < region.end[2]; ++x, to += bytes) {
        const unsigned char* pixel =
            image.data() + static_cast<std::size_t>(y * description.extent.nx + x) * bytes * samples;
        for (std::size_t sample = 1; sample < samples; ++sample) {
          // An alpha that is the same everywhere hides nothing
          const bool alpha = png.has_alpha() && sample + 1 == samples;
          const unsigned char* same = alpha ? image.data() + sample * bytes : pixel;
          if (std::memcmp(same, pixel + sample * bytes, bytes) != 0) refuse_colours(samples);
        }
        std::memcpy(to, pixel, bytes);
      }
  }

 private:
  [[noreturn]] void refuse_colours(std::size_t samples) const {
    throw Error(ExitCode::input_invalid, "PNG is a colour image", file_.path(),
                fmt::format("{} samples per pixel that differ", samples),
                "if labels were drawn in colours, save them as a grey or palette image");
  }

  const InputFile& file_;
};

}  // namespace

std::unique_ptr<VolumeSource> open_png(const InputFile& file, const ReadOptions& options) {
  auto source = std::make_unique<PngSource>(file);
  if (options.voxel_size) source->description.warnings.clear();  // they are of it
  const Extent& extent = source->description.extent;
  if (!options.as_2d)
    throw Error(ExitCode::input_invalid, "image is 2-D", file.path(),
                fmt::format("a PNG of {}x{}", extent.ny, extent.nx),
                "pass --as-2d to take it as one layer; a folder of slices is named by the folder");
  return source;
}

}  // namespace tauvox::io
