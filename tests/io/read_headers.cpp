// MetaImage, NRRD and NIfTI: what headers say of axes, units, orientation and the order of bytes, and the
// files that they name.
#include <algorithm>
#include <cmath>

#include "io/input_file.hpp"
#include "read_support.hpp"

namespace tauvox::test {
namespace {

namespace fs = std::filesystem;

std::string nrrd(const std::string& sizes, const std::string& more = "", const std::string& type = "uint8",
                 const std::string& encoding = "raw") {
  const auto axes = 1 + std::count(sizes.begin(), sizes.end(), ' ');
  return "NRRD0004\ntype: " + type + "\ndimension: " + std::to_string(axes) + "\nsizes: " + sizes +
         "\nencoding: " + encoding + "\n" + more;
}

std::string metaimage(const std::string& sizes, const std::string& more = "",
                      const std::string& type = "MET_UCHAR", const std::string& file = "LOCAL") {
  const auto axes = 1 + std::count(sizes.begin(), sizes.end(), ' ');
  return "NDims = " + std::to_string(axes) + "\nDimSize = " + sizes + "\n" + more + "ElementType = " + type +
         "\nElementDataFile = " + file + "\n";
}

/// 0, 1, 2, ...
std::string counted(char count) {
  std::string bytes;
  for (char i = 0; i < count; ++i) bytes += i;
  return bytes;
}

io::ReadOptions layer_of(const std::string& axis, std::int64_t index) {
  io::ReadOptions options;
  options.as_2d = true;
  if (!axis.empty()) options.slice = {{axis, index}};
  return options;
}

TEST(ReadHeaders, AnImageWithChannelsIsNoVolume) {
  const Folder folder;
  const std::string kinds = "kinds: domain domain vector\n\n", colours = "kinds: RGB-color domain domain\n\n";
  const std::string channels = "ElementNumberOfChannels = 3\n";
  const std::vector<std::string> paths{
      folder.write("last.nrrd", nrrd("2 4 3", kinds) + counted(24)),
      folder.write("first.nrrd", nrrd("3 2 4", colours) + counted(24)),
      folder.write("time.nrrd", nrrd("2 4 3", "kinds: space space time\n\n") + counted(24)),
      folder.write("a.mha", metaimage("2 4", channels) + counted(24))};
  for (const std::string& path : paths) {
    const std::string axis = path.find("time") == std::string::npos ? "c" : "t";
    const Refusal refusal = refused(path);
    EXPECT_EQ(refusal.code, 4);
    EXPECT_SAYS(refusal, "has no axis z");
    EXPECT_SAYS(refusal, "--as-2d --slice " + axis + "=0");
    EXPECT_EQ(refused(path, layer_of("", 0)).code, 4);
    const Volume layer = io::read_volume(path, layer_of(axis, 1));
    EXPECT_EQ(layer.extent, (Extent{2, 4, 1}));
    const bool is_slowest = path.ends_with("last.nrrd") || axis == "t";
    EXPECT_EQ(label_at(layer, 0, 3, 1), is_slowest ? 8 + 7 : 3 * 7 + 1) << path;
    io::ReadOptions options;
    options.axes = "zyx";  // the user knows better
    EXPECT_EQ(io::read_volume(path, options).extent.voxels(), 24);
  }
  const std::string one = folder.write("one.nrrd", nrrd("1 2 4", colours) + counted(8));
  EXPECT_SAYS(refused(one), "pass --as-2d");
  EXPECT_EQ(io::read_volume(one, layer_of("", 0)).extent, (Extent{2, 4, 1}));
}

TEST(ReadHeaders, ChannelsOfAVolumeAreChosen) {
  const Folder folder;
  const std::string path =
      folder.write("a.mha", metaimage("2 3 2", "ElementNumberOfChannels = 2\n") + counted(24));
  EXPECT_SAYS(refused(path), "choose with --slice c=0; there are c=0 to 1");
  io::ReadOptions options;
  options.slice = {{"c", 1}};
  const Volume volume = io::read_volume(path, options);
  EXPECT_EQ(volume.extent, (Extent{2, 3, 2}));
  EXPECT_EQ(label_at(volume, 1, 2, 0), 2 * (6 + 4) + 1);
}

TEST(ReadHeaders, AFlatImageIsALayerWhenAskedFor) {
  const Folder folder;
  for (const std::string& path : {folder.write("a.nrrd", nrrd("4 2", "\n") + counted(8)),
                                  folder.write("a.mha", metaimage("4 2") + counted(8))}) {
    const Refusal refusal = refused(path);
    EXPECT_EQ(refusal.code, 4);
    EXPECT_SAYS(refusal, "is 2-D");
    EXPECT_SAYS(refusal, "pass --as-2d");
    const Volume layer = io::read_volume(path, layer_of("", 0));
    EXPECT_EQ(layer.extent, (Extent{4, 2, 1}));
    EXPECT_EQ(label_at(layer, 0, 1, 2), 6);
  }
}

TEST(ReadHeaders, BytesInTheOtherOrder) {
  const Folder folder;
  const std::string big("\1\0\1\1\1\2\1\3\2\0\2\1\2\2\2\3", 16);
  for (const std::string& path :
       {folder.write("a.nrrd", nrrd("2 2 2", "endian: big\n\n", "ushort") + big),
        folder.write("a.mha", metaimage("2 2 2", "BinaryDataByteOrderMSB = True\n", "MET_USHORT") + big),
        folder.write("b.mha", metaimage("2 2 2", "ElementByteOrderMSB = True\n", "MET_SHORT") + big)}) {
    const Volume volume = io::read_volume(path);
    EXPECT_EQ(label_at(volume, 0, 1, 1), 259);
    EXPECT_EQ(label_at(volume, 1, 0, 0), 512);
    EXPECT_NE(volume.stored_type.find("big-endian"), std::string::npos);
  }
}

TEST(ReadHeaders, AnAxisOfSpaceWithoutAStepIsWarnedOf) {
  const Folder folder;
  for (const char* steps :
       {"spacings: nan 1 2\n\n", "spacings: nan 1 2\nunits: \"um\" \"um\" \"um\"\n\n",
        "space: left-posterior-superior\nspace directions: none (0,0.5,0) (0,0,0.5)\n\n"}) {
    const auto said = io::describe_volume(folder.write("a.nrrd", nrrd("2 2 2", steps) + counted(8)));
    EXPECT_FALSE(said.voxel_size || said.voxel_ratio) << steps;
    EXPECT_TRUE(has_notice(said.warnings, "positive")) << steps;
  }
}

TEST(ReadHeaders, UnitsThatDifferGiveNoSize) {
  const Folder folder;
  const std::string directions =
      "space: left-posterior-superior\nspace directions: (0.5,0,0) (0,0.5,0) (0,0,0.5)\n";
  for (const char* units : {"spacings: 0.5 0.5 0.5\nunits: \"mm\" \"mm\" \"um\"\n\n",
                            "spacings: 1 1 1\nunits: \"um\" \"mm\" \"um\"\n\n"}) {
    const auto said = io::describe_volume(folder.write("a.nrrd", nrrd("2 2 2", units) + counted(8)));
    EXPECT_FALSE(said.voxel_size || said.voxel_ratio);
    EXPECT_TRUE(has_notice(said.warnings, "several units (")) << units;
  }
  const std::string path = folder.write(
      "a.nrrd", nrrd("2 2 2", directions + "space units: \"mm\" \"mm\" \"um\"\n\n") + counted(8));
  EXPECT_TRUE(has_notice(io::describe_volume(path).warnings, "several units (mm, um)"));
  io::ReadOptions options;
  options.voxel_size = {1e-6, 1e-6, 1e-6};
  EXPECT_TRUE(io::describe_volume(path, options).warnings.empty());
  const std::string same = "spacings: 0.5 0.5 2\nunits: \"um\" \"micron\" \"microns\"\n\n";
  const auto said = io::describe_volume(folder.write("b.nrrd", nrrd("2 2 2", same) + counted(8)));
  ASSERT_TRUE(said.voxel_size);
  EXPECT_NEAR((*said.voxel_size)[0], 2e-6, 1e-18);
}

TEST(ReadHeaders, OtherAxesOfSpaceAreSaid) {
  const Folder folder;
  struct Case {
    std::string matrix, vectors, words;
  };
  const std::vector<Case> cases{
      {"0 0 1 0 1 0 -1 0 0", "(0,0,1) (0,1,0) (-1,0,0)", "x, y, z of the array lie along z, y, x of space"},
      {"0.8 0.6 0 -0.6 0.8 0 0 0 1", "(0.8,0.6,0) (-0.6,0.8,0) (0,0,1)", "oblique to space"},
      {"-1 0 0 0 -1 0 0 0 1", "(-1,0,0) (0,-1,0) (0,0,1)", ""}};
  for (const Case& c : cases)
    for (const std::string& path :
         {folder.write("a.mha", metaimage("2 2 2", "TransformMatrix = " + c.matrix + "\n") + counted(8)),
          folder.write("a.nrrd", nrrd("2 2 2", "space directions: " + c.vectors + "\n\n") + counted(8))}) {
      const auto notices = io::describe_volume(path).notices;
      EXPECT_EQ(has_notice(notices, "of space"), c.words.starts_with("x"));
      EXPECT_EQ(has_notice(notices, "oblique"), c.words.starts_with("oblique"));
      EXPECT_TRUE(c.words.empty() || has_notice(notices, c.words));
    }
}

/// itk.nii with these numbers of 32 bits at `at`, and `code` at the place of the code of the affine.
std::string nifti_with(std::size_t at, const std::vector<float>& numbers, std::size_t at_code, char code) {
  std::ifstream golden(std::string(TAUVOX_GOLDEN_FILES) + "/itk.nii", std::ios::binary);
  std::string file{std::istreambuf_iterator<char>(golden), {}};
  file.replace(252, 4, std::string(4, '\0'));  // no qform, no sform
  file.replace(at, 4 * numbers.size(), reinterpret_cast<const char*>(numbers.data()), 4 * numbers.size());
  file[at_code] = code;
  return file;
}

TEST(ReadHeaders, NiftiSaysItsOrientation) {
  const Folder folder;
  const auto notices_of = [&](const std::string& bytes) {
    return io::describe_volume(folder.write("a.nii", bytes)).notices;
  };
  const std::vector<float> sform{0, 0, 2, 5, 0, 1, 0, 5, 1, 0, 0, 5};
  EXPECT_TRUE(has_notice(notices_of(nifti_with(280, sform, 254, 1)),
                         "sform of the NIfTI header: x, y, z of the array lie along z, y, x of space"));
  EXPECT_FALSE(has_notice(notices_of(nifti_with(280, sform, 254, 0)), "of space"));
  const auto half = std::sqrt(0.5F);
  EXPECT_TRUE(has_notice(notices_of(nifti_with(256, {half, 0, 0}, 252, 1)),
                         "qform of the NIfTI header: x, y, z of the array lie along x, z, y of space"));
  EXPECT_TRUE(has_notice(notices_of(nifti_with(256, {0, 0, 0.2F}, 252, 1)), "oblique"));
  EXPECT_FALSE(has_notice(notices_of(nifti_with(256, {0, 0, 1}, 252, 1)), "NIfTI"));
}

#ifdef TAUVOX_HAVE_ZLIB
/// A gzip stream that stores the bytes as they are.
std::string gzip_member(const std::string& bytes) {
  const auto word = [](std::uint32_t value, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += static_cast<char>(value >> (8 * i) & 255U);
    return text;
  };
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1U ? 0xedb88320U : 0U);
  }
  return std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x01", 11) + word(size, 2) + word(~size, 2) + bytes +
         word(~crc, 4) + word(size, 4);
}

