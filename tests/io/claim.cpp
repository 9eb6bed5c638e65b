// One process at a time has a claim, however many want it and whatever became of the one before.
#include "io/claim.hpp"

#include <signal.h>

#include <array>
#include <chrono>

#include "tests/io/write_support.hpp"

namespace tauvox::test {

using Claims = WriteTest;

namespace {

/// Another machine that was heard of so many seconds ago.
void put_silent(const std::string& path, int seconds) {
  put(path, "elsewhere 12 34 job\n");
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(seconds));
}

}  // namespace

TEST_F(Claims, AreTakenByOneAndGivenBackAtTheEnd) {
  {
    const std::optional<io::Claim> claim = io::Claim::take(in("a.claim"), {}, "job 7\n8");
    ASSERT_TRUE(claim);
    EXPECT_TRUE(claim->renew());
    EXPECT_FALSE(claim->taken_from());
    EXPECT_FALSE(io::Claim::take(in("a.claim")));
    EXPECT_EQ(io::claimant_of(in("a.claim"))->text(),
              "process " + std::to_string(::getpid()) + " on " + io::host_name() + ", job job_7_8");
  }
  EXPECT_EQ(files(), 0u);
  EXPECT_FALSE(io::claimant_of(in("a.claim")));
}

TEST_F(Claims, OfASilentMachineAreTakenOverAfterItsTimeOnly) {
  const std::string file = in("a.claim");
  put_silent(file, 90);
  EXPECT_FALSE(io::Claim::take(file));
  EXPECT_FALSE(io::Claim::take(file, 100));
  const std::optional<io::Claim> claim = io::Claim::take(file, 80);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->taken_from()->text(), "process 12 on elsewhere, job job");
  EXPECT_TRUE(claim->renew());
}

TEST_F(Claims, ThatWereTakenOverAreLostAndStayWithTheOther) {
  {
    const std::optional<io::Claim> claim = io::Claim::take(in("a.claim"));
    ASSERT_TRUE(claim);
    put_silent(in("a.claim"), 0);
    EXPECT_FALSE(claim->renew());
  }
  EXPECT_EQ(io::claimant_of(in("a.claim"))->host, "elsewhere");
}

TEST_F(Claims, StaleOnesGoToOneOfManyWhoWantThemAtOnce) {
  constexpr int rounds = 20, rivals = 6;
  for (int round = 0; round < rounds; ++round) {
    put_silent(in("a.claim"), 1000);
    // Whoever has it lives until all have asked: the claim of a process that is gone may be taken over.
    std::array<int, 2> asked{}, all_asked{};
    ASSERT_EQ(::pipe(asked.data()), 0);
    ASSERT_EQ(::pipe(all_asked.data()), 0);
    std::vector<pid_t> children;
    for (int i = 0; i < rivals; ++i) {
      children.push_back(::fork());
      if (children.back() != 0) continue;
      ::close(all_asked[1]);
      const std::optional<io::Claim> claim = io::Claim::take(in("a.claim"), 100);
      if (claim) put(in("taken." + std::to_string(::getpid())), "");
      char byte = 0;
      const bool said = ::write(asked[1], &byte, 1) == 1;
      const bool ended = ::read(all_asked[0], &byte, 1) == 0;
      ::_exit(said && ended ? 0 : 1);
    }
    ::close(asked[1]);
    char byte = 0;
    for (int i = 0; i < rivals; ++i) EXPECT_EQ(::read(asked[0], &byte, 1), 1);
    for (const int end : {all_asked[1], all_asked[0], asked[0]}) ::close(end);
    for (const pid_t child : children) {
      int status = -1;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(files(), 2u) << "round " << round;  // the claim, and who has it
    for (const auto& entry : std::filesystem::directory_iterator(folder)) std::filesystem::remove(entry);
  }
}

TEST_F(Claims, WithoutAReadableOwnerStay) {
  for (const char* text : {"", "\n", "host", "host x y z\n", "\0\xff"}) {
    put(in("a.claim"), text);
    EXPECT_FALSE(io::Claim::take(in("a.claim")));
    EXPECT_EQ(contents(in("a.claim")), text);
  }
}

TEST_F(Claims, InAFolderThatIsGoneAreAnErrorOfOutput) {
  EXPECT_EQ(outcome_of([&] { (void)io::Claim::take(in("nowhere/a.claim")); }).code, output_code);
}

}  // namespace tauvox::test
