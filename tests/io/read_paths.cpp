#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/read.hpp"
#include "read_support.hpp"

namespace tauvox::test {
namespace {

using namespace std::string_literals;

TEST(ReadPaths, AMissingFileIsNamedInFullWithTheNearestNames) {
  const Folder folder;
  folder.write("electrode.h5", "x");
  folder.write("notes.txt", "x");
  const Refusal refusal = refused(folder / "Elektrode.h5");
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, folder / "Elektrode.h5");
  EXPECT_SAYS(refusal, "electrode.h5");
  EXPECT_FALSE(refusal.says("notes.txt"));
  EXPECT_EQ(refused(folder / "no/such/folder/a.h5").code, 3);
}

TEST(ReadPaths, ARelativePathIsPrintedAbsolute) {
  EXPECT_SAYS(refused("surely_not_here.h5"),
              std::filesystem::current_path().string() + "/surely_not_here.h5");
}

TEST(ReadPaths, AFifoIsRefusedWithoutWaitingForAWriter) {
  const Folder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  const Refusal refusal = refused(folder / "pipe");
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, "FIFO");
}

TEST(ReadPaths, DirectoriesAndDevicesAreRefusedByKind) {
  const Folder folder;
  EXPECT_SAYS(refused(folder.path()), "a directory");
  EXPECT_EQ(refused(folder.path()).code, 3);
  EXPECT_SAYS(refused("/dev/zero"), "a character device");
  EXPECT_EQ(refused("/dev/zero").code, 3);
}

TEST(ReadPaths, LinkLoopsAndDanglingLinksAreRefused) {
  const Folder folder;
  std::filesystem::create_symlink("b", folder / "a");
  std::filesystem::create_symlink("a", folder / "b");
  std::filesystem::create_symlink("nowhere", folder / "dangling");
  EXPECT_EQ(refused(folder / "a").code, 3);
  EXPECT_EQ(refused(folder / "dangling").code, 3);
}

/// The refusal as an ordinary user gets it: root reads everything, so root steps down in a child.
Refusal refused_as_nobody(const std::string& path) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    std::string answer = "0not refused";
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(1);
    try {
      io::read_volume(path);
    } catch (const Error& error) {
      answer = std::to_string(static_cast<int>(error.code())) + error.what();
    }
    _exit(write(ends[1], answer.data(), answer.size()) < 0);
  }
  close(ends[1]);
  std::string answer(4096, '\0');
  const ssize_t got = read(ends[0], answer.data(), answer.size());
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (got < 1) return {};
  return {answer[0] - '0', answer.substr(1, static_cast<std::size_t>(got) - 1)};
}

TEST(ReadPaths, AnUnreadableFileGivesReasonUserAndMode) {
  const Folder folder;
  const std::string path = folder.write("secret.h5", "x");
  chmod(folder.path().c_str(), 0755);
  chmod(path.c_str(), 0);
  const Refusal refusal = refused_as_nobody(path);
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, std::strerror(EACCES));
  EXPECT_SAYS(refusal, "uid " + std::to_string(geteuid() == 0 ? 65534 : geteuid()));
  EXPECT_SAYS(refusal, "mode 0000");
}

TEST(ReadPaths, OtherContentsAreNamedTogetherWithTheFormatsThereAre) {
  const Folder folder;
  const std::vector<std::pair<std::string, std::string>> contents{
      {"just some text\n", "text"},
      {"\x1f\x8b\x08....", "gzip"},
      {"MATLAB 5.0 MAT-file, Platform", "-v7.3"},
      {"%PDF-1.4", "PDF"},
      {"\x01\x02\x03\x04"s, "01 02 03 04"},
      {"\0\0\0\0"s, "00 00 00 00"},
  };
  for (const auto& [bytes, name] : contents) {
    const Refusal refusal = refused(folder.write("volume.h5", bytes));
    EXPECT_EQ(refusal.code, 3);
    EXPECT_SAYS(refusal, name);
    if (name != "-v7.3") {
      EXPECT_SAYS(refusal, "raw (with --shape and --dtype)");
    }
  }
}

TEST(ReadPaths, AnEmptyFileIsCalledEmpty) {
  const Folder folder;
  const Refusal refusal = refused(folder.write("volume.h5", ""s));
  EXPECT_EQ(refusal.code, 3);
  EXPECT_SAYS(refusal, "empty");
  EXPECT_SAYS(refusal, "0 bytes");
}

TEST(ReadPaths, AFormatThisBuildLacksIsNamed) {
  const Folder folder;
  const auto formats = io::readable_formats();
  const auto has = [&](const char* name) {
    return std::find(formats.begin(), formats.end(), name) != formats.end();
  };
  EXPECT_TRUE(has("raw"));
  const Refusal hdf5 = refused(folder.write("a.h5", "\x89HDF\r\n\x1a\n" + std::string(100, '\0')));
  EXPECT_EQ(hdf5.code, 3);
  if (!has("HDF5")) {
    EXPECT_SAYS(hdf5, "no HDF5");
  }
  const Refusal tiff = refused(folder.write("a.tif", "II*\0"s + std::string(100, '\0')));
  EXPECT_EQ(tiff.code, 3);
  if (!has("TIFF")) {
    EXPECT_SAYS(tiff, "no TIFF");
  }
}

}  // namespace
}  // namespace tauvox::test