TEST(ReadHeaders, PackedVoxelsMayStandInSeveralMembers) {
  const Folder folder;
  const std::string voxels = counted(24), head = nrrd("2 3 4", "\n", "uint8", "gzip");
  const std::string packed =
      gzip_member(voxels.substr(0, 7)) + gzip_member(voxels.substr(7, 5)) + gzip_member(voxels.substr(12));
  const Volume volume = io::read_volume(folder.write("a.nrrd", head + packed));
  EXPECT_EQ(volume.extent, (Extent{2, 3, 4}));
  for (std::int64_t i = 0; i < 24; ++i) EXPECT_EQ(label_at(volume, i / 6, i / 2 % 3, i % 2), i);
  EXPECT_SAYS(refused(folder.write("a.nrrd", head + packed + gzip_member("x"))), "more than the header");
  EXPECT_SAYS(refused(folder.write("a.nrrd", head + gzip_member(voxels.substr(0, 23)))), "end after 23");
}
#endif

TEST(ReadHeaders, MoreVoxelsThanAFileCanHoldAreRefusedBeforeMemoryIsTaken) {
  const Folder folder;
  const std::string sizes = "100000 100000 100000", voxels = counted(100);
  std::vector<std::string> files{
      folder.write("a.nrrd", nrrd(sizes, "\n") + voxels),
      folder.write("b.nrrd", nrrd(sizes, "\n", "uint8", "gzip") + voxels),
      folder.write("a.mha", metaimage(sizes) + voxels),
      folder.write("b.mha", metaimage(sizes, "CompressedData = True\n") + voxels),
      folder.write("c.mha", metaimage("100000 100000", "ElementNumberOfChannels = 100000\n") + voxels)};
  for (const std::string& path : files) {
    const Refusal refusal = refused(path);
    EXPECT_EQ(refusal.code, 3);
    EXPECT_SAYS(refusal, "1000000000000000 bytes of voxels are announced, 100");
  }
}

