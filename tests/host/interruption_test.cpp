// Signals that ask a run to end; each test in a process of its own.
#include "host/app/interruption.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

using namespace tauvox;

TEST(Interruption, SignalsAtTheSameTimeAreOneRequest) {
  const auto twice = [] {
    listen_to_signals();
    for (const int signal : {SIGTERM, SIGTERM, SIGUSR1}) std::raise(signal);
    std::_Exit(asked_to_end() == "signal 15 (Terminated)" ? 3 : 4);
  };
  EXPECT_EXIT(twice(), testing::ExitedWithCode(3), "");
}

TEST(Interruption, ALimitOfCpuTimeIsOneRequestHoweverOftenTheSystemTells) {
  const auto often = [] {
    listen_to_signals();
    std::raise(SIGXCPU);
    std::this_thread::sleep_for(std::chrono::milliseconds(3100));
    std::raise(SIGXCPU);
    std::_Exit(asked_to_end() == "signal 24 (CPU time limit exceeded)" ? 3 : 4);
  };
  EXPECT_EXIT(often(), testing::ExitedWithCode(3), "");
}

TEST(Interruption, ASecondRequestEndsTheRunAtOnce) {
  const auto later = [] {
    listen_to_signals();
    std::raise(SIGTERM);
    std::this_thread::sleep_for(std::chrono::milliseconds(3100));
    std::raise(SIGTERM);
    std::_Exit(3);
  };
  EXPECT_EXIT(later(), testing::ExitedWithCode(75), "");
}
