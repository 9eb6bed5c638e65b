// What a TIFF says of the size of its voxels: used, or named in a warning.
#ifdef TAUVOX_HAVE_TIFF

#include <tiffio.h>

#include "io/length_unit.hpp"
#include "read_support.hpp"

namespace tauvox::test {
namespace {

struct Stated {
  std::string description;
  float x = 1, y = 1;
  std::uint16_t unit = RESUNIT_NONE;
  int pages = 3;
};

io::VolumeDescription described(const Stated& stated, const io::ReadOptions& options = {}) {
  const Folder folder;
  TIFF* tiff = TIFFOpen((folder / "a.tif").c_str(), "w");
  std::array<unsigned char, 12> labels{0, 1, 1, 0, 1};
  for (int page = 0; page < stated.pages; ++page) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 4);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 3);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 3);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, stated.x);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, stated.y);
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, stated.unit);
    if (page == 0 && !stated.description.empty())
      TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, stated.description.c_str());
    TIFFWriteEncodedStrip(tiff, 0, labels.data(), labels.size());
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
  return io::describe_volume(folder / "a.tif", options);
}

/// Used: z, y, x in m, the source, and not a word of warning.
void expect_size(const Stated& stated, const std::array<double, 3>& zyx, const std::string& source) {
  SCOPED_TRACE(stated.description);
  const io::VolumeDescription found = described(stated);
  ASSERT_TRUE(found.voxel_size);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR((*found.voxel_size)[i] / zyx[i], 1, 1e-6) << i;
  EXPECT_EQ(found.voxel_size_source, source);
  EXPECT_TRUE(found.warnings.empty()) << found.warnings[0];
}

/// Not used, and the one warning names what was seen and the option.
void expect_warning(const Stated& stated, const std::string& seen) {
  SCOPED_TRACE(stated.description);
  const io::VolumeDescription found = described(stated);
  EXPECT_FALSE(found.voxel_size);
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_TRUE(has_notice(found.warnings, seen)) << found.warnings[0];
  EXPECT_TRUE(has_notice(found.warnings, "--voxel-size")) << found.warnings[0];
  io::ReadOptions settled;
  settled.voxel_size = {1e-6, 1e-6, 1e-6};
  EXPECT_TRUE(described(stated, settled).warnings.empty());
}

void expect_nothing(const Stated& stated) {
  SCOPED_TRACE(stated.description);
  const io::VolumeDescription found = described(stated);
  EXPECT_FALSE(found.voxel_size);
  EXPECT_TRUE(found.warnings.empty()) << found.warnings[0];
}

std::string imagej(const std::string& lines) { return "ImageJ=1.54f\nimages=3\nslices=3\n" + lines; }

TEST(TiffCalibration, KnowsTheUnitsThatProgramsWrite) {
  for (const char* name : {"um", "micron", "microns", "Micrometers", "\\u00B5m", "\xc2\xb5m", "\xce\xbcm",
                           "\xb5m", "&#181;m", " um "})
    EXPECT_EQ(io::metres_of_unit(name), 1e-6) << name;
  EXPECT_EQ(io::metres_of_unit("nm"), 1e-9);
  EXPECT_EQ(io::metres_of_unit("nanometer"), 1e-9);
  EXPECT_EQ(io::metres_of_unit("mm"), 1e-3);
  EXPECT_EQ(io::metres_of_unit("cm"), 1e-2);
  EXPECT_EQ(io::metres_of_unit("m"), 1);
  EXPECT_EQ(io::metres_of_unit("inch"), 0.0254);
  EXPECT_EQ(io::metres_of_unit("\xc3\x85"), 1e-10);
  EXPECT_EQ(io::metres_of_unit("\\u00C5"), 1e-10);
  for (const char* name : {"pixel", "furlong", "", "Mm", "s"}) EXPECT_FALSE(io::metres_of_unit(name)) << name;
  EXPECT_TRUE(io::is_no_unit("pixels"));
  EXPECT_FALSE(io::is_no_unit("furlong"));
}

TEST(TiffCalibration, ImageJsUnitsMayDifferByAxis) {
  expect_size({imagej("unit=micron\nspacing=2.0\n"), 4, 2}, {2e-6, 0.5e-6, 0.25e-6},
              "ImageJ calibration: x 0.25 micron, y 0.5 micron, z 2 micron");
  expect_size({imagej("unit=um\nyunit=nm\nzunit=mm\nspacing=0.002\n"), 4, 0.002f}, {2e-6, 0.5e-6, 0.25e-6},
              "ImageJ calibration: x 0.25 um, y 500 nm, z 0.002 mm");
  expect_size({imagej("unit=cm\nspacing=1e-4\n"), 10000, 10000}, {1e-6, 1e-6, 1e-6},
              "ImageJ calibration: x 0.0001 cm, y 0.0001 cm, z 0.0001 cm");
  expect_size({imagej("unit=inch\nspacing=0.001\n"), 1000, 1000, RESUNIT_INCH}, {2.54e-5, 2.54e-5, 2.54e-5},
              "ImageJ calibration: x 0.001 inch, y 0.001 inch, z 0.001 inch");
}

TEST(TiffCalibration, TheTagsUnitCountsWhereImageJHasNone) {
  expect_size({imagej("spacing=2e-4\n"), 10000, 5000, RESUNIT_CENTIMETER}, {2e-6, 2e-6, 1e-6},
              "ImageJ calibration: x 0.0001 cm, y 0.0002 cm, z 0.0002 cm");
}

