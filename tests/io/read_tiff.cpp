#ifdef TAUVOX_HAVE_TIFF

#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>

#include "io/read.hpp"
#include "io/tiff_description.hpp"
#include "read_support.hpp"

namespace tauvox::test {
namespace {

using namespace std::string_literals;

class ReadTiffType : public ::testing::TestWithParam<std::string> {};

TEST_P(ReadTiffType, GivesTheFormulaWholeAndCropped) {
  const std::string path = fixture(GetParam());
  const Volume volume = io::read_volume(path);
  EXPECT_EQ(volume.format, "TIFF");
  EXPECT_FALSE(volume.voxel_size);
  expect_formula(volume);
  io::ReadOptions options;
  options.crop = io::Crop{{1, 3, 5}, {4, 9, 12}};
  expect_formula(io::read_volume(path, options), {7, 6, 3}, {1, 3, 5});
}

std::vector<std::string> type_files() {
  std::vector<std::string> names;
  for (const char* type : {"u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"})
    for (const char* order : {"le", "be"}) names.push_back("type_"s + order + "_" + type + ".tif");
  for (const char* name : {"deflate", "big", "tiled", "strips", "white", "palette", "hidden"})
    names.push_back(name + ".tif"s);
  return names;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& parameter) {
  std::string name = parameter.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, ReadTiffType, ::testing::ValuesIn(type_files()), test_name);

/// Layouts that tifffile cannot write: by libtiff, one page a layer of the formula.
struct Layout {
  std::uint16_t bits = 8, compression = COMPRESSION_NONE, predictor = 0, fill_order = 0;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK, orientation = ORIENTATION_TOPLEFT;
  std::uint32_t tile = 0, rows_per_strip = 4;
  double lerc_error = 0;
};

std::string write_tiff(const Folder& folder, const Layout& layout) {
  const std::string path = folder / "a.tif";
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  const auto [nx, ny, nz] = fixture_extent;
  const std::uint32_t width = layout.tile ? layout.tile : static_cast<std::uint32_t>(nx);
  const std::uint32_t height = layout.tile ? layout.tile : layout.rows_per_strip;
  for (std::int64_t z = 0; z < nz; ++z) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(nx));
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(ny));
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, layout.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_SEPARATE);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, layout.photometric);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, layout.orientation);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, layout.compression);
    if (layout.compression == COMPRESSION_LERC) TIFFSetField(tiff, TIFFTAG_LERC_MAXZERROR, layout.lerc_error);
    if (layout.predictor) TIFFSetField(tiff, TIFFTAG_PREDICTOR, layout.predictor);
    if (layout.fill_order) TIFFSetField(tiff, TIFFTAG_FILLORDER, layout.fill_order);
    if (layout.tile) {
      TIFFSetField(tiff, TIFFTAG_TILEWIDTH, layout.tile);
      TIFFSetField(tiff, TIFFTAG_TILELENGTH, layout.tile);
    } else {
      TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, layout.rows_per_strip);
    }
    const std::uint32_t across = (static_cast<std::uint32_t>(nx) + width - 1) / width;
    const std::uint32_t down = (static_cast<std::uint32_t>(ny) + height - 1) / height;
    for (std::uint32_t block = 0; block < across * down; ++block) {
      const std::int64_t y0 = block / across * height, x0 = block % across * width;
      const std::int64_t rows = layout.tile ? height : std::min<std::int64_t>(height, ny - y0);
      const std::size_t row_bytes = (width * layout.bits + 7u) / 8u;
      std::vector<unsigned char> bytes(static_cast<std::size_t>(rows) * row_bytes, 0);
      for (std::int64_t y = 0; y < rows; ++y)
        for (std::int64_t x = 0; x < width; ++x) {
          auto label = static_cast<unsigned>(formula(z, y0 + y, x0 + x));
          unsigned char* row = bytes.data() + static_cast<std::size_t>(y) * row_bytes;
          if (layout.bits == 16) reinterpret_cast<std::uint16_t*>(row)[x] = static_cast<std::uint16_t>(label);
          if (layout.bits == 8) row[x] = static_cast<unsigned char>(label);
          if (layout.bits < 8) {
            label &= (1u << layout.bits) - 1;
            const auto bit = static_cast<unsigned>(x) * layout.bits;
            row[bit / 8] = static_cast<unsigned char>(row[bit / 8] | label << (8 - layout.bits - bit % 8));
          }
        }
      const auto size = static_cast<tmsize_t>(bytes.size());
      EXPECT_EQ(layout.tile ? TIFFWriteEncodedTile(tiff, block, bytes.data(), size)
                            : TIFFWriteEncodedStrip(tiff, block, bytes.data(), size),
                size);
    }
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
  return path;
}

