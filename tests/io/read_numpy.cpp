// .npy and .npz: as NumPy writes them, and as nobody should.
#if defined(TAUVOX_HAVE_ZLIB) && (defined(TAUVOX_HAVE_HDF5) || defined(TAUVOX_HAVE_TIFF))
#include "read_support.hpp"

namespace tauvox::test {
namespace {

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// An .npy array with this dictionary as its header.
std::string npy(const std::string& header, const std::string& elements) {
  const std::string text = header + "\n";
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(text.size() & 0xff) +
         static_cast<char>(text.size() >> 8) + text + elements;
}

std::string header(const std::string& type, const std::string& order, const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': (" + shape + "), }";
}

TEST(ReadNumPy, EveryTypeAndOrder) {
  for (const char* name :
       {"le_u1", "le_i1", "le_u2", "be_u2", "be_i2", "le_i4", "be_u4", "le_i8", "be_u8", "le_f4", "be_f8"}) {
    const Volume volume = io::read_volume(fixture(std::string("array_") + name + ".npy"));
    expect_formula(volume);
    EXPECT_EQ(volume.format, "NPY");
  }
  EXPECT_EQ(io::read_volume(fixture("array_be_u2.npy")).stored_type, "uint16 big-endian");
}

TEST(ReadNumPy, FortransOrderIsHonouredAndSaid) {
  for (const char* name : {"fortran.npy", "fortran.npz"}) {
    const Volume volume = io::read_volume(fixture(name));
    expect_formula(volume);
    EXPECT_TRUE(has_notice(volume.notices, "fortran_order"));
  }
  io::ReadOptions options;
  options.crop = io::Crop{{1, 2, 3}, {5, 9, 10}};
  expect_formula(io::read_volume(fixture("fortran.npy"), options), Extent{7, 7, 4}, {1, 2, 3});
}

TEST(ReadNumPy, BoolsAreTrueOrFalse) {
  const Volume volume = io::read_volume(fixture("bool.npy"));
  EXPECT_EQ(volume.stored_type, "bool");
  expect_formula(volume, fixture_extent, {0, 0, 0}, [](std::int64_t label) { return label % 2; });
  const Folder folder;
  const Refusal refusal =
      refused(folder.write("b.npy", npy(header("|b1", "False", "1, 1, 2"), std::string("\1\2"))));
  EXPECT_EQ(refusal.code, 4);
  EXPECT_SAYS(refusal, "neither 0 nor 1");
}

TEST(ReadNumPy, AxesAreChosenAndNamed) {
  io::ReadOptions options;
  EXPECT_SAYS(refused(fixture("channels.npy")), "--slice");
  options.slice = {{"3", 1}};
  expect_formula(io::read_volume(fixture("channels.npy"), options));
  options.slice = {{"c", 1}};
  options.axes = "zyxc";
  expect_formula(io::read_volume(fixture("channels_fortran.npy"), options));
  io::ReadOptions turned;
  turned.axes = "xyz";
  expect_formula(io::read_volume(fixture("xyz.npy"), turned));
}

TEST(ReadNumPy, OneOfSeveralArraysIsChosenByName) {
  const Refusal several = refused(fixture("several.npz"));
  EXPECT_EQ(several.code, 2);
  EXPECT_SAYS(several, "labels (6x10x14 of uint8), grey (6x10x14 of uint16)");
  expect_formula(io::read_volume(fixture("several.npz"), with_dataset("labels")));
  expect_formula(io::read_volume(fixture("several.npz"), with_dataset("labels.npy")));
  const Refusal other = refused(fixture("several.npz"), with_dataset("label"));
  EXPECT_EQ(other.code, 3);
  EXPECT_SAYS(other, "there is no 'label'");
  const Volume volume = io::read_volume(fixture("beside.npz"));  // a number and a text stand beside it
  expect_formula(volume);
  EXPECT_EQ(volume.dataset, "labels");
  EXPECT_TRUE(has_notice(volume.notices, "beside it size"));
}

TEST(ReadNumPy, DamagedHeadersAreRefused) {
  const Folder folder;
  const std::string two("\0\1", 2);
  const std::vector<std::pair<std::string, std::string>> bad{
      {npy(header("|u1", "False", "1, 1, 3"), two), "3 bytes of voxels are announced, 2 are there"},
      {npy(header("|u1", "False", "1, 1, 1"), two), "1 bytes of voxels are announced, 2 are there"},
      {npy(header("|u1", "False", "1, -1, 2"), two), "no list of lengths"},
      {npy(header("|u1", "Maybe", "1, 1, 2"), two), "neither True nor False"},
      {npy(header("|u1", "False", "1, 1, 2") + "x", two), "behind its dictionary"},
      {npy("{'descr': '|u1'}", two), "is missing"},
      {npy("{'descr': '|u1', 'descr': '|u1'}", two), "not expected"},
      {npy(header("|u1", "False", "100000, 100000, 100000"), two), "are announced"},
      {npy(header("<u8", "False", "4294967296, 4294967296, 4"), two), "too large to count"},
      {std::string("\x93NUMPY\x09\x00\x10\x00", 10) + std::string(40, ' '), "version 9.0"},
      {std::string("\x93NUMPY\x02\x00\xff\xff\xff\x7f", 12) + std::string(40, ' '), "bytes of header"},
  };
  for (const auto& [bytes, words] : bad) {
    const Refusal refusal = refused(folder.write("a.npy", bytes));
    EXPECT_EQ(refusal.code, 3) << refusal.message;
    EXPECT_SAYS(refusal, words);
  }
}

TEST(ReadNumPy, WhatIsNoNumberIsRefused) {
  const Folder folder;
  const std::vector<std::pair<std::string, std::string>> bad{
      {npy(header("|O", "False", "1, 1, 2"), "ab"), "never run"},
      {npy(header("<f2", "False", "1, 1, 1"), "ab"), "descr is '<f2'"},
      {npy(header("<c8", "False", "1, 1, 1"), "abcdefgh"), "descr is '<c8'"},
      {npy("{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (1, 1, 2), }", "ab"), "structured"},
      {npy(header("|u1", "False", "1, 0, 2"), ""), "empty"},
      {npy(header("|u1", "False", "1, 2"), "ab"), "2-D"},
  };
  for (const auto& [bytes, words] : bad) {
    const Refusal refusal = refused(folder.write("a.npy", bytes));
    EXPECT_EQ(refusal.code, 4) << refusal.message;
    EXPECT_SAYS(refusal, words);
  }
}

TEST(ReadNumPy, DamagedArchivesAreRefused) {
  const Folder folder;
  for (const char* name : {"several.npz", "fortran.npz"}) {
    const std::string good = contents_of(fixture(name));
    EXPECT_EQ(refused(folder.write("cut.npz", good.substr(0, good.size() - 1))).code, 3);
    EXPECT_EQ(refused(folder.write("cut.npz", good.substr(0, good.size() / 2))).code, 3);
    EXPECT_EQ(refused(folder.write("more.npz", good + "x")).code, 3);
  }
  std::string damaged = contents_of(fixture("one.npz"));  // stored: only the checksum knows
  damaged[damaged.find("NUMPY") + 200] ^= 1;
  EXPECT_SAYS(refused(folder.write("damaged.npz", damaged)), "checksum");
  damaged = contents_of(fixture("fortran.npz"));
  damaged[damaged.find("PK\1\2") - 30] ^= 1;
  EXPECT_EQ(refused(folder.write("damaged.npz", damaged)).code, 3);
  EXPECT_SAYS(refused(folder.write("none.npz", std::string("PK\5\6") + std::string(18, '\0'))), "zip");
}

TEST(ReadNumPy, ACropIsReadFromCompressedVoxels) {
  io::ReadOptions options;
  options.crop = io::Crop{{1, 2, 3}, {5, 9, 10}};
  options.dataset = "labels";
  expect_formula(io::read_volume(fixture("compressed.npz"), options), Extent{7, 7, 4}, {1, 2, 3});
}

}  // namespace
}  // namespace tauvox::test

#endif