TEST(TiffCalibration, OmeStatesSizesAndUnits) {
  const auto ome = [](const std::string& sizes) {
    return "<?xml version=\"1.0\"?><OME><Image><Pixels ID=\"a\" SizeX=\"4\" SizeY=\"3\" SizeC=\"1\" "
           "SizeT=\"1\" "
           "SizeZ=\"3\" " +
           sizes + "/></Image></OME>";
  };
  expect_size({ome("PhysicalSizeX=\"0.5\" PhysicalSizeY=\"1\" PhysicalSizeZ=\"2\"")}, {2e-6, 1e-6, 0.5e-6},
              "OME PhysicalSize: x 0.5 um, y 1 um, z 2 um");
  expect_size({ome("PhysicalSizeX='500' PhysicalSizeXUnit='nm' PhysicalSizeY='1' PhysicalSizeZ='0.002' "
                   "PhysicalSizeZUnit='mm'")},
              {2e-6, 1e-6, 0.5e-6}, "OME PhysicalSize: x 500 nm, y 1 um, z 0.002 mm");
  expect_warning({ome("PhysicalSizeX=\"0.5\" PhysicalSizeY=\"0.5\"")}, "PhysicalSizeZ \"\"");
  expect_warning(
      {ome("PhysicalSizeX=\"1\" PhysicalSizeXUnit=\"pixel\" PhysicalSizeY=\"1\" PhysicalSizeZ=\"2\"")},
      "1 pixel along x");
  expect_nothing({ome("")});
}

TEST(TiffCalibration, OmeWithAPartOfItsPlanesIsRefused) {
  for (const int pages : {1, 2}) {
    try {
      described({.description = "<OME><Image><Pixels SizeX=\"4\" SizeY=\"3\" SizeZ=\"3\"/></Image></OME>",
                 .pages = pages});
      ADD_FAILURE() << pages;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input_invalid);
      EXPECT_NE(std::string(error.what()).find("it announces 3"), std::string::npos) << error.what();
    }
  }
}

TEST(TiffCalibration, TifffilesJsonStatesThemToo) {
  expect_size({"{\"shape\": [3, 3, 4], \"spacing\": 2.0, \"unit\": \"um\", \"axes\": \"ZYX\"}", 2, 1},
              {2e-6, 1e-6, 0.5e-6}, "tifffile calibration: x 0.5 um, y 1 um, z 2 um");
  expect_size(
      {"{\"shape\": [3, 3, 4], \"PhysicalSizeX\": 0.5, \"PhysicalSizeY\": 1, \"PhysicalSizeZ\": 2.0}"},
      {2e-6, 1e-6, 0.5e-6}, "tifffile PhysicalSize: x 0.5 um, y 1 um, z 2 um");
  expect_size({"{\"axes\": \"ZYX\", \"spacing\": 2.0, \"unit\": \"um\", \"shape\": [3, 3, 4]}", 2, 1},
              {2e-6, 1e-6, 0.5e-6}, "tifffile calibration: x 0.5 um, y 1 um, z 2 um");
  expect_nothing({"{\"shape\": [3, 3, 4]}"});
  const auto swapped = described({"{\"shape\": [3, 3, 4], \"axes\": \"XZY\"}"});
  EXPECT_TRUE(has_notice(swapped.warnings, "XZY"));
}

TEST(TiffCalibration, WhatIsSeenAndNotUnderstoodIsNamed) {
  expect_warning({imagej("unit=furlong\nspacing=2\n"), 4, 4}, "furlong");
  expect_warning({imagej("unit=um\nzunit=sec\nspacing=2\n"), 4, 4}, "2 sec along z");
  expect_warning({imagej("spacing=5.0\n")}, "spacing 5");
  expect_warning({imagej("unit=pixel\nspacing=5.0\n")}, "spacing 5");
  expect_warning({imagej("unit=um\n"), 4, 4}, "the step along z is missing");
  expect_warning({imagej("unit=um\nspacing=-2\n"), 4, 4}, "-2 um along z");
  expect_warning({imagej("unit=um\nspacing=2\n"), 0, 0}, "the size of a pixel is missing");
  expect_warning({"", 2, 1}, "XResolution 2 and YResolution 1 of no unit");
  expect_warning({"", 25000, 25000, RESUNIT_CENTIMETER}, "XResolution 25000 and YResolution 25000 per cm");
}

TEST(TiffCalibration, WhatEveryProgramWritesIsNoCalibration) {
  expect_nothing({""});
  expect_nothing({"", 72, 72, RESUNIT_INCH});
  expect_nothing({"", 96, 96, RESUNIT_INCH});
  expect_nothing({imagej("")});
  expect_nothing({imagej("unit=inch\nspacing=1.0\n"), 72, 72, RESUNIT_INCH});
  expect_warning({imagej("unit=inch\nspacing=3.0\n"), 72, 72, RESUNIT_INCH}, "spacing 3");
}

TEST(TiffCalibration, ContradictionsAreNamed) {
  const io::VolumeDescription found = described({imagej("unit=um\nspacing=2\n"), 4, 4, RESUNIT_INCH});
  ASSERT_TRUE(found.voxel_size);
  EXPECT_NEAR((*found.voxel_size)[2], 0.25e-6, 1e-12);
  EXPECT_TRUE(has_notice(found.warnings, "XResolution 4 and YResolution 4 per inch disagree with ImageJ"));
}

}  // namespace
}  // namespace tauvox::test

#endif