/// A folder with a header, its voxels and a folder beside them, and a second file of voxels elsewhere.
struct Beside {
  Folder folder, other;
  Beside() {
    fs::create_directory(folder / "in");
    folder.write("in/a.nhdr", nrrd("2 2 2", "data file: a.raw.gz\n"));
    folder.write("in/a.raw.gz", counted(8));
    other.write("secret", std::string(8, '\7'));
  }
  std::string named(const std::string& name) const {
    return folder.write("in/b.nhdr", nrrd("2 2 2", "data file: " + name + "\n"));
  }
};

TEST(ReadHeaders, TheFileIsBesideWhatALinkLeadsTo) {
  const Beside files;
  const std::string direct = files.folder / "in/a.nhdr", link = files.folder / "a.nhdr",
                    chain = files.other / "chain.nhdr";
  fs::create_symlink("in/a.nhdr", link);
  fs::create_symlink(link, chain);
  for (const std::string& path : {direct, link, chain}) {
    EXPECT_EQ(label_at(io::read_volume(path), 1, 1, 1), 7);
    EXPECT_TRUE(fs::equivalent(io::root_of_reading(path), files.folder / "in"));
    const auto read = io::files_of_reading(path);
    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[0], path);
    EXPECT_TRUE(fs::equivalent(read[1], files.folder / "in/a.raw.gz"));
  }
  fs::rename(files.folder / "in/a.raw.gz", files.folder / "a.raw.gz");
  const Refusal refusal = refused(link);
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, "it is a link to");
  EXPECT_EQ(io::files_of_reading(link), std::vector<std::string>{link});
}

