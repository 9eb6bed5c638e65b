// Pages of a TIFF that are no slices, and pixels of more than one sample.
#ifdef TAUVOX_HAVE_TIFF

#include "read_support.hpp"

namespace tauvox::test {
namespace {

/// The whole formula is there, and a notice says what was left out.
void expect_read(const char* name, const char* notice) {
  SCOPED_TRACE(name);
  const Volume volume = io::read_volume(fixture(name));
  expect_formula(volume);
  EXPECT_TRUE(has_notice(volume.notices, notice));
  io::ReadOptions options;
  options.crop = io::Crop{{1, 3, 5}, {4, 9, 12}};
  expect_formula(io::read_volume(fixture(name), options), {7, 6, 3}, {1, 3, 5});
}

TEST(TiffSlices, SmallCopiesAreSkipped) {
  expect_read("reduced_pages.tif", "6 of 12 pages are marked as copies of lower resolution");
  expect_read("thumbnail_first.tif", "page 1 is 5x7 of uint8: taken as a small copy");
  expect_read("colour_thumbnail_last.tif", "page 7 is 5x7 of uint8 with 3 samples: taken as a small copy");
  expect_read("pyramid.tif", "pages 7 to 12 are 5x7 of uint8: taken as a small copy");
}

TEST(TiffSlices, ASecondSeriesIsNamed) {
  const Refusal same = refused(fixture("two_series.tif"));
  EXPECT_EQ(same.code, 4);
  EXPECT_SAYS(same, "one of 6 images begins on page 1, one of 6 on page 7");
  const Refusal sizes = refused(fixture("two_sizes.tif"));
  EXPECT_EQ(sizes.code, 4);
  EXPECT_SAYS(sizes, "pages 1 to 6 are 10x14 of uint8, pages 7 to 10 are 10x7 of uint8");
}

TEST(TiffSamples, GreyStoredAsColoursIsRead) {
  for (const char* name :
       {"rgb_equal.tif", "rgb_described.tif", "rgb_ome.tif", "rgb_tiled.tif", "rgb_planar.tif"})
    expect_read(name, "3 samples per pixel that say the same");
  for (const char* name : {"rgba.tif", "rgba_16.tif"})
    expect_read(name, "4 samples per pixel that say the same");
  expect_read("grey_alpha.tif", "2 samples per pixel that say the same");
}

TEST(TiffSamples, ColoursThatDifferAreRefusedWithTheLikelyCause) {
  for (const char* name : {"rgb.tif", "rgba_slices.tif", "grey_two.tif"}) {
    SCOPED_TRACE(name);
    const Refusal refusal = refused(fixture(name));
    EXPECT_EQ(refusal.code, 4);
    EXPECT_SAYS(refusal, "page 1 has");
    EXPECT_SAYS(refusal, "that differ");
  }
  EXPECT_SAYS(refused(fixture("rgb.tif")), "3 slices or channels that were saved as one colour image");
  io::ReadOptions flat;
  for (const bool as_2d : {false, true}) {
    flat.as_2d = as_2d;
    const Refusal slices = refused(fixture("three_slices.tif"), flat);
    EXPECT_EQ(slices.code, 4);
    EXPECT_SAYS(slices, "3 slices or channels that were saved as one colour image");
  }
}

}  // namespace
}  // namespace tauvox::test

#endif
