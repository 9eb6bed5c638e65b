// What the tests of the writers share: a folder of their own, a small lopsided volume, a forked child.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "io/write.hpp"

namespace tauvox::test {

/// True in children of outcome_in_child.
inline bool in_child = false;

}  // namespace tauvox::test

#ifdef __SANITIZE_ADDRESS__
// The leak check at exit never returns in a child that may not write files; the parent checks for leaks
// anyway.
extern "C" [[gnu::used]] inline int __lsan_is_turned_off() { return tauvox::test::in_child; }
#endif

namespace tauvox::test {

/// A folder that goes away with the test.
class WriteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "tauvox_write_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
    std::filesystem::permissions(folder, std::filesystem::perms(0755));
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::string in(const std::string& name) const { return (folder / name).string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
  }
  std::filesystem::path folder;
};

/// Components 0.25 apart, other ones in each voxel.
inline void numbered_layer(const Extent& extent, std::int64_t z, float* vectors) {
  const std::int64_t values = 3 * extent.nx * extent.ny;
  for (std::int64_t i = 0; i < values; ++i) vectors[i] = 0.25f * static_cast<float>(z * values + i);
}

inline std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void put(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// Volume whose voxel i carries values[i % values.size()]; `values` ascending.
inline Volume striped_volume(const Extent& extent, const std::vector<std::int64_t>& values) {
  Volume volume;
  volume.extent = extent;
  std::vector<std::uint16_t> wide(static_cast<std::size_t>(extent.voxels()));
  for (std::size_t i = 0; i < wide.size(); ++i) wide[i] = static_cast<std::uint16_t>(i % values.size());
  for (std::size_t code = 0; code < values.size(); ++code)
    volume.labels.push_back({values[code], std::count(wide.begin(), wide.end(), code)});
  if (values.size() <= 256)
    volume.codes = std::vector<std::uint8_t>(wide.begin(), wide.end());
  else
    volume.codes = std::move(wide);
  return volume;
}

/// A ramp along x with NaN in every fifth voxel.
inline std::vector<float> ramp_with_nan(const Extent& extent) {
  std::vector<float> values(static_cast<std::size_t>(extent.voxels()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto x = static_cast<float>(static_cast<std::int64_t>(i) % extent.nx);
    values[i] =
        i % 5 == 0 ? std::numeric_limits<float>::quiet_NaN() : (x + 0.5f) / static_cast<float>(extent.nx);
  }
  return values;
}

/// Noise that no compressor makes small.
inline std::vector<float> noise(const Extent& extent) {
  std::vector<float> values(static_cast<std::size_t>(extent.voxels()));
  std::uint32_t state = 12345;
  for (float& value : values) value = static_cast<float>((state = state * 1664525u + 1013904223u)) * 0x1p-32f;
  return values;
}

/// Code and message of the Error that `action` throws; code success and no message when it throws none.
struct Outcome {
  int code = 0;
  std::string message;
};
inline Outcome outcome_of(const std::function<void()>& action) {
  try {
    action();
    return {};
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  }
}

/// outcome_of in a forked child, which may change limits, users and mounts; it leaves through exit(), as
/// programs do. Code 200 + signal when it is killed.
inline Outcome outcome_in_child(const std::function<void()>& action) {
  int channel[2];
  if (::pipe(channel) != 0) return {199, "no pipe"};
  const pid_t child = ::fork();
  if (child == 0) {
    in_child = true;
    const Outcome outcome = outcome_of(action);
    [[maybe_unused]] const auto sent = ::write(channel[1], outcome.message.data(), outcome.message.size());
    std::exit(outcome.code);
  }
  ::close(channel[1]);
  Outcome outcome;
  char buffer[4096];
  for (ssize_t got; (got = ::read(channel[0], buffer, sizeof buffer)) > 0;)
    outcome.message.append(buffer, static_cast<std::size_t>(got));
  ::close(channel[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 200 + WTERMSIG(status);
  return outcome;
}

inline constexpr int usage_code = static_cast<int>(ExitCode::usage);
inline constexpr int output_code = static_cast<int>(ExitCode::output);

}  // namespace tauvox::test
