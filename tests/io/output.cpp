// Where outputs may go, and what is left when one fails: the old file or the complete new one.
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>

#include "tests/io/write_support.hpp"

namespace tauvox::test {

using CheckOutput = WriteTest;
using SameFile = WriteTest;
using PendingOutput = WriteTest;
using WriteText = WriteTest;
using WriteRaw = WriteTest;
using FieldEnding = WriteTest;
namespace fs = std::filesystem;

TEST_F(CheckOutput, AcceptsANewNameAndLeavesNothingBehind) {
  EXPECT_NO_THROW(io::check_output(in("new.vti"), false));
  EXPECT_EQ(files(), 0u);
}

TEST_F(CheckOutput, RefusesAnExistingFileUnlessOverwriting) {
  put(in("old.json"), "old");
  const Outcome outcome = outcome_of([&] { io::check_output(in("old.json"), false); });
  EXPECT_EQ(outcome.code, output_code);
  EXPECT_NE(outcome.message.find("exists"), std::string::npos);
  EXPECT_NO_THROW(io::check_output(in("old.json"), true));
  EXPECT_EQ(contents(in("old.json")), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(CheckOutput, RefusesAFolderThatIsMissing) {
  const Outcome outcome = outcome_of([&] { io::check_output(in("missing/file.vti"), false); });
  EXPECT_EQ(outcome.code, output_code);
  EXPECT_NE(outcome.message.find(in("missing")), std::string::npos);
}

TEST_F(CheckOutput, WhatTheFileSystemSaysBecomesAnErrorOfOurs) {
  put(in("file"), "x");
  try {
    fs::create_directories(in("file/below"));
    FAIL() << "a folder in a file";
  } catch (const fs::filesystem_error& failure) {
    const Error error = io::error_of(failure);
    EXPECT_EQ(error.code(), ExitCode::output);
    EXPECT_NE(std::string(error.what()).find("(" + in("file")), std::string::npos) << error.what();
    EXPECT_EQ(std::string(error.what()).find("filesystem error"), std::string::npos) << error.what();
  }
}

TEST_F(CheckOutput, RefusesAFolderThatIsAFile) {
  put(in("file"), "");
  EXPECT_EQ(outcome_of([&] { io::check_output(in("file/output.vti"), true); }).code, output_code);
}

TEST_F(CheckOutput, RefusesADirectoryAndAnEmptyName) {
  EXPECT_EQ(outcome_of([&] { io::check_output(folder.string(), true); }).code, output_code);
  EXPECT_EQ(outcome_of([&] { io::check_output(in("new/"), true); }).code, output_code);
  EXPECT_EQ(outcome_of([&] { io::check_output("", true); }).code, output_code);
}

TEST_F(CheckOutput, RefusesDevicesInsteadOfReplacingThem) {
  EXPECT_EQ(outcome_of([] { io::check_output("/dev/full", true); }).code, output_code);
  ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0);
  EXPECT_EQ(outcome_of([&] { io::write_text(in("pipe"), "text", true); }).code, output_code);
}

TEST_F(CheckOutput, RefusesANameThatIsTooLong) {
  const Outcome outcome = outcome_of([&] { io::check_output(in(std::string(250, 'n')), false); });
  EXPECT_EQ(outcome.code, output_code);  // NAME_MAX is 255, and the temporary's name is longer
  EXPECT_NE(outcome.message.find("too long"), std::string::npos);
}

TEST_F(CheckOutput, RefusesAFolderWithoutPermissionToWrite) {
  fs::permissions(folder, fs::perms(0555));
  const Outcome outcome = outcome_in_child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return;
    io::check_output(in("file.vti"), false);
  });
  fs::permissions(folder, fs::perms(0755));
  EXPECT_EQ(outcome.code, output_code) << outcome.message;
  EXPECT_NE(outcome.message.find("Permission denied"), std::string::npos) << outcome.message;
}

TEST_F(CheckOutput, RefusesAWriteProtectedFile) {
  put(in("kept.json"), "kept");
  fs::permissions(folder, fs::perms(0777));
  fs::permissions(in("kept.json"), fs::perms(0444));
  const Outcome outcome = outcome_in_child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return;
    io::write_text(in("kept.json"), "new", true);
  });
  EXPECT_EQ(outcome.code, output_code);
  EXPECT_EQ(contents(in("kept.json")), "kept");
}

