#ifdef TAUVOX_HAVE_HDF5

#include <algorithm>
#include <chrono>

#include "io/read.hpp"
#include "read_support.hpp"

namespace tauvox::test {
namespace {

using namespace std::string_literals;

class ReadHdf5Type : public ::testing::TestWithParam<std::string> {};

TEST_P(ReadHdf5Type, GivesTheFormulaWholeAndCropped) {
  const std::string path = fixture(GetParam());
  expect_formula(io::read_volume(path));
  io::ReadOptions options;
  options.crop = io::Crop{{1, 3, 5}, {4, 9, 12}};
  const io::VolumeDescription description = io::describe_volume(path, options);
  EXPECT_EQ(description.extent, fixture_extent);
  EXPECT_EQ(description.read_extent, (Extent{7, 6, 3}));
  expect_formula(io::read_volume(path, options), {7, 6, 3}, {1, 3, 5});
}

std::vector<std::string> type_files() {
  std::vector<std::string> names;
  for (const char* type : {"u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"})
    for (const char* order : {"le", "be"}) names.push_back("type_"s + order + "_" + type + ".h5");
  for (const char* name :
       {"half", "enum", "bits", "bitfield", "gzip", "slices", "fletcher", "unlimited", "latest", "size"})
    names.push_back(name + ".h5"s);
  names.push_back("user_block.mat");
  return names;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& parameter) {
  std::string name = parameter.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, ReadHdf5Type, ::testing::ValuesIn(type_files()), test_name);

TEST(ReadHdf5, SaysWhatItRead) {
  const Volume volume = io::read_volume(fixture("type_be_u2.h5"));
  EXPECT_EQ(volume.format, "HDF5");
  EXPECT_EQ(volume.dataset, "/volume");
  EXPECT_EQ(volume.stored_type, "uint16 big-endian");
  EXPECT_TRUE(has_notice(volume.notices, "/volume taken"));
  EXPECT_EQ(io::describe_volume(fixture("bits.h5")).stored_type, "uint16 big-endian, 12 bits used");
}

TEST(ReadHdf5, BoolIsZeroAndOne) {
  const Volume volume = io::read_volume(fixture("bool.h5"));
  EXPECT_EQ(volume.stored_type, "bool");
  expect_formula(volume, fixture_extent, {0, 0, 0}, [](std::int64_t label) { return label % 2; });
}

TEST(ReadHdf5, WholeFloatsAreTakenWithANotice) {
  EXPECT_TRUE(has_notice(io::read_volume(fixture("type_le_f4.h5")).notices, "whole numbers"));
  EXPECT_TRUE(has_notice(io::read_volume(fixture("user_block.mat")).notices, "MATLAB"));
}

TEST(ReadHdf5, LargeChunkedVolumesComeInSeveralSlabs) {
  for (const char* dataset : {"volume", "thick"}) {
    int calls = 0;
    const Volume volume =
        io::read_volume(fixture("large.h5"), with_dataset(dataset), [&](double) { ++calls; });
    EXPECT_GT(calls, 2);
    expect_formula(volume, {600, 1000, 40});
  }
  io::ReadOptions options = with_dataset("thick");
  options.crop = io::Crop{{3, 7, 11}, {39, 990, 599}};
  expect_formula(io::read_volume(fixture("large.h5"), options), {588, 983, 36}, {3, 7, 11});
}

TEST(ReadHdf5, TakesTheVoxelSizeFromTheAttribute) {
  Volume volume = io::read_volume(fixture("size.h5"));
  ASSERT_TRUE(volume.voxel_size);
  EXPECT_NEAR((*volume.voxel_size)[0], 0.5e-6, 1e-13);
  EXPECT_NEAR((*volume.voxel_size)[1], 0.4e-6, 1e-13);
  EXPECT_NEAR((*volume.voxel_size)[2], 0.3e-6, 1e-13);
  EXPECT_EQ(volume.voxel_size_source, "attribute element_size_um");

  io::ReadOptions options;
  options.voxel_size = {1e-6, 1e-6, 1e-6};
  volume = io::read_volume(fixture("size.h5"), options);
  EXPECT_EQ((*volume.voxel_size)[0], 1e-6);
  EXPECT_EQ(volume.voxel_size_source, "--voxel-size");

  EXPECT_FALSE(io::describe_volume(fixture("bad_size.h5")).voxel_size);
  EXPECT_TRUE(has_notice(io::describe_volume(fixture("bad_size.h5")).warnings, "element_size_um ignored"));
}

TEST(ReadHdf5, AWrongPathListsTheCandidates) {
  const Refusal refusal = refused(fixture("several.h5"), with_dataset("/one/frist"));
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, "/one/first 6x10x14 uint8");
  EXPECT_SAYS(refusal, "/one/second 6x10x14 uint16");
  EXPECT_SAYS(refusal, "/three 6x10x14 float32");
}

TEST(ReadHdf5, AGroupListsItsChildren) {
  const Refusal refusal = refused(fixture("several.h5"), with_dataset("one"));
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, "group");
  EXPECT_SAYS(refusal, "/one/first");
  EXPECT_FALSE(refusal.says("/three"));
}