void check_layout(const Layout& layout) {
  const Folder folder;
  const std::string path = write_tiff(folder, layout);
  const auto cut = [&](std::int64_t label) {
    return layout.bits < 8 ? label & ((1 << layout.bits) - 1) : label;
  };
  expect_formula(io::read_volume(path), fixture_extent, {0, 0, 0}, cut);
  io::ReadOptions options;
  options.crop = io::Crop{{2, 3, 5}, {-1, 9, 13}};
  expect_formula(io::read_volume(path, options), {8, 6, 4}, {2, 3, 5}, cut);
}

TEST(ReadTiff, ReadsEveryLosslessCompression) {
  for (const std::uint16_t compression : {COMPRESSION_NONE, COMPRESSION_PACKBITS, COMPRESSION_LZW,
                                          COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE})
    for (const std::uint16_t bits : {std::uint16_t{8}, std::uint16_t{16}}) {
      SCOPED_TRACE(compression);
      check_layout({.bits = bits, .compression = compression});
    }
}

TEST(ReadTiff, UndoesThePredictor) {
  check_layout({.bits = 8, .compression = COMPRESSION_LZW, .predictor = 2});
  check_layout({.bits = 16, .compression = COMPRESSION_LZW, .predictor = 2});
}

TEST(ReadTiff, ReadsTilesThatStickOutOfThePage) {
  check_layout({.bits = 8, .compression = COMPRESSION_LZW, .tile = 16});
  check_layout({.bits = 16, .compression = COMPRESSION_NONE, .tile = 16});
  check_layout({.bits = 1, .compression = COMPRESSION_NONE, .tile = 16});
}

TEST(ReadTiff, UnpacksBitsInBothFillOrders) {
  for (const std::uint16_t bits : {std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{4}})
    for (const std::uint16_t order : {FILLORDER_MSB2LSB, FILLORDER_LSB2MSB}) {
      SCOPED_TRACE(bits * 10 + order);
      check_layout({.bits = bits, .fill_order = order});
      check_layout({.bits = bits, .compression = COMPRESSION_PACKBITS, .fill_order = order});
    }
}

TEST(ReadTiff, OrientationIsNotedAndTheRowsAreTakenAsStored) {
  const Folder folder;
  const Volume volume = io::read_volume(write_tiff(folder, {.orientation = ORIENTATION_BOTLEFT}));
  expect_formula(volume);
  EXPECT_TRUE(has_notice(volume.notices, "orientation 4"));
}

TEST(ReadTiff, PaletteAndMinIsWhiteAreNoted) {
  EXPECT_TRUE(has_notice(io::describe_volume(fixture("palette.tif")).notices, "palette"));
  EXPECT_TRUE(has_notice(io::describe_volume(fixture("white.tif")).notices, "MinIsWhite"));
}

TEST(ReadTiff, TakesImageJsCalibration) {
  const Volume volume = io::read_volume(fixture("imagej.tif"));
  expect_formula(volume);
  ASSERT_TRUE(volume.voxel_size);
  EXPECT_NEAR((*volume.voxel_size)[0], 0.5e-6, 1e-12);
  EXPECT_NEAR((*volume.voxel_size)[1], 0.5e-6, 1e-12);   // 2 pixels per um down
  EXPECT_NEAR((*volume.voxel_size)[2], 0.25e-6, 1e-12);  // 4 across
  EXPECT_EQ(volume.voxel_size_source, "ImageJ calibration: x 0.25 um, y 0.5 um, z 0.5 um");
  EXPECT_FALSE(io::describe_volume(fixture("imagej_inch.tif")).voxel_size);
}

