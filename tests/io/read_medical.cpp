// MetaImage, NRRD and NIfTI: files that their own packages wrote (golden/), and variants nobody should meet.
#if defined(TAUVOX_HAVE_ZLIB)
#include "read_support.hpp"

namespace tauvox::test {
namespace {

std::string golden(const std::string& name) { return std::string(TAUVOX_GOLDEN_FILES) + "/" + name; }

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

void expect_steps(const std::string& name, double unit, const std::string& source) {
  const Volume volume = io::read_volume(golden(name));
  expect_formula(volume);
  ASSERT_TRUE(volume.voxel_size) << name;
  EXPECT_NEAR((*volume.voxel_size)[0] / unit, 2, 1e-6) << name;
  EXPECT_NEAR((*volume.voxel_size)[1] / unit, 1, 1e-6) << name;
  EXPECT_NEAR((*volume.voxel_size)[2] / unit, 0.5, 1e-6) << name;
  EXPECT_NE(volume.voxel_size_source.find(source), std::string::npos) << volume.voxel_size_source;
}

TEST(ReadMedical, FilesOfTheirOwnPackages) {
  expect_steps("itk_compressed.mha", 1e-6, "ElementSpacing of the MetaImage header: z,y,x = 0.002");
  expect_steps("itk.mhd", 1e-6, "mm, the unit of the format");
  expect_steps("itk_compressed.nrrd", 1e-6, "left-posterior-superior");
  expect_steps("itk_detached.nhdr", 1e-6, "space directions");
  expect_steps("itk.nii", 1e-6, "pixdim of the NIfTI header: z,y,x = 0.002, 0.001, 0.0005 mm");
  expect_steps("nibabel.nii.gz", 1e-6, "um");
  expect_steps("pynrrd.nrrd", 1e-6, "um");
}

TEST(ReadMedical, StepsWithoutAUnitAreARatio) {
  for (const char* name : {"pynrrd_spacings.nrrd", "nibabel2.nii.gz"}) {
    const Volume volume = io::read_volume(golden(name));
    expect_formula(volume);
    EXPECT_FALSE(volume.voxel_size);
    ASSERT_TRUE(volume.voxel_ratio) << name;
    EXPECT_NEAR((*volume.voxel_ratio)[0], 4, 1e-6);
  }
}

TEST(ReadMedical, AShortFirstAxisIsNotMisread) {
  const Folder folder;
  const std::string head = "NRRD0004\ntype: uint8\ndimension: 3\nsizes: 6 5 4\nencoding: raw\n\n";
  const Volume volume = io::read_volume(folder.write("a.nrrd", head + std::string(120, '\1')));
  EXPECT_EQ(volume.extent, (Extent{6, 5, 4}));
  EXPECT_FALSE(volume.voxel_ratio);
}

TEST(ReadMedical, LabelsSayTheOrderOfAxes) {
  const Folder folder;
  const std::string head = "NRRD0004\ntype: uint8\ndimension: 4\nsizes: 2 3 1 2\nencoding: raw\n";
  std::string voxels;
  for (char i = 0; i < 12; ++i) voxels += i;
  const std::string turned = head + "labels: \"z\" \"y\" \"x\" \"time\"\n\n" + voxels;
  io::ReadOptions options;
  options.slice = {{"time", 1}};
  const Volume volume = io::read_volume(folder.write("a.nrrd", turned), options);
  EXPECT_EQ(volume.extent, (Extent{1, 3, 2}));
  EXPECT_EQ(label_at(volume, 1, 0, 0), 7);
  EXPECT_EQ(label_at(volume, 0, 2, 0), 10);
  EXPECT_SAYS(refused(folder.write("a.nrrd", turned)), "--slice time=0");
  const std::string colours = head + "kinds: vector domain domain domain\n\n" + voxels;
  options.slice = {{"c", 1}};
  const Volume second = io::read_volume(folder.write("a.nrrd", colours), options);
  EXPECT_EQ(second.extent, (Extent{3, 1, 2}));
  EXPECT_EQ(label_at(second, 1, 0, 2), 11);
}

struct Variant {
  std::string file, from, to, words;
};

TEST(ReadMedical, HeadersThatDoNotFitTheirVoxelsAreRefused) {
  const Folder folder;
  folder.write("itk.raw", contents_of(golden("itk.raw")));
  folder.write("itk_detached.raw", contents_of(golden("itk_detached.raw")));
  const std::vector<Variant> variants{
      {"itk.mhd", "14 10 6", "14 10 7", "are announced"},
      {"itk.mhd", "14 10 6", "14 10", "DimSize has 2"},
      {"itk.mhd", "14 10 6", "14 -10 6", "no lengths"},
      {"itk.mhd", "14 10 6", "100000 100000 100000", "are announced"},
      {"itk.mhd", "14 10 6", "4294967296 4294967296 4294967296", "too large"},
      {"itk.mhd", "MET_UCHAR", "MET_USHORT", "are announced"},
      {"itk.mhd", "MET_UCHAR", "MET_STRING", "ElementType is MET_STRING"},
      {"itk.mhd", "itk.raw", "../itk.raw", "another folder"},
      {"itk.mhd", "itk.raw", "/etc/passwd", "another folder"},
      {"itk.mhd", "itk.raw", "slice%03d.raw", "several files"},
      {"itk.mhd", "itk.raw", "missing.raw", "no such file"},
      {"itk.mhd", "CompressedData = False", "CompressedData = True", "damaged"},
      {"itk.mhd", "BinaryData = True", "BinaryData = False", "text"},
      {"itk.mhd", "NDims = 3", "NDims = 3\nNDims = 3", "twice"},
      {"itk_compressed.mha", "14 10 6", "14 10 7", "they end after 840 of 980"},
      {"itk_compressed.mha", "14 10 6", "14 10 5", "more than the header announces"},
      {"itk_compressed.mha", "14 10 6", "100000 100000 100000", "are announced"},
      {"itk_compressed.mha", "CompressedDataSize = ", "CompressedDataSize = 1", "CompressedDataSize is 1"},
      {"itk_detached.nhdr", "sizes: 14 10 6", "sizes: 14 10 5", "are announced"},
      {"itk_detached.nhdr", "encoding: raw", "encoding: bzip2", "encoding is bzip2"},
      {"itk_detached.nhdr", "encoding: raw", "encoding: ascii", "encoding is ascii"},
      {"itk_detached.nhdr", "encoding: raw", "encoding: raw\nline skip: 1", "lines are to be skipped"},
      {"itk_detached.nhdr", "encoding: raw", "encoding: raw\nbyte skip: 1", "are announced"},
      {"itk_detached.nhdr", "data file: itk_detached.raw", "data file: LIST", "several files"},
      {"itk_detached.nhdr", "dimension: 3", "dimension: 4", "sizes has 3"},
      {"itk_detached.nhdr", "unsigned char", "block", "type is block"},
      {"itk_compressed.nrrd", "endian: little", "endian: middle", "endian is"},
      {"itk_compressed.nrrd", "sizes: 14 10 6", "sizes: 14 10 600000", "are announced"},
      {"itk_compressed.nrrd", "(0,0,", "(0,x,", "no vectors"},
  };
  for (const Variant& v : variants) {
    const std::string ending = v.file.substr(v.file.find('.'));
    const Refusal refusal =
        refused(folder.write("variant" + ending, replaced(contents_of(golden(v.file)), v.from, v.to)));
    EXPECT_EQ(refusal.code, 3) << v.to << ": " << refusal.message;
    EXPECT_SAYS(refusal, v.words);
  }
}

TEST(ReadMedical, SkippedBytesAreSkipped) {
  const Folder folder;
  const std::string voxels = contents_of(golden("itk_detached.raw"));
  folder.write("itk_detached.raw", "head" + voxels);
  const std::string header = contents_of(golden("itk_detached.nhdr"));
  for (const char* skip : {"byte skip: 4", "byte skip: -1"})
    expect_formula(io::read_volume(
        folder.write("a.nhdr", replaced(header, "encoding: raw", std::string("encoding: raw\n") + skip))));
  folder.write("itk.raw", "head" + voxels);
  for (const char* skip : {"HeaderSize = 4", "HeaderSize = -1"})
    expect_formula(io::read_volume(folder.write(
        "a.mhd", replaced(contents_of(golden("itk.mhd")), "NDims = 3", std::string("NDims = 3\n") + skip))));
}

TEST(ReadMedical, WhatStandsInSeveralFilesHasOneChecksum) {
  const Folder folder;
  const std::string header = contents_of(golden("itk.mhd"));
  folder.write("itk.raw", contents_of(golden("itk.raw")));
  const std::string first = io::read_volume(folder.write("itk.mhd", header)).sha256;
  EXPECT_EQ(first, io::read_volume(golden("itk.mhd")).sha256);
  std::string other = contents_of(golden("itk.raw"));
  other[0] = 1;
  folder.write("itk.raw", other);
  if (!first.empty()) {
    EXPECT_NE(first, io::read_volume(folder / "itk.mhd").sha256);
  }
}

/// The header of itk.nii with `bytes` at `at`.
std::string nifti_with(std::size_t at, const std::string& bytes) {
  std::string file = contents_of(golden("itk.nii"));
  return file.replace(at, bytes.size(), bytes);
}

TEST(ReadMedical, NiftiHeadersThatMakeNoSenseAreRefused) {
  const Folder folder;
  struct Case {
    std::size_t at;
    std::string bytes, words;
    int code;
  };
  const std::vector<Case> cases{
      {40, std::string("\x09\x00", 2), "9 axes", 3},
      {42, std::string("\xff\xff", 2), "length -1", 3},
      {42, std::string("\x0f\x00", 2), "are announced", 3},
      {70, std::string("\x80\x00", 2), "datatype is 128", 4},
      {72, std::string("\x10\x00", 2), "16 bits", 3},
      {108, std::string("\x00\x00\x80\xbf", 4), "begin at byte -1", 3},
      {112, std::string("\x00\x00\x00\x40", 4), "scl_slope is 2", 4},
      {344, "ni1", ".img", 3},
  };
  for (const Case& c : cases) {
    const Refusal refusal = refused(folder.write("a.nii", nifti_with(c.at, c.bytes)));
    EXPECT_EQ(refusal.code, c.code) << refusal.message;
    EXPECT_SAYS(refusal, c.words);
  }
  const std::string good = contents_of(golden("itk.nii"));
  EXPECT_EQ(refused(folder.write("a.nii", good.substr(0, good.size() - 1))).code, 3);
  EXPECT_EQ(refused(folder.write("a.nii", good + "x")).code, 3);
  const std::string packed = contents_of(golden("nibabel.nii.gz"));
  EXPECT_EQ(refused(folder.write("a.nii.gz", packed.substr(0, packed.size() - 9))).code, 3);
  EXPECT_EQ(refused(folder.write("a.nii.gz", packed + "x")).code, 3);
}

}  // namespace
}  // namespace tauvox::test

#endif