TEST(ReadHdf5, SeveralCandidatesAreAQuestionNotAGuess) {
  const Refusal refusal = refused(fixture("several.h5"));
  EXPECT_EQ(refusal.code, 2);
  EXPECT_SAYS(refusal, "/one/first 6x10x14 uint8 0.0 MB");
  EXPECT_SAYS(refusal, "/three");
  expect_formula(io::read_volume(fixture("several.h5"), with_dataset("one/second")));
}

TEST(ReadHdf5, WhatCannotBeLookedAtCouldBeTheVolume) {
  for (const char* name : {"damaged_beside.h5", "damaged_among.h5"}) {
    const Refusal refusal = refused(fixture(name));
    EXPECT_EQ(refusal.code, 3);
    EXPECT_SAYS(refusal, "1 object cannot be read: /labels (incorrect metadata checksum");
    EXPECT_SAYS(refusal, "/a/mask 6x10x14 uint8");
    EXPECT_SAYS(refusal, "--dataset");
    const Volume volume = io::read_volume(fixture(name), with_dataset("a/mask"));
    expect_formula(volume);
    EXPECT_TRUE(has_notice(volume.notices, "1 object cannot be read: /labels"));
    EXPECT_SAYS(refused(fixture(name), with_dataset("labels")), "checksum");
    EXPECT_SAYS(refused(fixture(name), with_dataset("nowhere")), "/labels (incorrect");
  }
}

TEST(ReadHdf5, ObjectsOfANewerHdf5AreNotNothing) {
  for (const auto& [name, reason] : {std::pair{"newer.h5", "bad version number for layout message"},
                                     std::pair{"damaged_alone.h5", "incorrect metadata checksum"}}) {
    for (const char* dataset : {"", "labels"}) {
      const Refusal refusal = refused(fixture(name), with_dataset(dataset));
      EXPECT_EQ(refusal.code, 3) << name;
      EXPECT_SAYS(refusal, "/labels");
      EXPECT_SAYS(refusal, reason);
      EXPECT_SAYS(refusal, "newer HDF5");
    }
  }
}

TEST(ReadHdf5, AFileWithoutAVolumeSaysWhatItHolds) {
  const Refusal nothing = refused(fixture("nothing.h5"));
  EXPECT_EQ(nothing.code, 4);
  EXPECT_SAYS(nothing, "/angle 5 float64");
  EXPECT_SAYS(refused(fixture("flat_only.h5")), "--as-2d");
}

TEST(ReadHdf5, TwoDimensionsNeedTheOption) {
  io::ReadOptions options = with_dataset("flat");
  const Refusal refusal = refused(fixture("shapes.h5"), options);
  EXPECT_EQ(refusal.code, 4);
  EXPECT_SAYS(refusal, "--as-2d");
  options.as_2d = true;
  expect_formula(io::read_volume(fixture("shapes.h5"), options), {14, 10, 1});
  options.dataset.clear();
  expect_formula(io::read_volume(fixture("flat_only.h5"), options), {14, 10, 1});
}

TEST(ReadHdf5, AxesOfLengthOneAreDroppedWithANotice) {
  const Volume volume = io::read_volume(fixture("shapes.h5"), with_dataset("squeezed"));
  expect_formula(volume);
  EXPECT_TRUE(has_notice(volume.notices, "1x6x10x14x1"));
}

TEST(ReadHdf5, ArraysThatAreNoVolumesAreInvalid) {
  const std::vector<std::pair<std::string, std::string>> wrong{{"time", "4-D"},
                                                               {"scalar", "scalar or null"},
                                                               {"null", "scalar or null"},
                                                               {"empty", "0x4x5"},
                                                               {"compound", "compound"},
                                                               {"text", "string"},
                                                               {"ragged", "variable-length"},
                                                               {"names", "string"}};
  for (const auto& [dataset, word] : wrong) {
    const Refusal refusal = refused(fixture("shapes.h5"), with_dataset(dataset));
    EXPECT_EQ(refusal.code, 4) << dataset;
    EXPECT_SAYS(refusal, word);
  }
}