TEST(ReadTiff, AStackBehindOnePageIsReadWholeOrRefused) {
  const io::VolumeDescription description = io::describe_volume(fixture("hidden.tif"));
  EXPECT_EQ(description.extent, fixture_extent);
  EXPECT_TRUE(has_notice(description.notices, "behind a single page"));
  const Refusal refusal = refused(fixture("hidden_cut.tif"));
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, "6 images");
  EXPECT_TRUE(has_notice(io::describe_volume(fixture("announced.tif")).notices, "the file has 2 pages"));
}

TEST(ReadTiff, HyperstacksNeedAChoice) {
  EXPECT_EQ(refused(fixture("hyperstack.tif")).code, 4);
  EXPECT_TRUE(io::parse_tiff_description("{\"shape\": [3, 2, 10, 14]}").is_hyperstack());
  EXPECT_FALSE(io::parse_tiff_description("{\"shape\": [1, 6, 10, 14]}").is_hyperstack());
  EXPECT_EQ(io::parse_tiff_description("{\"shape\": [6, 10, 14]}").images, 6);
  EXPECT_TRUE(io::parse_tiff_description("<?xml?><OME><Pixels SizeC=\"2\" SizeT=\"1\" SizeZ=\"9\"/></OME>")
                  .is_hyperstack());
}

TEST(ReadTiff, OnePageNeedsTheOption) {
  const Refusal refusal = refused(fixture("one_page.tif"));
  EXPECT_EQ(refusal.code, 4);
  EXPECT_SAYS(refusal, "--as-2d");
  io::ReadOptions options;
  options.as_2d = true;
  expect_formula(io::read_volume(fixture("one_page.tif"), options), {14, 10, 1});
}

TEST(ReadTiff, PagesThatDifferAreNamed) {
  const Refusal size = refused(fixture("mixed.tif"));
  EXPECT_EQ(size.code, 4);
  EXPECT_SAYS(size, "page 3 is 5x14 of uint8, page 1 is 10x14");
  EXPECT_SAYS(refused(fixture("mixed_type.tif")), "page 2 is 10x14 of uint16");
}

TEST(ReadTiff, LossyCompressionIsRefused) {
  if (!TIFFIsCODECConfigured(COMPRESSION_JPEG)) GTEST_SKIP() << "libtiff without JPEG";
  const Folder folder;
  const Refusal refusal = refused(write_tiff(folder, {.compression = COMPRESSION_JPEG, .rows_per_strip = 8}));
  EXPECT_EQ(refusal.code, 4);
  EXPECT_SAYS(refusal, "lossy");
}

TEST(ReadTiff, LercIsReadWhereItKeptTheValues) {
  if (!TIFFIsCODECConfigured(COMPRESSION_LERC)) GTEST_SKIP() << "libtiff without LERC";
  check_layout({.compression = COMPRESSION_LERC});
  check_layout({.bits = 16, .compression = COMPRESSION_LERC, .tile = 16});
  const Folder folder;
  for (const std::uint32_t tile : {0u, 16u}) {
    const Refusal refusal =
        refused(write_tiff(folder, {.compression = COMPRESSION_LERC, .tile = tile, .lerc_error = 2}));
    EXPECT_EQ(refusal.code, 4);
    EXPECT_SAYS(refusal, "page 1: LERC with an error of up to 2");
  }
}

