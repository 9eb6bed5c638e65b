// Two runs never write the same output, and a run that was killed is in nobody's way.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/io/write_support.hpp"

namespace tauvox::test {

using LockedOutput = WriteTest;
using ReplacedOutput = WriteTest;
using SpaceForOutput = WriteTest;

namespace {

std::string host() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

/// The number of a process that has ended.
pid_t ended_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

}  // namespace

TEST_F(LockedOutput, IsRefusedToASecondRunWhichIsToldWhoHoldsIt) {
  {
    const io::OutputLock first(in("out.json"));
    const Outcome second = outcome_in_child([&] { const io::OutputLock lock(in("out.json")); });
    EXPECT_EQ(second.code, output_code);
    EXPECT_NE(second.message.find("process " + std::to_string(::getpid()) + " on " + host()),
              std::string::npos)
        << second.message;
    EXPECT_EQ(outcome_in_child([&] { const io::OutputLock lock(in("other.json")); }).code, 0);
  }
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(outcome_in_child([&] { const io::OutputLock lock(in("out.json")); }).code, 0);
  EXPECT_EQ(files(), 0u);
}

TEST_F(LockedOutput, IsTheSameUnderTwoNames) {
  put(in("out.json"), "old");
  std::filesystem::create_symlink("out.json", in("link.json"));
  const io::OutputLock first(in("out.json"));
  EXPECT_EQ(outcome_of([&] { const io::OutputLock lock(in("link.json")); }).code, output_code);
}

TEST_F(LockedOutput, OfARunThatEndedIsTakenOverWithANotice) {
  const std::string lock = in("out.json.tauvox-lock");
  put(lock, host() + " " + std::to_string(ended_process()) + " 123\n");
  EXPECT_TRUE(io::OutputLock(in("out.json")).notice().has_value());
  EXPECT_EQ(files(), 0u);
  // The number was given to another process since: this one did not start then.
  put(lock, host() + " " + std::to_string(::getpid()) + " 1\n");
  EXPECT_TRUE(io::OutputLock(in("out.json")).notice().has_value());
  EXPECT_EQ(files(), 0u);
}

TEST_F(LockedOutput, OfAKilledRunThatNobodyWaitedForIsTakenOver) {
  const pid_t run = ::fork();
  if (run == 0) {
    const io::OutputLock lock(in("out.json"));
    ::_exit(0);  // it stays, as that of a run that is killed does
  }
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(run), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(io::OutputLock(in("out.json")).notice().has_value());
  ASSERT_EQ(::waitpid(run, nullptr, 0), run);
}

TEST_F(LockedOutput, OfAnotherMachineOrUnknownOriginStays) {
  for (const std::string& text : {"elsewhere " + std::to_string(ended_process()) + " 123\n", std::string()}) {
    put(in("out.json.tauvox-lock"), text);
    const Outcome outcome = outcome_of([&] { const io::OutputLock lock(in("out.json")); });
    EXPECT_EQ(outcome.code, output_code);
    EXPECT_NE(outcome.message.find("out.json.tauvox-lock"), std::string::npos) << outcome.message;
    EXPECT_EQ(contents(in("out.json.tauvox-lock")), text);
  }
}

TEST_F(LockedOutput, IsCheckedAfterTemporariesOfKilledRunsAreRemovedAndNoOthers) {
  const std::string gone = std::to_string(ended_process());
  put(in("out.json.tmp." + host() + "." + gone), "half");
  put(in("out.json.tmp." + host() + "." + std::to_string(::getppid())), "being written");
  put(in("out.json.tmp.elsewhere." + gone), "half");
  put(in("other.json.tmp." + host() + "." + gone), "half");
  put(in("out.json.tauvox-lock.tmp." + host() + "." + gone), "half");
  put(in("out.json.tauvox-lock.turn.tmp." + host() + "." + gone), "half");
  const std::vector<std::string> notices = io::check_output(in("out.json"), false);
  ASSERT_EQ(notices.size(), 3u);
  EXPECT_NE(notices[0].find(gone), std::string::npos);
  EXPECT_EQ(files(), 3u);
}

TEST_F(ReplacedOutput, KeepsItsPermissionsAndANewOneFollowsTheUmask) {
  const auto mode = [&](const std::string& name) {
    struct stat status {};
    ::stat(in(name).c_str(), &status);
    return status.st_mode & 07777;
  };
  const mode_t before = ::umask(022);
  for (const mode_t wanted : {0600u, 0640u, 0664u, 0755u, 0666u}) {
    put(in("old.json"), "old");
    ::chmod(in("old.json").c_str(), wanted);
    io::write_text(in("old.json"), "new", true);
    EXPECT_EQ(mode("old.json"), wanted);
    EXPECT_EQ(contents(in("old.json")), "new");
  }
  io::write_text(in("new.json"), "new", true);
  EXPECT_EQ(mode("new.json"), 0644u);
  {
    ::chmod(in("old.json").c_str(), 0600);
    const io::PendingFile pending(in("old.json"), true);  // nobody may read along while it is written
    EXPECT_EQ(mode(std::filesystem::path(pending.temporary()).filename()), 0600u);
  }
  ::umask(before);
}

TEST_F(SpaceForOutput, IsMissedBeforeTheWork) {
  constexpr std::uint64_t much = std::uint64_t{1} << 60;
  const Outcome outcome = outcome_of([&] { io::check_space({{in("a.vti"), much, much}}); });
  EXPECT_EQ(outcome.code, output_code);
  EXPECT_NE(outcome.message.find("a.vti"), std::string::npos) << outcome.message;
  // Each fits, both do not: they share a disk.
  EXPECT_EQ(outcome_of([&] { io::check_space({{in("made/later/a.vti"), much, much}}); }).code, output_code);
  const std::uint64_t free = std::filesystem::space(folder).available;
  const std::uint64_t most = free / 10 * 6;
  EXPECT_EQ(outcome_of([&] { io::check_space({{in("a.vti"), most, most}}); }).code, 0);
  EXPECT_EQ(outcome_of([&] {
              io::check_space({{in("a.vti"), most, most}, {in("b.vti"), most, most}});
            }).code,
            output_code);
  EXPECT_EQ(io::check_space({{in("a.vti"), 1, much}}).size(), 1u);
  EXPECT_TRUE(io::check_space({{in("a.vti"), 1, 2}}).empty());
}

TEST_F(SpaceForOutput, CountsTheLimitOnTheSizeOfFiles) {
  const Outcome outcome = outcome_in_child([&] {
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    io::check_space({{in("a.vti"), 2000, 2000}});
  });
  EXPECT_EQ(outcome.code, output_code);
  EXPECT_NE(outcome.message.find("ulimit -f"), std::string::npos) << outcome.message;
}

}  // namespace tauvox::test