TEST(ReadHdf5, FollowsSoftLinksInsideTheFile) {
  for (const char* name :
       {"/soft", "real/beside", "/folder/volume", "/real/root/real/volume", "./real//volume"})
    expect_formula(io::read_volume(fixture("links.h5"), with_dataset(name)));
}

TEST(ReadHdf5, RefusesAnExternalLink) {
  for (const char* name : {"/external", "/between/volume", "/soft_out"}) {
    const Refusal refusal = refused(fixture("links.h5"), with_dataset(name));
    EXPECT_EQ(refusal.code, 3) << name;
    EXPECT_SAYS(refusal, "external link");
  }
}

TEST(ReadHdf5, LinkLoopsEnd) {
  EXPECT_SAYS(refused(fixture("links.h5"), with_dataset("/loop_a")), "link loop");
  EXPECT_EQ(refused(fixture("links.h5"), with_dataset("/loop_a")).code, 3);
  expect_formula(io::read_volume(fixture("links.h5")));  // the hard-link cycle is listed once
}

TEST(ReadHdf5, RefusesExternalStorageAndVirtualDatasets) {
  for (const char* name : {"stored", "virtual"}) {
    const Refusal refusal = refused(fixture("outside.h5"), with_dataset(name));
    EXPECT_EQ(refusal.code, 3);
    EXPECT_SAYS(refusal, name == "stored"s ? "external storage" : "virtual dataset");
  }
}

TEST(ReadHdf5, AMissingFilterIsNamedByNumberAndName) {
  const Refusal refusal = refused(fixture("filter.h5"));
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, "32001 (lzf)");
  EXPECT_SAYS(refusal, "h5repack");
  EXPECT_SAYS(refusal, "--hdf5-plugins");
}

TEST(ReadHdf5, ATruncatedFileSaysHowMuchIsMissing) {
  const auto whole = std::filesystem::file_size(fixture("gzip.h5"));
  const Refusal refusal = refused(fixture("truncated.h5"));
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, "expected " + std::to_string(whole) + " bytes, found " + std::to_string(whole / 2));
}

TEST(ReadHdf5, AWrongChecksumIsRefused) { EXPECT_EQ(refused(fixture("damaged.h5")).code, 3); }

TEST(ReadHdf5, ListingsEnd) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_SAYS(refused(fixture("crowd.h5")), "the list is cut");
  EXPECT_SAYS(refused(fixture("deep.h5")), "the list is cut");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(ReadHdf5, ASmallFileThatClaimsPetabytesIsRefused) { EXPECT_EQ(refused(fixture("bomb.h5")).code, 3); }

TEST(ReadHdf5, GreyValuesAreRefusedWithTheirRange) {
  const Refusal refusal = refused(fixture("grey.h5"), with_dataset("volume"));
  EXPECT_EQ(refusal.code, 4);
  EXPECT_SAYS(refusal, "minimum 0.25, maximum 10.25, 11 distinct values");
  EXPECT_SAYS(refusal, "segment first or pass --threshold");
}

TEST(ReadHdf5, NanAndInfinityAreCountedAndTheFirstIsNamed) {
  io::ReadOptions options = with_dataset("holes");
  const Refusal refusal = refused(fixture("grey.h5"), options);
  EXPECT_EQ(refusal.code, 4);
  EXPECT_SAYS(refusal, "3 of 840");
  EXPECT_SAYS(refusal, "z,y,x = 2,3,4");
  options.crop = io::Crop{{1, 1, 1}, {-1, -1, -1}};
  EXPECT_SAYS(refused(fixture("grey.h5"), options), "z,y,x = 2,3,4");
}

TEST(ReadHdf5, NegativeLabelsAreValuesWithAHint) {
  const Volume volume = io::read_volume(fixture("grey.h5"), with_dataset("signed"));
  expect_formula(volume, fixture_extent, {0, 0, 0}, [](std::int64_t label) { return label - 1; });
  EXPECT_TRUE(has_notice(volume.notices, "255 stored as int8 reads as -1"));
}

TEST(ReadHdf5, LabelsBeyondSignedRangeAndTooManyLabelsAreRefused) {
  EXPECT_SAYS(refused(fixture("grey.h5"), with_dataset("huge")), "9223372036854775813");
  EXPECT_SAYS(refused(fixture("many.h5")), "more than 65536");
}

TEST(ReadHdf5, RawOptionsDoNotFit) {
  io::ReadOptions options;
  options.dtype = "uint8";
  EXPECT_EQ(refused(fixture("size.h5"), options).code, 2);
  options = {};
  options.header_bytes = 3;
  EXPECT_EQ(refused(fixture("size.h5"), options).code, 2);
}

}  // namespace
}  // namespace tauvox::test

#endif