/// One byte after the other is changed in the data of a page in the middle: how often other voxels come out
/// without a word.
int silent_changes(std::uint16_t compression) {
  const Folder folder;
  const std::string path = write_tiff(folder, {.compression = compression, .rows_per_strip = 10});
  TIFF* tiff = TIFFOpen(path.c_str(), "r");
  TIFFSetDirectory(tiff, 3);
  const std::uint64_t begin = TIFFGetStrileOffset(tiff, 0), size = TIFFGetStrileByteCount(tiff, 0);
  TIFFClose(tiff);
  const Volume whole = io::read_volume(path);
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  int silent = 0;
  for (std::uint64_t at = begin; at < begin + size; ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x15);
    const std::string copy = folder.write("damaged.tif", damaged);
    try {
      const Volume read = io::read_volume(copy);
      for (std::int64_t i = 0; i < whole.extent.voxels(); ++i)
        if (read.labels.at(static_cast<std::size_t>(read.code(i))).value !=
            whole.labels.at(static_cast<std::size_t>(whole.code(i))).value) {
          ++silent;
          break;
        }
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input_refused) << error.what();
      EXPECT_NE(std::string(error.what()).find("page 4: "), std::string::npos) << error.what();
    }
  }
  return silent;
}

TEST(ReadTiff, DamageThatTheCodecSeesIsAnError) {
  for (const std::uint16_t compression : {COMPRESSION_PACKBITS, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE,
                                          COMPRESSION_ZSTD, COMPRESSION_LZMA}) {
    SCOPED_TRACE(compression);
    if (!TIFFIsCODECConfigured(compression)) continue;
    const int silent = silent_changes(compression);
    // The others have no checksum, or libtiff does not look at it.
    if (compression == COMPRESSION_LZMA) {
      EXPECT_EQ(silent, 0);
    }
  }
}

/// The least of a TIFF: one strip of `stored` bytes that claims to be much larger.
std::string claiming_tiff(const Folder& folder, std::uint32_t width, std::uint32_t height,
                          std::uint16_t compression, std::uint32_t rows) {
  const std::string path = folder / "claim.tif";
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  for (int page = 0; page < 2; ++page) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rows);
    std::array<char, 100> bytes{};
    TIFFWriteRawStrip(tiff, 0, bytes.data(), bytes.size());
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
  return path;
}

TEST(ReadTiff, AFileThatClaimsMoreThanItCanHoldIsRefusedBeforeMemoryIsTaken) {
  const Folder folder;
  for (const std::uint16_t compression :
       {COMPRESSION_NONE, COMPRESSION_PACKBITS, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_LZMA})
    for (const std::uint32_t width : {20'000u, 30'000'000u}) {
      SCOPED_TRACE(fmt::format("{} {}", compression, width));
      const Refusal refusal = refused(claiming_tiff(folder, width, width, compression, 1 << 12));
      EXPECT_EQ(refusal.code, 3) << refusal.message;
    }
  EXPECT_SAYS(refused(claiming_tiff(folder, 20'000, 20'000, COMPRESSION_NONE, 1 << 12)),
              "more voxels than it can hold");
}

TEST(ReadTiff, ATileThatIsMuchLargerThanThePageIsRefused) {
  const Folder folder;
  const std::string path = folder / "tile.tif";
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  for (int page = 0; page < 2; ++page) {
    for (const std::uint32_t tag : {TIFFTAG_IMAGEWIDTH, TIFFTAG_IMAGELENGTH}) TIFFSetField(tiff, tag, 10);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    for (const std::uint32_t tag : {TIFFTAG_TILEWIDTH, TIFFTAG_TILELENGTH}) TIFFSetField(tiff, tag, 1 << 14);
    std::array<char, 100> bytes{};
    TIFFWriteRawTile(tiff, 0, bytes.data(), bytes.size());
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
  const Refusal refusal = refused(path);
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, "no more than the file can hold");
}

TEST(ReadTiff, CutFilesAreRefused) {
  EXPECT_EQ(refused(fixture("cut_header.tif")).code, 3);
  EXPECT_EQ(refused(fixture("cut_data.tif")).code, 3);
}

TEST(ReadTiff, APageLoopEnds) {
  const Refusal refusal = refused(fixture("loop.tif"));
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, "loop");
}

TEST(ReadTiff, OptionsOfOtherFormatsDoNotFit) {
  const Refusal refusal = refused(fixture("big.tif"), with_dataset("/volume"));
  EXPECT_EQ(refusal.code, 2);
  EXPECT_SAYS(refusal, "--dataset");
}

}  // namespace
}  // namespace tauvox::test

#endif