TEST_F(SameFile, SeesThroughSymbolicAndHardLinks) {
  put(in("a"), "a");
  put(in("b"), "a");
  fs::create_symlink(in("a"), in("symbolic"));
  fs::create_hard_link(in("a"), in("hard"));
  EXPECT_TRUE(io::same_file(in("a"), in("a")));
  EXPECT_TRUE(io::same_file(in("a"), in("symbolic")));
  EXPECT_TRUE(io::same_file(in("a"), in("hard")));
  EXPECT_TRUE(io::same_file(in("a"), (folder / "." / "a").string()));
  EXPECT_FALSE(io::same_file(in("a"), in("b")));
  EXPECT_FALSE(io::same_file(in("a"), in("missing")));
  EXPECT_FALSE(io::same_file(in("missing"), in("missing")));
}

TEST_F(PendingOutput, RemovesItsTemporaryWithoutACommit) {
  {
    const io::PendingFile pending(in("file"), false);
    EXPECT_TRUE(fs::exists(pending.temporary()));
    EXPECT_EQ(fs::path(pending.temporary()).parent_path(), folder);
    EXPECT_TRUE(fs::path(pending.temporary()).filename().string().starts_with("file.tmp."));
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(PendingOutput, DoesNotReplaceAFileThatAppearedMeanwhile) {
  {
    io::PendingFile pending(in("file"), false);
    put(pending.temporary(), "ours");
    put(in("file"), "theirs");
    EXPECT_EQ(outcome_of([&] { pending.commit(); }).code, output_code);
  }
  EXPECT_EQ(contents(in("file")), "theirs");
  EXPECT_EQ(files(), 1u);
}

TEST_F(PendingOutput, ReplacesTheOldFileAtTheCommitAndNotBefore) {
  put(in("file"), "old");
  io::PendingFile pending(in("file"), true);
  put(pending.temporary(), "new");
  EXPECT_EQ(contents(in("file")), "old");
  pending.commit();
  EXPECT_EQ(contents(in("file")), "new");
  EXPECT_EQ(files(), 1u);
}

TEST_F(PendingOutput, MayExistTwiceForTheSameFile) {
  const io::PendingFile first(in("file"), false), second(in("file"), false);
  EXPECT_NE(first.temporary(), second.temporary());
}

TEST_F(PendingOutput, KeepsALinkALink) {
  fs::create_directory(in("elsewhere"));
  put(in("elsewhere/file"), "old");
  fs::create_symlink("elsewhere/file", in("link"));
  io::write_text(in("link"), "new", true);
  EXPECT_TRUE(fs::is_symlink(in("link")));
  EXPECT_EQ(contents(in("elsewhere/file")), "new");
}

TEST_F(PendingOutput, RefusesALinkThatLeadsNowhere) {
  fs::create_symlink("nowhere", in("link"));
  fs::create_symlink("loop", in("loop"));
  EXPECT_EQ(outcome_of([&] { io::write_text(in("link"), "new", true); }).code, output_code);
  EXPECT_EQ(outcome_of([&] { io::write_text(in("loop"), "new", true); }).code, output_code);
}

TEST_F(PendingOutput, TemporariesOfKilledProcessesAreRemovedAndNamed) {
  // A child leaves its temporary behind, as one that was killed.
  const pid_t child = ::fork();
  if (child == 0) {
    const io::PendingFile pending(in("file"), false);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  const io::PendingFile running(in("file"), false);
  put(in("file.tmp.otherhost.1"), "");
  put(in("file.tmp.note"), "");
  ASSERT_EQ(files(), 4u);
  const auto removed = io::remove_stale_temporaries(in("file"));
  ASSERT_EQ(removed.size(), 1u);
  EXPECT_NE(removed.front().find("." + std::to_string(child) + " removed"), std::string::npos);
  EXPECT_EQ(files(), 3u);
}

TEST_F(WriteText, WritesEveryByte) {
  const std::string text = std::string("a\0b\n", 4) + std::string(3 << 20, 'x');
  io::write_text(in("file"), text, false);
  EXPECT_EQ(contents(in("file")), text);
  io::write_text(in("file"), "", true);
  EXPECT_EQ(contents(in("file")), "");
  EXPECT_EQ(files(), 1u);
}

TEST_F(WriteText, AKilledWriterLeavesTheOldFileOrTheCompleteNewOne) {
  const std::size_t length = 1 << 20;
  io::write_text(in("file"), std::string(length, 'a'), false);
  for (int attempt = 0; attempt < 40; ++attempt) {
    const pid_t child = ::fork();
    if (child == 0)
      for (char letter = 'a';; letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1))
        io::write_text(in("file"), std::string(length, letter), true);
    ::usleep(static_cast<useconds_t>(500 + 311 * attempt));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string text = contents(in("file"));
    ASSERT_EQ(text.size(), length);
    ASSERT_EQ(text.find_first_not_of(text.front()), std::string::npos);
    io::remove_stale_temporaries(in("file"));
    ASSERT_EQ(files(), 1u);
  }
}

TEST_F(WriteText, WritesNamesWithSpacesQuotesAndNewlines) {
  const std::string name = "-a 'b' \"c\"\n\xc3\xa4.json";
  io::write_text(in(name), "text", false);
  EXPECT_EQ(contents(in(name)), "text");
}

TEST_F(WriteRaw, HoldsTheLabelValuesInFileOrder) {
  const Volume volume = striped_volume({3, 2, 2}, {0, 3, 7, 255});
  io::write_volume(in("volume.raw"), volume, false);
  const std::string bytes = contents(in("volume.raw"));
  ASSERT_EQ(bytes.size(), 12u);
  const unsigned char expected[4] = {0, 3, 7, 255};
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(static_cast<unsigned char>(bytes[i]), expected[i % 4]);
}

TEST_F(WriteRaw, StoresLargerLabelsInTwoBytesLittleEndian) {
  io::write_volume(in("volume.raw"), striped_volume({2, 1, 1}, {1, 0x1234}), false);
  EXPECT_EQ(contents(in("volume.raw")), std::string("\x01\x00\x34\x12", 4));
}

TEST_F(WriteRaw, RefusesLabelsThatDoNotFit) {
  EXPECT_EQ(outcome_of([&] {
              io::write_volume(in("a.raw"), striped_volume({2, 1, 1}, {-1, 1}), false);
            }).code,
            usage_code);
  EXPECT_EQ(outcome_of([&] {
              io::write_volume(in("a.raw"), striped_volume({2, 1, 1}, {0, 65536}), false);
            }).code,
            usage_code);
  EXPECT_EQ(files(), 0u);
}

TEST_F(FieldEnding, UnknownEndingsAreRefusedWithTheValidOnes) {
  for (const char* path : {"field", "field.txt", "field.raw", ".h5x"}) {
    const Outcome outcome = outcome_of([&] { io::check_field_ending(path); });
    EXPECT_EQ(outcome.code, usage_code) << path;
    EXPECT_NE(outcome.message.find("this build"), outcome.message.find("valid endings"));
  }
  const Outcome outcome = outcome_of([&] {
    io::write_volume(in("v.png"), striped_volume({2, 1, 1}, {0, 1}), false);
  });
  EXPECT_EQ(outcome.code, usage_code);
  EXPECT_NE(outcome.message.find(".raw"), std::string::npos);
}

TEST_F(FieldEnding, EndingsOfThisBuildAreAcceptedInAnyCase) {
#ifdef TAUVOX_HAVE_VTK
  EXPECT_NO_THROW(io::check_field_ending("field.VTI"));
#else
  EXPECT_EQ(outcome_of([] { io::check_field_ending("field.vti"); }).code, usage_code);
  EXPECT_EQ(outcome_of([] { io::write_vti("field.vti", {}, false); }).code, usage_code);
  EXPECT_EQ(outcome_of([] { io::png_of(1, 1, {}); }).code, usage_code);
#endif
#ifdef TAUVOX_HAVE_HDF5
  EXPECT_NO_THROW(io::check_field_ending("field.h5"));
  EXPECT_NO_THROW(io::check_field_ending("field.hdf5"));
#else
  EXPECT_EQ(outcome_of([] { io::check_field_ending("field.h5"); }).code, usage_code);
  EXPECT_EQ(outcome_of([] { io::write_hdf5("field.h5", {}, false); }).code, usage_code);
#endif
}

}  // namespace tauvox::test
