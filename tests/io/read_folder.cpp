// Folders of slices, and single PNG images.
#if defined(TAUVOX_HAVE_PNG) && defined(TAUVOX_HAVE_TIFF)
#include "io/slice_series.hpp"
#include "read_support.hpp"

namespace tauvox::test {
namespace {

std::string golden(const std::string& name) { return std::string(TAUVOX_GOLDEN_FILES) + "/" + name; }

/// Slices of the fixture as TIFF files under these names.
void copy_slices(const Folder& folder, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i)
    std::filesystem::copy_file(fixture("slice_" + std::to_string(i) + ".tif"), folder / names[i]);
}

TEST(ReadFolder, NamesAreOrderedByTheirNumbers) {
  EXPECT_TRUE(io::is_before("img9.tif", "img10.tif"));
  EXPECT_TRUE(io::is_before("img09.tif", "img10.tif"));
  EXPECT_FALSE(io::is_before("img010.tif", "img9.tif"));
  EXPECT_TRUE(io::is_before("a2b1", "a2b02"));
  const auto series =
      io::series_among({"s2_10.tif", "s2_9.tif", "s1_1.tif", "s1_2.tif", "s1_3.tif", "log.tif"});
  ASSERT_EQ(series.size(), 3u);
  EXPECT_EQ(series[0].pattern, "s1_#.tif");
  EXPECT_EQ(series[1].pattern, "s2_#.tif");
  EXPECT_EQ(series[1].names, (std::vector<std::string>{"s2_9.tif", "s2_10.tif"}));
  EXPECT_EQ(series[2].pattern, "log.tif");
}

TEST(ReadFolder, PngSlicesInNaturalOrder) {
  const Volume volume = io::read_volume(golden("imageio_png"));
  expect_formula(volume);
  EXPECT_EQ(volume.format, "folder of slices");
  EXPECT_EQ(volume.dataset, "slice#.png");
  EXPECT_TRUE(has_notice(volume.notices, "slice7.png to slice12.png"));
  io::ReadOptions options;
  options.crop = io::Crop{{1, 2, 3}, {5, 9, 10}};
  expect_formula(io::read_volume(golden("imageio_png"), options), Extent{7, 7, 4}, {1, 2, 3});
}

TEST(ReadFolder, APngAloneIsALayer) {
  EXPECT_SAYS(refused(golden("imageio_png/slice7.png")), "--as-2d");
  io::ReadOptions options;
  options.as_2d = true;
  expect_formula(io::read_volume(golden("imageio_png/slice7.png"), options), Extent{14, 10, 1});
}

TEST(ReadFolder, DamagedPngsAreRefused) {
  const Folder folder;
  io::ReadOptions options;
  options.as_2d = true;
  std::ifstream file(golden("imageio_png/slice7.png"), std::ios::binary);
  const std::string good{std::istreambuf_iterator<char>(file), {}};
  EXPECT_SAYS(refused(folder.write("a.png", good.substr(0, 60)), options), "ends too early");
  for (std::size_t at = 8; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    try {
      expect_formula(io::read_volume(folder.write("a.png", bad), options), Extent{14, 10, 1});
    } catch (const Error& error) {
      EXPECT_LE(static_cast<int>(error.code()), 4) << error.what();
    }
  }
}

TEST(ReadFolder, WhatIsNoSliceIsLeftOutAndNamed) {
  const Folder folder;
  copy_slices(folder, {"a8.tif", "a9.tif", "a10.tif", "a11.tif", "a12.tif", "a13.tif"});
  folder.write(".DS_Store", "x");
  folder.write("._a8.tif", "x");
  folder.write("Thumbs.db", "x");
  folder.write("log.txt", "hello");
  std::filesystem::copy_file(fixture("slice_0.tif"), folder / "preview.tif");
  const Volume volume = io::read_volume(folder.path());
  expect_formula(volume);
  EXPECT_TRUE(has_notice(volume.notices, "no images, left out: log.txt"));
  EXPECT_TRUE(has_notice(volume.notices, "left out, as no part of a#.tif: preview.tif"));
  for (const std::string& notice : volume.notices) EXPECT_EQ(notice.find("Store"), std::string::npos);
}

TEST(ReadFolder, ADamagedSliceIsNamedAlsoAtTheEnds) {
  const std::vector<std::string> names{"a8.tif", "a9.tif", "a10.tif", "a11.tif"};
  for (const std::string damaged : {"a8.tif", "a10.tif", "a11.tif", "a12.TIF"}) {
    const Folder folder;
    copy_slices(folder, names);
    folder.write(damaged, std::string(100, '\0'));
    const Refusal refusal = refused(folder.path());
    EXPECT_EQ(refusal.code, 3);
    EXPECT_SAYS(refusal, damaged);
    EXPECT_SAYS(refusal, "name is that of a slice of a#.tif");
    folder.write(damaged, std::string());
    if (damaged.ends_with(".tif")) {
      EXPECT_SAYS(refused(folder.path()), "file is empty");
    }
  }
  EXPECT_TRUE(io::belongs_to({"a#b2.tif", {"a1b2.tif", "a2b2.tif"}, {1, 2}}, "a3b2.tif"));
  EXPECT_FALSE(io::belongs_to({"a#b2.tif", {"a1b2.tif", "a2b2.tif"}, {1, 2}}, "a3b1.tif"));
  EXPECT_FALSE(io::belongs_to({"a#b2.tif", {"a1b2.tif", "a2b2.tif"}, {1, 2}}, "a3b2.txt"));
  EXPECT_TRUE(io::belongs_to({"a1.tif", {"a1.tif"}, {}}, "a2.tif"));
  EXPECT_EQ(io::series_among({"a#1.tif", "a1#.tif"}).size(), 2u);
}

TEST(ReadFolder, SeveralSeriesAreListedAndOneIsChosen) {
  const Folder folder;
  copy_slices(folder, {"a0.tif", "a1.tif", "a2.tif", "a3.tif", "a4.tif", "a5.tif"});
  copy_slices(folder, {"b0.tif", "b1.tif", "b2.tif", "b3.tif", "b4.tif", "b5.tif"});
  const Refusal refusal = refused(folder.path());
  EXPECT_EQ(refusal.code, 2);
  EXPECT_SAYS(refusal, "a#.tif (6 files), b#.tif (6 files)");
  EXPECT_SAYS(refusal, "--dataset");
  expect_formula(io::read_volume(folder.path(), with_dataset("b#.tif")));
  EXPECT_EQ(refused(folder.path(), with_dataset("c#.tif")).code, 3);
}

TEST(ReadFolder, GapsTwinsAndOddSizesAreNamed) {
  {
    const Folder folder;
    copy_slices(folder, {"a0.tif", "a1.tif", "a2.tif", "a5.tif"});
    const Refusal refusal = refused(folder.path());
    EXPECT_EQ(refusal.code, 4);
    EXPECT_SAYS(refusal, "3 to 4");
  }
  {
    const Folder folder;
    copy_slices(folder, {"a1.tif", "a01.tif", "a2.tif"});
    EXPECT_SAYS(refused(folder.path()), "one number");
  }
  {
    const Folder folder;
    copy_slices(folder, {"a0.tif", "a1.tif", "a2.tif"});
    std::filesystem::copy_file(fixture("slice_odd.tif"), folder / "a3.tif");
    const Refusal refusal = refused(folder.path());
    EXPECT_EQ(refusal.code, 4);
    EXPECT_SAYS(refusal, "a3.tif is 9x14");
  }
  {
    const Folder folder;
    copy_slices(folder, {"a0.tif"});
    std::filesystem::copy_file(fixture("type_le_u1.tif"), folder / "a1.tif");
    EXPECT_SAYS(refused(folder.path()), "a slice is a stack");
  }
}

TEST(ReadFolder, WhatIsNoFolderOfSlicesIsRefusedByName) {
  const Folder folder;
  EXPECT_SAYS(refused(folder.path()), "it is empty");
  folder.write("notes.txt", "hello");
  EXPECT_SAYS(refused(folder.path()), "notes.txt");
  folder.write("zarr.json", "{}");
  EXPECT_SAYS(refused(folder.path()), "Zarr");
  const Folder links;
  copy_slices(links, {"a0.tif", "a1.tif"});
  std::filesystem::create_symlink(fixture("slice_2.tif"), links / "a2.tif");
  EXPECT_SAYS(refused(links.path()), "link out of the folder");
}

TEST(ReadFolder, OtherProgramsFilesHaveAWayOut) {
  const Folder folder;
  const std::vector<std::array<std::string, 3>> files{
      {"a.am", "# AmiraMesh BINARY-LITTLE-ENDIAN 2.1\n", "3D TIFF"},
      {"a.am", "# Avizo BINARY-LITTLE-ENDIAN 2.1\n", "3D TIFF"},
      {"a.gdt", "\x01\x02\x03\x04", "GeoDict"},
      {"a.txm", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "TXM"},
      {"a.mat", "MATLAB 5.0 MAT-file, Platform", "-v7.3"},
      {"a.dcm", std::string(128, '\0') + "DICM", "DICOM"},
  };
  for (const auto& [name, bytes, words] : files) {
    const Refusal refusal = refused(folder.write(name, bytes));
    EXPECT_EQ(refusal.code, 3);
    EXPECT_SAYS(refusal, words);
  }
}

}  // namespace
}  // namespace tauvox::test

#endif