TEST(ReadHeaders, NoFileElsewhereIsOpened) {
  const Beside files;
  fs::create_symlink(files.other / "secret", files.folder / "in/out.raw");
  fs::create_symlink("a.raw.gz", files.folder / "in/within.raw");
  fs::create_symlink("circle.raw", files.folder / "in/circle.raw");
  EXPECT_EQ(label_at(io::read_volume(files.named("within.raw")), 1, 1, 1), 7);
  EXPECT_EQ(label_at(io::read_volume(files.named("./a.raw.gz")), 1, 1, 1), 7);
  const std::vector<std::array<std::string, 2>> cases{
      {"out.raw", "link out of the folder"}, {files.other / "secret", "another folder"},
      {"../in/a.raw.gz", "another folder"},  {"..", "another folder"},
      {"circle.raw", "cannot be opened"},    {"missing.raw", "no such file"}};
  for (const auto& [name, words] : cases) {
    const Refusal refusal = refused(files.named(name));
    EXPECT_EQ(refusal.code, 3);
    EXPECT_SAYS(refusal, words);
  }
  EXPECT_EQ(io::files_of_reading(files.named("out.raw")).size(), 1u);
}

TEST(ReadHeaders, TheFilesOfAFolderAreItsImages) {
  const Folder folder;
  const std::string tiff = folder.write("s2.tif", std::string("II*\0\x08\0\0\0", 8));
  const std::string png = folder.write("s1.png", std::string("\x89PNG\r\n\x1a\n", 8));
  const std::string report = folder.write("results.json", std::string("{}"));
  const std::string root = report.substr(0, report.rfind('/'));
  EXPECT_EQ(io::files_of_reading(root), (std::vector<std::string>{png, tiff}));
}

}  // namespace
}  // namespace tauvox::test
